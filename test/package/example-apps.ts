import * as fs from 'fs';
import * as os from 'os';
import * as path from 'path';
import * as cdk from 'aws-cdk-lib';
import { CloudAssembly } from 'aws-cdk-lib/cx-api';
import * as constructs from 'constructs';
import * as library from '../../src';
import { CONTEXT, findings } from '../cdk';

// the library derives from a class of the same module, so both must be loaded by the same registry: the CDK loads its modules when they are used
void cdk.aws_stepfunctions.StateMachine;

export const EXAMPLES = path.join(__dirname, '..', '..', 'examples');

export interface SynthesizedExample {
  /** of all stacks, by their names */
  readonly templates: Record<string, Record<string, any>>;
  /** of the only stack */
  readonly template: Record<string, any>;
  /** the level and the text of each annotation, and the findings of the template's validation */
  readonly messages: string[];
}

/** Runs an example as the CDK CLI does, but in this process: the environment names the output folder, and the app is written before the process exits. */
export function synthesizeExample(name: string, context: Record<string, string> = {}): SynthesizedExample {
  const outdir = fs.mkdtempSync(path.join(os.tmpdir(), `${name}-`));
  const { env } = process;
  const once = jest.spyOn(process, 'once').mockReturnThis();
  try {
    process.env = { ...env, CDK_OUTDIR: outdir, CDK_CONTEXT_JSON: JSON.stringify({ ...CONTEXT, ...context }) };
    // a new app each time, but the CDK is loaded only once
    jest.isolateModules(() => {
      jest.doMock('aws-cdk-lib', () => cdk);
      jest.doMock('constructs', () => constructs);
      jest.doMock('cdk-personalize-dataset-export', () => library, { virtual: true });
      // eslint-disable-next-line @typescript-eslint/no-require-imports
      require(path.join(EXAMPLES, name, `${name}.ts`));
    });
    for (const [event, listener] of once.mock.calls) {
      if (event === 'beforeExit') { listener(); }
    }
    const { stacks } = new CloudAssembly(outdir);
    return {
      templates: Object.fromEntries(stacks.map(({ stackName, template }) => [stackName, template])),
      get template() {
        if (stacks.length > 1) { throw new Error(`one stack is expected of ${name}, got ${stacks.length}`); }
        return stacks[0].template;
      },
      messages: [...stacks.flatMap(({ messages }) => messages).map(({ level, entry }) => `${level}: ${entry.data}`), ...findings(outdir)],
    };
  } finally {
    process.env = env;
    once.mockRestore();
    fs.rmSync(outdir, { recursive: true });
  }
}

import { readFileSync } from 'fs';
import * as path from 'path';
import * as cdk from 'aws-cdk-lib';
import { ModuleKind, ScriptTarget, transpile } from 'typescript';
import * as library from '../../src';
import { REPOSITORY } from '../../tools/repository';

const ENVIRONMENT = { account: '111122223333', region: 'eu-west-1' };
const DATASET_ARN = `arn:aws:personalize:${ENVIRONMENT.region}:${ENVIRONMENT.account}:dataset/movies/INTERACTIONS`;

export interface Snippet {
  /** What it shows: the heading or the summary above it. */
  readonly title: string;
  readonly code: string;
  /** The text between it and the next snippet or heading. */
  readonly after: string;
}

export function read(page: string): string {
  return readFileSync(path.join(REPOSITORY, page), 'utf8');
}

export function snippetsOf(page: string): Snippet[] {
  return read(page).split(/^##* |^<summary>/m).slice(1).flatMap(section => {
    const [head, ...parts] = section.split(/^```ts.*\n/m);
    const title = /^(?:<b>)?(.*?)(?:<\/b>.*)?$/m.exec(head)![1];
    return parts.map(part => {
      const [code, after] = part.split(/^```$/m);
      return { title, code, after };
    });
  });
}

/** Runs a snippet in rosetta/default.ts-fixture, or with the imports that it has, and returns the stack's resources. */
export function resourcesOf({ code }: Snippet): Record<string, unknown> {
  const stack = new cdk.Stack(new cdk.App(), 'Snippet', { env: ENVIRONMENT });
  const isWhole = code.includes('new App(');
  const names: Record<string, unknown> = {
    ...library,
    ...imports(read('rosetta/default.ts-fixture')),
    ...imports(code),
    dataset: library.Dataset.fromDatasetArn(stack, 'FixtureDataset', DATASET_ARN),
    items: library.Dataset.fromDatasetArn(stack, 'FixtureItems', DATASET_ARN.replace('INTERACTIONS', 'ITEMS')),
  };
  const script = transpile(code.replace(/^import [^;]*;\n/gm, ''), { target: ScriptTarget.ES2022, module: ModuleKind.None });
  const parameters = Object.keys(names).filter(name => !new RegExp(`^const ${name}\\b`, 'm').test(script));
  const run = new Function(...parameters, `${script}\nreturn ${isWhole ? 'stack' : 'this'};`);
  const result = run.call(stack, ...parameters.map(name => names[name])) as cdk.Stack;
  return cdk.assertions.Template.fromStack(result).toJSON().Resources;
}

/** What a text imports of the CDK: `{ Duration, aws_s3 as s3 } from 'aws-cdk-lib'`, `* as s3 from 'aws-cdk-lib/aws-s3'`. */
function imports(text: string): Record<string, unknown> {
  const named = [...text.matchAll(/import \{([^}]*)\} from 'aws-cdk-lib'/g)].flatMap(([, list]) => list.split(',')).map(name => name.trim()).filter(name => name !== '');
  const namespaces = [...text.matchAll(/import \* as (\w+) from 'aws-cdk-lib\/([\w-]+)'/g)].map(([, alias, module]) => `${module.replaceAll('-', '_')} as ${alias}`);
  return Object.fromEntries([...named, ...namespaces].map(text_ => {
    const [name, alias = name] = text_.split(' as ');
    return [alias, cdk[name as keyof typeof cdk]];
  }));
}

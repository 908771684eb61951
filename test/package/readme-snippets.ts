import { readFileSync } from 'fs';
import * as path from 'path';
import * as cdk from 'aws-cdk-lib';
import { ModuleKind, ScriptTarget, transpile } from 'typescript';
import * as library from '../../src';
import { REPOSITORY } from '../../tools/repository';

const ENVIRONMENT = { account: '111122223333', region: 'eu-west-1' };
const DATASET_ARN = `arn:aws:personalize:${ENVIRONMENT.region}:${ENVIRONMENT.account}:dataset/movies/INTERACTIONS`;

export interface Snippet {
  /** The heading above it. */
  readonly heading: string;
  readonly code: string;
  /** The text between it and the next snippet or heading. */
  readonly after: string;
}

export const README = readFileSync(path.join(REPOSITORY, 'README.md'), 'utf8');

export function readmeSnippets(): Snippet[] {
  return README.split(/^##+ /m).flatMap(section => {
    const [head, ...parts] = section.split(/^```ts.*\n/m);
    return parts.map(part => {
      const [code, after] = part.split(/^```$/m);
      return { heading: head.split('\n')[0], code, after };
    });
  });
}

/** Runs a snippet in rosetta/default.ts-fixture and returns the stack's resources. */
export function resourcesOf({ code }: Snippet): Record<string, unknown> {
  const stack = new cdk.Stack(new cdk.App(), 'Snippet', { env: ENVIRONMENT });
  const names: Record<string, unknown> = {
    ...library,
    ...importsOfFixture(),
    dataset: library.Dataset.fromDatasetArn(stack, 'FixtureDataset', DATASET_ARN),
    items: library.Dataset.fromDatasetArn(stack, 'FixtureItems', DATASET_ARN.replace('INTERACTIONS', 'ITEMS')),
  };
  const isWhole = code.startsWith('import ');
  const script = transpile(code.replace(/^import .*\n/gm, ''), { target: ScriptTarget.ES2022, module: ModuleKind.None });
  const parameters = Object.keys(names).filter(name => !isWhole || (name !== 'dataset' && name !== 'items'));
  const run = new Function(...parameters, `${script}\nreturn ${isWhole ? 'stack' : 'this'};`);
  const result = run.call(stack, ...parameters.map(name => names[name])) as cdk.Stack;
  return cdk.assertions.Template.fromStack(result).toJSON().Resources;
}

/** Such as `aws_s3 as s3`. */
function importsOfFixture(): Record<string, unknown> {
  const fixture = readFileSync(path.join(REPOSITORY, 'rosetta', 'default.ts-fixture'), 'utf8');
  const [, list] = /import \{([^}]*)\} from 'aws-cdk-lib'/.exec(fixture)!;
  return Object.fromEntries(list.split(',').map(text => text.trim()).filter(text => text !== '').map(text => {
    const [name, alias = name] = text.split(' as ');
    return [alias, cdk[name as keyof typeof cdk]];
  }));
}

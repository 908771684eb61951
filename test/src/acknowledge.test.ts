import * as fs from 'fs';
import * as path from 'path';
import { Annotations, Stack, aws_iam as iam } from 'aws-cdk-lib';
import { Annotations as Found, Match } from 'aws-cdk-lib/assertions';
import * as ts from 'typescript';
import * as library from '../../src';
import { REPOSITORY } from '../../tools/repository';
import { ACCOUNT, concreteStack, jobIn } from '../stacks';

// Runs with the oldest CDK and, with the slow tests, with the newest.

const warningsOf = (stack: Stack) => Found.fromStack(stack).findWarning('*', Match.stringLikeRegexp('cdk-personalize-dataset-export')).map(({ entry }) => String(entry.data));
const idsOf = (stack: Stack) => warningsOf(stack).map(text => /\[ack: ([^\]]*)\]$/.exec(text)![1]);

test('the example of docs/regulated-accounts.md acknowledges the isolated subnets', () => {
  const page = fs.readFileSync(path.join(REPOSITORY, 'docs', 'regulated-accounts.md'), 'utf8');
  const example = [...page.matchAll(/^```ts\n(.*?)^```$/gms)].map(([, code]) => code).find(code => code.includes('acknowledgeWarning'))!;
  const run = (code: string) => {
    const { outputText } = ts.transpileModule(code, { compilerOptions: { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022 } });
    const stack = concreteStack();
    const modules: Record<string, unknown> = { 'aws-cdk-lib': jest.requireActual('aws-cdk-lib'), 'cdk-personalize-dataset-export': library };
    new Function('exports', 'require', outputText).call(stack, {}, (name: string) => modules[name]);
    return warningsOf(stack);
  };
  expect(run(example.replace(/^Annotations.*$/m, ''))).toEqual([expect.stringContaining('isolated subnets')]);
  expect(run(example)).toEqual([]);
});

test('an acknowledged statement is not printed for later jobs; another one is', () => {
  const define = (acknowledged: string[]) => {
    const stack = concreteStack();
    const role = iam.Role.fromRoleArn(stack, 'Role', `arn:aws:iam::${ACCOUNT}:role/mine`, { mutable: false });
    const provider = new library.DatasetExportProvider(stack, 'Provider', { role });
    for (const id of acknowledged) { Annotations.of(provider).acknowledgeWarning(id); }
    const first = jobIn(stack, { provider }, 'A');
    return { stack, later: (destination = first.destination) => jobIn(stack, { provider, destination }, 'B') };
  };
  const ids = idsOf(define([]).stack);
  expect(new Set(ids).size).toBe(ids.length);
  const same = define(ids);
  same.later();
  expect(warningsOf(same.stack)).toEqual([]);
  const other = define(ids);
  other.later(new library.ExportDestination(other.stack, 'Exports'));
  expect(warningsOf(other.stack)).toEqual([expect.stringContaining('iam:PassRole'), expect.stringContaining('s3:ListBucket')]);
});

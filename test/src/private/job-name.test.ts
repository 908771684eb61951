import { NestedStack, Stack, aws_stepfunctions as sfn } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { DatasetExportFragment, IngestionMode } from '../../../src';
import { ACCOUNT, DATASET_ARN, REGION, concreteStack, jobIn } from '../../stacks';

function prefixOfJob(stack: Stack, id = 'Export'): string {
  jobIn(stack, {}, id);
  return Object.values(Template.fromStack(stack).findResources('Custom::PersonalizeDatasetExportJob'))[0].Properties.JobNamePrefix;
}

function prefixOfFragment(stack: Stack, id = 'Export'): string {
  const fragment = new DatasetExportFragment(stack, id, { datasetArn: DATASET_ARN, ingestionMode: IngestionMode.ALL });
  new sfn.StateMachine(stack, 'Machine', { definitionBody: sfn.DefinitionBody.fromChainable(fragment) });
  return fragment.jobNamePrefix;
}

describe.each([
  // the length of the hash that the handler appends, or the state machine
  ['of a job', prefixOfJob, 16], ['of a state machine\'s jobs', prefixOfFragment, 32],
])('the generated name %s', (_, prefixOf, hashLength) => {
  test('starts with the stack and the construct', () => {
    expect(prefixOf(concreteStack())).toMatch(/^Movies_Export[0-9A-F]{8}$/);
  });

  test('is valid and has room for the hash, however long the names are', () => {
    const prefix = prefixOf(concreteStack('A'.repeat(128)), 'Export of: all interactions, of all movies');
    expect(prefix).toMatch(/^[A-Za-z0-9][A-Za-z0-9_-]*$/);
    expect(`${prefix}_${'0'.repeat(hashLength)}`.length).toBeLessThanOrEqual(63);
  });

  test('differs between constructs with the same id in stacks with the same name', () => {
    const other = new Stack(concreteStack('Outer'), 'Movies', { stackName: 'Movies', env: { account: ACCOUNT, region: REGION } });
    expect(prefixOf(other)).not.toBe(prefixOf(concreteStack()));
  });
});

test('stacks whose long names differ at the end have no job names in common', () => {
  const [one, other] = ['1', '2'].map(end => prefixOfJob(concreteStack('A'.repeat(40) + end)).split('_')[0]);
  expect(one).not.toBe(other);
});

test.each(['Default', 'a-b', 'A'.repeat(24)])('a stack\'s name up to 24 characters is in the names of its jobs as it is: %s', name => {
  expect(prefixOfJob(concreteStack(name))).toMatch(new RegExp(`^${name}_Export[0-9A-F]{8}$`));
});

test('in a nested stack, whose name is unknown, the name is valid', () => {
  expect(prefixOfJob(new NestedStack(concreteStack(), 'Nested'))).toMatch(/^[A-Za-z0-9]+_Export[0-9A-F]{8}$/);
});

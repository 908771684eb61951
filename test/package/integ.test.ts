import { App, assertions } from 'aws-cdk-lib';
import { integTest } from '../../tools/integ/app';
import { failedAssertions } from '../../tools/integ/run';

const EXISTING = 'arn:aws:personalize:eu-west-1:111122223333:dataset/movies/ITEMS';

function templates(context: Record<string, string> = {}): { stack: assertions.Template; asserted: Record<string, any>[] } {
  const { stack, assertions: other } = integTest(new App({ context }));
  const { Resources: resources } = assertions.Template.fromStack(other).toJSON();
  return {
    stack: assertions.Template.fromStack(stack),
    asserted: Object.values<any>(resources).filter(({ Type }) => Type.startsWith('Custom::DeployAssert@')).map(({ Properties }) => Properties),
  };
}

test('the integration test exports its own dataset in both ways, once it has records', () => {
  const { stack } = templates();
  for (const type of ['AWS::Personalize::Schema', 'AWS::Personalize::DatasetGroup', 'AWS::Personalize::Dataset']) { stack.resourceCountIs(type, 1); }
  stack.resourceCountIs('Custom::PersonalizeDatasetExportWait', 2);
  const jobs = Object.values(stack.findResources('Custom::PersonalizeDatasetExportJob'));
  expect(jobs).toHaveLength(2);
  const [records] = Object.keys(stack.findResources('Custom::DeployAssert@SdkCallPersonalizeEventsputItems'));
  expect(jobs.map(({ DependsOn }) => DependsOn.includes(records))).toEqual([true, true]);
});

test('the integration test can use an existing dataset', () => {
  const { stack } = templates({ datasetArn: EXISTING });
  stack.resourceCountIs('AWS::Personalize::Dataset', 0);
  stack.allResourcesProperties('Custom::PersonalizeDatasetExportJob', { DatasetArn: EXISTING });
});

test('the integration test asserts that each job is done and that its first object is encrypted with the key', () => {
  const { asserted } = templates();
  expect(asserted.map(({ service, api, expected }) => [service, api, expected !== undefined])).toEqual([1, 2].flatMap(() => [
    ['Personalize', 'describeDatasetExportJob', true], ['S3', 'listObjectsV2', true], ['S3', 'headObject', true],
  ]));
});

test('the integration test leaves nothing behind', () => {
  const { stack } = templates();
  const kept = Object.values<any>(stack.toJSON().Resources).filter(({ DeletionPolicy }) => DeletionPolicy !== undefined && DeletionPolicy !== 'Delete');
  // the policy is deleted with its bucket, and jobs cannot be deleted
  expect(kept.map(({ Type }) => Type).filter(type => !type.startsWith('Custom::PersonalizeDatasetExport'))).toEqual(['AWS::S3::BucketPolicy']);
  stack.resourceCountIs('Custom::S3AutoDeleteObjects', 1);
});

test.each([
  ['all are as expected', { Stack: { OutputUri: 's3://a/' }, Assertions: { AssertionResultsA: '{"status":"success"}' } }, []],
  ['one is not', { Assertions: { AssertionResultsA: '{"status":"success"}', AssertionResultsB: '{"status":"fail","message":"PUT"}' } }, ['AssertionResultsB: PUT']],
  ['there are none', { Stack: { OutputUri: 's3://a/' } }, ['there is no result of any assertion']],
])('assertions: %s', (_, outputs, failed) => {
  expect(failedAssertions(outputs)).toEqual(failed);
});

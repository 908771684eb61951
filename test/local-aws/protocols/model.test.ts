import { cloudFormationApi } from '../../../local-aws/cloudformation/operations';
import type { Api } from '../../../local-aws/core';
import { cloudTrailApi } from '../../../local-aws/services/cloudtrail/operations';
import { eventsApi } from '../../../local-aws/services/events/operations';
import { logsApi } from '../../../local-aws/services/logs/operations';
import { personalizeApi } from '../../../local-aws/services/personalize/operations';
import { ssmApi } from '../../../local-aws/services/ssm/operations';
import { statesApi } from '../../../local-aws/services/states/operations';
import { stsApi } from '../../../local-aws/services/sts/operations';
import { call, testWorld } from '../testing-world';

const JOB = {
  jobName: 'a',
  datasetArn: 'arn:aws:personalize:us-east-1:111122223333:dataset/g/ITEMS',
  roleArn: 'arn:aws:iam::111122223333:role/x',
  jobOutput: { s3DataDestination: { path: 's3://b/x/' } },
};

const json = (api: Api, operation: string, request: object) => call(api, testWorld(), { headers: { 'x-amz-target': `Any.${operation}` }, body: JSON.stringify(request) });
const query = (api: Api, parameters: Record<string, string>) => call(api, testWorld(), { body: new URLSearchParams({ Version: 'any', ...parameters }).toString() });

describe('the JSON protocols refuse', () => {
  test.each<[string, Api, string, object, string, string]>([
    ['a missing parameter', personalizeApi, 'CreateDatasetExportJob', { ...JOB, roleArn: undefined }, 'ValidationException', "'roleArn'"],
    ['a parameter that is null', personalizeApi, 'CreateDatasetExportJob', { ...JOB, jobOutput: null }, 'ValidationException', "'jobOutput'"],
    ['a missing member of a list', personalizeApi, 'CreateDatasetExportJob', { ...JOB, tags: [{ tagKey: 'k' }] }, 'ValidationException', "'tags.1.member.tagValue'"],
    ['a number for a string', personalizeApi, 'CreateDatasetExportJob', { ...JOB, jobName: 1 }, 'SerializationException', "'jobName'"],
    ['a string for a number', personalizeApi, 'ListDatasetExportJobs', { maxResults: '10' }, 'SerializationException', "'maxResults'"],
    ['a string for a structure', personalizeApi, 'CreateDatasetExportJob', { ...JOB, jobOutput: 's3://b' }, 'SerializationException', "'jobOutput'"],
    ['a structure for a list', personalizeApi, 'CreateDatasetExportJob', { ...JOB, tags: { k: 'v' } }, 'SerializationException', "'tags'"],
    ['an unknown parameter', personalizeApi, 'CreateDatasetExportJob', { ...JOB, outputFormat: 'CSV' }, 'LocalAwsNotSupported', 'outputFormat of CreateDatasetExportJob'],
    ['an unknown member', personalizeApi, 'CreateDatasetExportJob', { ...JOB, tags: [{ tagKey: 'k', tagValue: 'v', key: 'k' }] }, 'LocalAwsNotSupported', 'tags.1.member.key'],
    ['an object for a JSON text', statesApi, 'StartExecution', { stateMachineArn: 'x', input: {} }, 'SerializationException', "'input'"],
    ['an entry that is no text', eventsApi, 'PutEvents', { Entries: [{ Detail: {} }] }, 'SerializationException', "'entries.1.member.detail'"],
    ['no name of a parameter', ssmApi, 'GetParameter', {}, 'ValidationException', "'name'"],
    ['a time that is no number', logsApi, 'FilterLogEvents', { startTime: '2026' }, 'SerializationException', "'startTime'"],
    ['events of a kind that does not exist', cloudTrailApi, 'LookupEvents', { Kind: 'x' }, 'LocalAwsNotSupported', 'Kind of LookupEvents'],
  ])('%s', async (_, api, operation, request, code, message) => {
    await expect(json(api, operation, request)).rejects.toMatchObject({ code, message: expect.stringContaining(message) });
  });
});

describe('the query protocol refuses', () => {
  test.each<[string, Api, Record<string, string>, string, string]>([
    ['a missing parameter', cloudFormationApi, { Action: 'CreateChangeSet', StackName: 's' }, 'ValidationError', "'changeSetName'"],
    ['a missing member of a list', cloudFormationApi, { 'Action': 'CreateChangeSet', 'StackName': 's', 'ChangeSetName': 'c', 'Tags.member.1.Key': 'k' }, 'ValidationError', "'tags.1.member.value'"],
    ['a flag that is none', cloudFormationApi, { Action: 'ExecuteChangeSet', ChangeSetName: 'c', DisableRollback: 'yes' }, 'ValidationError', "'disableRollback'"],
    ['a list of another form', cloudFormationApi, { 'Action': 'DeleteStack', 'StackName': 's', 'RetainResources.1': 'x' }, 'ValidationError', "'retainResources'"],
    ['an unknown parameter', cloudFormationApi, { Action: 'DescribeStacks', Name: 's' }, 'LocalAwsNotSupported', 'Name of DescribeStacks'],
    ['a number that is none', stsApi, { Action: 'AssumeRole', RoleArn: 'r', RoleSessionName: 's', DurationSeconds: 'long' }, 'ValidationError', "'durationSeconds'"],
  ])('%s', async (_, api, parameters, code, message) => {
    await expect(query(api, parameters)).rejects.toMatchObject({ code, message: expect.stringContaining(message) });
  });
});

test('an empty list, a flag and a number in a query are fine', async () => {
  const parameters = { Action: 'DeleteStack', StackName: 's', RetainResources: '', DeletionMode: 'STANDARD' };
  await expect(query(cloudFormationApi, parameters)).resolves.toMatchObject({ status: 200 });
  await expect(query(stsApi, { Action: 'GetCallerIdentity' })).resolves.toMatchObject({ status: 200 });
});

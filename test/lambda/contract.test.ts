import { exportRequest } from '../../lambda/export-request';
import { changedInputs } from '../../lambda/input-differences';
import { jobArn } from '../../lambda/job';
import type { DatasetExportJobResourceProperties } from '../../src/contract/resource-properties';

/** As the first version wrote them. Deployed stacks have them: they come back in updates, rollbacks and deletions for good. */
const FIRST: DatasetExportJobResourceProperties & { readonly WaitHandleUrl: string; readonly PollerArn: string } = {
  ServiceToken: 'arn:aws:lambda:eu-west-1:111122223333:function:Provider',
  DatasetArn: 'arn:aws:personalize:eu-west-1:111122223333:dataset/movies/INTERACTIONS',
  IngestionMode: 'ALL',
  JobNamePrefix: 'Movies_Export0A1B2C3D',
  RoleArn: 'arn:aws:iam::111122223333:role/Exports',
  BucketName: 'exports',
  Prefix: 'personalize/',
  KmsKeyArn: 'arn:aws:kms:eu-west-1:111122223333:key/11111111-2222-3333-4444-555555555555',
  Tags: { team: 'ml' },
  TriggerToken: '2026-11',
  TimeoutSeconds: '3300',
  WaitForCompletion: 'true',
  WaitHandleUrl: 'https://cloudformation-waitcondition-eu-west-1.s3.eu-west-1.amazonaws.com/handle',
  PollerArn: 'arn:aws:states:eu-west-1:111122223333:stateMachine:Poller',
};

test('properties as the first version wrote them make the same request', () => {
  expect(exportRequest(FIRST, 'job', new Date('2026-11-24T23:59:59.999Z'))).toEqual({
    jobName: 'job',
    datasetArn: FIRST.DatasetArn,
    ingestionMode: 'ALL',
    roleArn: FIRST.RoleArn,
    outputUri: 's3://exports/personalize/dataset_group=movies/dataset=INTERACTIONS/date=2026-11-24/job/',
    kmsKeyArn: FIRST.KmsKeyArn,
    tags: { team: 'ml' },
  });
});

test('the least that the first version wrote is enough', () => {
  const { ServiceToken, DatasetArn, RoleArn, BucketName } = FIRST;
  expect(exportRequest({ ServiceToken, DatasetArn, RoleArn, BucketName, JobNamePrefix: 'Movies_Export', TimeoutSeconds: '3300' }, 'job', new Date('2026-11-25T00:00:00Z')))
    .toEqual({ jobName: 'job', datasetArn: DatasetArn, roleArn: RoleArn, outputUri: 's3://exports/dataset_group=movies/dataset=INTERACTIONS/date=2026-11-25/job/', tags: {} });
});

test('what a newer version adds is no change of the export, nor is what it does not know', () => {
  const { IngestionMode, Prefix, ...rest } = FIRST;
  expect(changedInputs(rest, { ...rest, IngestionMode: 'PUT', Prefix: '' })).toEqual([]);
  expect(changedInputs(FIRST, { ...FIRST, ContractVersion: '2', ServiceToken: 'other', TimeoutSeconds: '60', WaitForCompletion: 'false', Tags: {}, HandsOver: 'true', WaitedSeconds: '3300' })).toEqual([]);
});

test.each(['arn:aws:personalize:eu-west-1', 'arn:aws-cn:personalize:cn-north-1'])('the ARN of a job follows from its name and its dataset, %s:…', start => {
  expect(jobArn(`${start}:111122223333:dataset/shop/USERS`, 'job')).toBe(`${start}:111122223333:dataset-export-job/job`);
});

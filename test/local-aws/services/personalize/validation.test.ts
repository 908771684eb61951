import { validate } from '../../../../local-aws/services/personalize/validation';

const VALID = {
  jobName: 'a',
  datasetArn: 'arn:aws:personalize:us-east-1:111122223333:dataset/g/ITEMS',
  roleArn: 'arn:aws:iam::111122223333:role/x',
  jobOutput: { s3DataDestination: { path: 's3://b/x/' } },
};
const destination = (s3DataDestination: object): object => ({ jobOutput: { s3DataDestination } });

test.each<[string, object]>([
  ['the least there can be', {}],
  ['everything', {
    ...destination({ path: 's3://b/x/', kmsKeyArn: 'arn:aws:kms:us-east-1:111122223333:key/k' }),
    ingestionMode: 'ALL',
    tags: [{ tagKey: 'ä b', tagValue: '' }],
  }],
])('accepts %s', (_, change) => {
  expect(() => validate('CreateDatasetExportJob', { ...VALID, ...change })).not.toThrow();
});

test.each<[string, object, string]>([
  ['an empty name', { jobName: '' }, "'jobName'"],
  ['a name that begins with a hyphen', { jobName: '-a' }, "'jobName'"],
  ['a name with a slash', { jobName: 'a/b' }, "'jobName'"],
  ['a role\'s name', { roleArn: 'x' }, "'roleArn'"],
  ['a path without scheme', destination({ path: 'b/x' }), "'jobOutput.s3DataDestination.path'"],
  ['a key alias', destination({ path: 's3://b', kmsKeyArn: 'arn:aws:kms:us-east-1:111122223333:alias/k' }), "'jobOutput.s3DataDestination.kmsKeyArn'"],
  ['an unknown mode', { ingestionMode: 'bulk' }, "'ingestionMode'"],
  ['an empty tag key', { tags: [{ tagKey: '', tagValue: 'x' }] }, "'tags.1.member.tagKey'"],
])('refuses %s', (_, change, at) => {
  expect(() => validate('CreateDatasetExportJob', { ...VALID, ...change })).toThrow(at);
});

test.each([[0], [1.5]])('refuses a page of %j', maxResults => {
  expect(() => validate('ListDatasetExportJobs', { maxResults })).toThrow("'maxResults'");
  expect(() => validate('ListDatasetExportJobs', { maxResults: 100, nextToken: '5' })).not.toThrow();
});

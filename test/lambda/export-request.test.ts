import { exportRequest } from '../../lambda/export-request';
import { DATASET_ARN, KEY_ARN, properties, ROLE_ARN, type Properties } from '../../tools/simulation/events';

const NOW = new Date('2026-11-02T08:00:00Z');
const PATH_WITHOUT_PREFIX = 's3://exports//dataset_group=shop/dataset=INTERACTIONS/date=2026-11-02/job/';

// What the request is made of: test/lambda/contract.test.ts. Here is what is refused.

test.each<[string, string, Partial<Properties>, string?]>([
  ['a job name with a dot', 'jobName', {}, 'a.b'],
  ['a job name of 64 characters', 'jobName', {}, 'a'.repeat(64)],
  ['a dataset ARN of another kind', 'dataset', { DatasetArn: 'arn:aws:personalize:eu-west-1:111122223333:dataset-group/shop' }],
  ['a dataset that cannot be exported', 'dataset', { DatasetArn: 'arn:aws:personalize:eu-west-1:111122223333:dataset/shop/ACTIONS' }],
  ['a dataset ARN with a space at its end', 'dataset', { DatasetArn: `${DATASET_ARN} ` }],
  ['a dataset ARN with a line break', 'dataset', { DatasetArn: `${DATASET_ARN}\n` }],
  ['an unknown ingestion mode', 'ingestionMode', { IngestionMode: 'SOME' }],
  ['a role that is no ARN', 'role', { RoleArn: 'Exports' }],
  ['a role ARN with a space at its end', 'role', { RoleArn: `${ROLE_ARN} ` }],
  ['a key ARN with a space at its end', 'encryptionKey', { KmsKeyArn: `${KEY_ARN} ` }],
  ['a key alias', 'encryptionKey', { KmsKeyArn: 'arn:aws:kms:eu-west-1:111122223333:alias/mine' }],
  ['a prefix that is a URI', 'prefix', { Prefix: 's3://exports/a/' }],
  ['a prefix that starts with a slash', 'prefix', { Prefix: '/a/' }],
  ['a prefix without a slash at the end', 'prefix', { Prefix: 'a' }],
  ['an output path of 257 characters', 'prefix', { Prefix: `${'a'.repeat(256 - PATH_WITHOUT_PREFIX.length + 1)}/` }],
  ['a timeout of 59 seconds', 'timeout', { TimeoutSeconds: '59' }],
  ['a timeout of 3301 seconds that no other resource goes on with', 'timeout', { TimeoutSeconds: '3301' }],
  ['a timeout that is no number', 'timeout', { TimeoutSeconds: 'soon' }],
  ['51 tags', 'tags', { Tags: Object.fromEntries(Array.from({ length: 51 }, (_, i) => [`k${i}`, 'v'])) }],
  ['a tag key of AWS', 'tags', { Tags: { 'aws:x': 'v' } }],
  ['a tag value with a bracket', 'tags', { Tags: { ok: 'fine', key: '<' } }],
])('names the prop: %s', (_, prop, overrides, jobName = 'job') => {
  expect(() => exportRequest(properties(overrides), jobName, NOW)).toThrow(new RegExp(`^${prop} `));
});

test.each<[string, Partial<Properties>]>([
  ['an output path of 256 characters', { Prefix: `${'a'.repeat(256 - PATH_WITHOUT_PREFIX.length)}/` }],
  ['a timeout of 60 seconds', { TimeoutSeconds: '60' }],
  ['a timeout of 55 minutes', { TimeoutSeconds: '3300' }],
  ['no timeout', { TimeoutSeconds: undefined }],
  ['a timeout of 3301 seconds that another resource goes on with', { TimeoutSeconds: '3301', HandsOver: 'true' }],
  ['a timeout of 3301 seconds that nobody waits for', { TimeoutSeconds: '3301', WaitForCompletion: 'false' }],
  ['50 tags', { Tags: Object.fromEntries(Array.from({ length: 50 }, (_, i) => [`k${i}`, 'v'])) }],
  ['an empty prefix', { Prefix: '' }],
  ['ARNs of different partitions, about which only Personalize can tell', { RoleArn: ROLE_ARN.replace('arn:aws:', 'arn:aws-cn:') }],
])('accepts %s', (_, overrides) => {
  expect(() => exportRequest(properties(overrides), 'job', NOW)).not.toThrow();
});

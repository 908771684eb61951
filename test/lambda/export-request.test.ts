import { changedInputs, exportRequest, jobArn, jobNameOfArn, outputUri, timeoutSeconds, waitSeconds } from '../../lambda/export-request';
import { DATASET_ARN, KEY_ARN, OTHER_DATASET_ARN, properties, ROLE_ARN, type Properties } from '../../tools/simulation/events';

describe('exportRequest', () => {
  it('takes over each property', () => {
    expect(exportRequest(properties(), 'job')).toEqual({
      jobName: 'job',
      datasetArn: DATASET_ARN,
      ingestionMode: 'ALL',
      roleArn: ROLE_ARN,
      outputUri: 's3://exports/personalize/job/',
      kmsKeyArn: KEY_ARN,
      tags: { team: 'tag-value-of-ml' },
    });
  });

  it('leaves out what was left out', () => {
    const bare = properties({ IngestionMode: undefined, KmsKeyArn: undefined, Tags: undefined, Prefix: undefined });
    expect(exportRequest(bare, 'job')).toEqual({
      jobName: 'job', datasetArn: DATASET_ARN, roleArn: ROLE_ARN, outputUri: 's3://exports/job/', tags: {},
    });
  });

  it.each<[string, string, Partial<Properties>, string?]>([
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
    ['an output path of 257 characters', 'prefix', { Prefix: `${'a'.repeat(256 - 's3://exports//job/'.length + 1)}/` }],
    ['a timeout of 59 seconds', 'timeout', { TimeoutSeconds: '59' }],
    ['a timeout of 3301 seconds that no other resource goes on with', 'timeout', { TimeoutSeconds: '3301' }],
    ['a timeout that is no number', 'timeout', { TimeoutSeconds: 'soon' }],
    ['51 tags', 'tags', { Tags: Object.fromEntries(Array.from({ length: 51 }, (_, i) => [`k${i}`, 'v'])) }],
    ['a tag key of AWS', 'tags', { Tags: { 'aws:x': 'v' } }],
    ['a tag value with a bracket', 'tags', { Tags: { ok: 'fine', key: '<' } }],
  ])('fails on %s, in the words of the prop', (_, prop, overrides, jobName = 'job') => {
    expect(() => exportRequest(properties(overrides), jobName)).toThrow(new RegExp(`^${prop} `));
  });

  it.each<[string, Partial<Properties>]>([
    ['an output path of 256 characters', { Prefix: `${'a'.repeat(256 - 's3://exports//job/'.length)}/` }],
    ['a timeout of 60 seconds', { TimeoutSeconds: '60' }],
    ['a timeout of 55 minutes', { TimeoutSeconds: '3300' }],
    ['no timeout', { TimeoutSeconds: undefined }],
    ['a timeout of 3301 seconds that another resource goes on with', { TimeoutSeconds: '3301', HandsOver: 'true' }],
    ['a timeout of 3301 seconds that nobody waits for', { TimeoutSeconds: '3301', WaitForCompletion: 'false' }],
    ['50 tags', { Tags: Object.fromEntries(Array.from({ length: 50 }, (_, i) => [`k${i}`, 'v'])) }],
    ['an empty prefix', { Prefix: '' }],
    ['ARNs of different partitions, about which only Personalize can tell', { RoleArn: ROLE_ARN.replace('arn:aws:', 'arn:aws-cn:') }],
  ])('accepts %s', (_, overrides) => {
    expect(() => exportRequest(properties(overrides), 'job')).not.toThrow();
  });
});

describe('changedInputs', () => {
  it('is empty for equal properties', () => {
    expect(changedInputs(properties(), properties())).toEqual([]);
  });

  it.each<[string, Partial<Properties>]>([
    ['dataset', { DatasetArn: OTHER_DATASET_ARN }],
    ['ingestionMode', { IngestionMode: 'BULK' }],
    ['jobName', { JobName: 'mine' }],
    ['role', { RoleArn: `${ROLE_ARN}2` }],
    ['bucket', { BucketName: 'other' }],
    ['prefix', { Prefix: 'other/' }],
    ['encryptionKey', { KmsKeyArn: `${KEY_ARN}2` }],
    ['trigger', { TriggerToken: '2' }],
  ])('names %s', (name, overrides) => {
    expect(changedInputs(properties(), properties(overrides))).toEqual([name]);
    expect(changedInputs(properties(overrides), properties())).toEqual([name]);
  });

  it.each<[string, Partial<Properties>]>([
    ['tags', { Tags: {} }],
    ['timeout', { TimeoutSeconds: '60' }],
    ['the prefix of generated names', { JobNamePrefix: 'Other' }],
    ['the service token', { ServiceToken: 'arn:aws:lambda:eu-west-1:111122223333:function:Other' }],
  ])('passes over %s', (_, overrides) => {
    expect(changedInputs(properties(), properties(overrides))).toEqual([]);
  });

  it.each<[string, keyof Properties, string]>([['ingestion mode', 'IngestionMode', 'PUT'], ['prefix', 'Prefix', '']])(
    'takes the default %s and the same value written out for equal', (_, name, value) => {
      expect(changedInputs(properties({ [name]: undefined }), properties({ [name]: value }))).toEqual([]);
    });
});

describe('ARNs and paths', () => {
  it('makes the ARN of a job from the dataset and the name, in any partition', () => {
    expect(jobArn(DATASET_ARN, 'job')).toBe('arn:aws:personalize:eu-west-1:111122223333:dataset-export-job/job');
    expect(jobArn('arn:aws-cn:personalize:cn-north-1:111122223333:dataset/shop/USERS', 'job'))
      .toBe('arn:aws-cn:personalize:cn-north-1:111122223333:dataset-export-job/job');
  });

  it('reads the name of a job from its ARN', () => {
    expect(jobNameOfArn(jobArn(DATASET_ARN, 'job'))).toBe('job');
  });

  it('makes one folder per job', () => {
    expect(outputUri(properties(), 'job')).toBe('s3://exports/personalize/job/');
    expect(outputUri(properties({ Prefix: '' }), 'job')).toBe('s3://exports/job/');
  });

  it('reads the timeout from a text', () => {
    expect(timeoutSeconds(properties({ TimeoutSeconds: '90' }))).toBe(90);
    const { TimeoutSeconds: _, ...byDefault } = properties();
    expect(timeoutSeconds(byDefault)).toBe(55 * 60);
  });

  it('keeps each resource within what CloudFormation waits for it', () => {
    expect(waitSeconds(properties({ TimeoutSeconds: '600' }))).toBe(600);
    expect(waitSeconds(properties({ TimeoutSeconds: '7200', HandsOver: 'true' }))).toBe(3300);
    expect(waitSeconds(properties({ TimeoutSeconds: '7200', HandsOver: 'true', WaitedSeconds: '3300' }))).toBe(3300);
    expect(waitSeconds(properties({ TimeoutSeconds: '7200', WaitedSeconds: '6600' }))).toBe(600);
  });
});

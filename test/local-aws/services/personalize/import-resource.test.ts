import { reason, TestStacks } from '../../cloudformation/testing-stacks';
import { allow, policy, trust } from '../../testing-world';

const SERVICE = 'personalize.amazonaws.com';
const CSV = (id: string) => Buffer.from(`ITEM_ID,NAME\n${id},n\n`);

let aws: TestStacks;
beforeEach(async () => {
  aws = await TestStacks.start();
  const read = allow(['s3:GetObject', 's3:ListBucket'], ['arn:aws:s3:::data', 'arn:aws:s3:::data/*'], { Principal: { Service: SERVICE } });
  aws.world.s3.createBucket('data', { policy: policy(read) });
  aws.world.s3.putObject('data', 'old/a.csv', CSV('old'));
  aws.world.s3.putObject('data', 'new/a.csv', CSV('new'));
  aws.world.s3.putObject('data', 'bad/a.csv', Buffer.from('ITEM_ID\ni\n'));
});
afterEach(() => aws.stop());

const template = (DatasetImportJob?: object) => ({
  Resources: {
    Role: {
      Type: 'AWS::IAM::Role',
      Properties: {
        AssumeRolePolicyDocument: trust(SERVICE),
        Policies: [{ PolicyName: 'p', PolicyDocument: policy(allow(['s3:GetObject', 's3:ListBucket'], ['arn:aws:s3:::data', 'arn:aws:s3:::data/*'])) }],
      },
    },
    Schema: {
      Type: 'AWS::Personalize::Schema',
      Properties: { Name: 's', Schema: JSON.stringify({ fields: [{ name: 'ITEM_ID', type: 'string' }, { name: 'NAME', type: 'string' }] }) },
    },
    Group: { Type: 'AWS::Personalize::DatasetGroup', Properties: { Name: 'g' } },
    Dataset: {
      Type: 'AWS::Personalize::Dataset',
      Properties: { Name: 'd', DatasetType: 'Items', SchemaArn: { Ref: 'Schema' }, DatasetGroupArn: { Ref: 'Group' }, ...DatasetImportJob && { DatasetImportJob } },
    },
  },
});
const importJob = (JobName: string, DataLocation: string) => ({ JobName, DataSource: { DataLocation }, RoleArn: { 'Fn::GetAtt': ['Role', 'Arn'] } });
const bulk = () => {
  const { datasets } = aws.world.personalize;
  return datasets.datasetsOf('arn:aws:personalize:us-east-1:111122223333:dataset-group/g').flatMap(({ records }) => records.bulk.map(({ ITEM_ID }) => ITEM_ID));
};

test('a dataset with an import job exists when that is done, and a changed job is another import', async () => {
  const stack = await aws.deploy(template(importJob('first', 's3://data/old/')));
  expect([reason(stack), stack.status, bulk()]).toEqual([undefined, 'CREATE_COMPLETE', ['old']]);
  expect((await aws.deploy(template(importJob('second', 's3://data/new/')))).status).toBe('UPDATE_COMPLETE');
  expect(bulk()).toEqual(['new']);
  expect((await aws.delete(stack)).status).toBe('DELETE_COMPLETE');
});

test.each([
  ['when it is created', 's3://data/', 'Invalid Data location.'],
  ['when it reads the data', 's3://data/bad/', 'Input CSV is missing the following columns:[NAME].'],
])('a deployment fails with the reason of an import that fails %s, and leaves no dataset', async (_, location, failureReason) => {
  const stack = await aws.deploy(template(importJob('first', location)));
  expect([reason(stack), stack.status]).toEqual([failureReason, 'ROLLBACK_COMPLETE']);
  expect(() => bulk()).toThrow('does not exist');
});

test('without rollback, a failed import leaves the dataset without records', async () => {
  expect((await aws.deployWithoutRollback(template(importJob('first', 's3://data/bad/')))).status).toBe('CREATE_FAILED');
  expect(bulk()).toEqual([]);
});

test('an update that fails keeps the records; it cannot go back to the previous import job, whose name is taken', async () => {
  await aws.deploy(template(importJob('first', 's3://data/old/')));
  expect((await aws.deploy(template(importJob('second', 's3://data/bad/')))).status).toBe('UPDATE_ROLLBACK_FAILED');
  expect(bulk()).toEqual(['old']);
});

test.each(['JobName', 'DataSource', 'RoleArn'])('a job without %s is refused', async missing => {
  const { [missing]: _, ...rest } = importJob('first', 's3://data/old/') as Record<string, unknown>;
  const stack = await aws.deploy(template(rest));
  expect(stack.status).toBe('ROLLBACK_COMPLETE');
});

test.each([[undefined, 'ROLLBACK_COMPLETE'], ['ECOMMERCE', 'CREATE_COMPLETE']])('a dataset of a Domain dataset group needs a schema of its domain: %s', async (Domain, status) => {
  const ofDomain = template() as any;
  ofDomain.Resources.Group.Properties.Domain = 'ECOMMERCE';
  Object.assign(ofDomain.Resources.Schema.Properties, Domain && { Domain });
  expect((await aws.deploy(ofDomain)).status).toBe(status);
});

describe('a changed schema', () => {
  const deployWithOther = async (importJobOfNew: object, UpdateReplacePolicy = 'Delete') => {
    const before = template(importJob('first', 's3://data/old/'));
    await aws.deploy(before);
    const after = structuredClone(before) as any;
    after.Resources.Schema.Properties = { Name: 'other', Schema: JSON.stringify({ fields: [{ name: 'ITEM_ID', type: 'string' }] }) };
    Object.assign(after.Resources.Dataset, { UpdateReplacePolicy });
    Object.assign(after.Resources.Dataset.Properties, { DatasetImportJob: importJobOfNew });
    return aws.deploy(after);
  };

  test('replaces the dataset: the old one is deleted first, with its records', async () => {
    expect((await deployWithOther(importJob('second', 's3://data/bad/'))).status).toBe('UPDATE_COMPLETE');
    expect(bulk()).toEqual(['i']);
  });

  test('of an update that fails brings back no records', async () => {
    const stack = await deployWithOther(importJob('second', 's3://data/old/'));
    expect(reason(stack)).toMatch('columns');
    expect([stack.status, bulk()]).toEqual(['UPDATE_ROLLBACK_FAILED', []]);
  });

  test('that is not to delete the old dataset cannot create a new one, because the group has one of its type', async () => {
    const stack = await deployWithOther(importJob('second', 's3://data/bad/'), 'Retain');
    expect(reason(stack)).toMatch('already exists');
    expect([stack.status, bulk()]).toEqual(['UPDATE_ROLLBACK_COMPLETE', ['old']]);
  });
});

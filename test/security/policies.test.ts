import { Annotations as CoreAnnotations, App, Duration, Stack, aws_iam as iam, aws_kms as kms, aws_personalize as personalize, aws_s3 as s3 } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import {
  Dataset, DatasetExportJob, DatasetExportJobProps, ExportDestination, ExportDestinationProps, IngestionMode,
} from '../../src';
import { ACCOUNT, DATASET_ARN, REGION, agnosticStack, concreteStack, importedDataset } from '../stacks';

const OTHER_ACCOUNT = '999988887777';
const SERVICE = 'personalize.amazonaws.com';
const env = { account: ACCOUNT, region: REGION };

function exportIn(stack: Stack, props: Partial<DatasetExportJobProps> & { to?: ExportDestinationProps } = {}, id = 'Export'): DatasetExportJob {
  const { to, ...others } = props;
  return new DatasetExportJob(stack, id, {
    dataset: importedDataset(stack),
    ingestionMode: IngestionMode.ALL,
    destination: to && new ExportDestination(stack, `${id}To`, to),
    ...others,
  });
}

/** The statements of resource policies, key policies or trust policies. */
function statementsOf(stack: Stack, type: string): any[] {
  return Object.values(Template.fromStack(stack).findResources(type))
    .flatMap(({ Properties }) => (Properties.PolicyDocument ?? Properties.KeyPolicy ?? Properties.AssumeRolePolicyDocument).Statement);
}

/** The statements of the roles' policies. */
function roleStatements(stack: Stack, id: RegExp = /./): any[] {
  const template = Template.fromStack(stack);
  const policies = ['AWS::IAM::Policy', 'AWS::IAM::ManagedPolicy'].flatMap(type => Object.entries(template.findResources(type)))
    .map(([key, { Properties }]) => [key, Properties.PolicyDocument] as const);
  const inline = Object.entries(template.findResources('AWS::IAM::Role'))
    .flatMap(([key, { Properties }]) => (Properties.Policies ?? []).map(({ PolicyDocument }: any) => [key, PolicyDocument] as const));
  return [...policies, ...inline].filter(([key]) => id.test(key)).flatMap(([, { Statement }]) => Statement);
}

function warnings(stack: Stack): string[] {
  return Annotations.fromStack(stack).findWarning('*', Match.anyValue()).map(({ entry }) => String(entry.data));
}

/** The statements in the warnings, which users have to add themselves. */
function statementsToAdd(stack: Stack): any[] {
  return warnings(stack).map(text => JSON.parse(/\{"Action.*\}/.exec(text)![0]));
}

describe('of another stack', () => {
  const CASES: [string, (shared: Stack) => { to?: ExportDestinationProps; dataset?: personalize.IDatasetRef }][] = [
    ['a bucket', shared => ({ to: { bucket: new s3.Bucket(shared, 'Bucket'), prefix: 'a' } })],
    ['a bucket with a key', shared => ({ to: { bucket: new s3.Bucket(shared, 'Bucket', { encryptionKey: new kms.Key(shared, 'Key') }) } })],
    ['a key for the objects', shared => ({ to: { encryptionKey: new kms.Key(shared, 'Key') } })],
    ['the dataset group\'s key', shared => ({ to: { datasetEncryptionKey: new kms.Key(shared, 'Key') } })],
    ['a dataset', shared => {
      const group = new personalize.CfnDatasetGroup(shared, 'Group', { name: 'movies' });
      return { dataset: new personalize.CfnDataset(shared, 'Items', { name: 'items', datasetType: 'Items', datasetGroupArn: group.attrDatasetGroupArn, schemaArn: 'arn:aws:personalize:eu-west-1:111122223333:schema/items' }) };
    }],
    ['a role, a bucket and a key', shared => {
      const role = new iam.Role(shared, 'Role', { assumedBy: new iam.ServicePrincipal(SERVICE) });
      return { to: { role, bucket: new s3.Bucket(shared, 'Bucket', { encryptionKey: new kms.Key(shared, 'Key') }) } };
    }],
    ['a role', shared => ({ to: { role: new iam.Role(shared, 'Role', { assumedBy: new iam.ServicePrincipal(SERVICE) }) } })],
  ];
  test.each(CASES)('%s does not make the stacks depend on each other in a circle', (_, define) => {
    const app = new App();
    const shared = new Stack(app, 'Shared', { env });
    const stack = new Stack(app, 'Movies', { env });
    exportIn(stack, define(shared));
    app.synth();
    expect(stack.dependencies).toContain(shared);
    expect(shared.dependencies).not.toContain(stack);
    expect(warnings(stack)).toEqual([]);
  });
});

describe('of another account', () => {
  const role = '<ARN of Movies/ExportTo/Role>';

  test('a bucket needs a policy that allows the service and the role: the warnings contain it', () => {
    const stack = concreteStack();
    const bucket = s3.Bucket.fromBucketAttributes(stack, 'Bucket', { bucketArn: 'arn:aws:s3:::theirs', account: OTHER_ACCOUNT });
    exportIn(stack, { to: { bucket, prefix: 'a' } });
    expect(statementsToAdd(stack)).toEqual([
      { Action: 's3:ListBucket', Effect: 'Allow', Resource: 'arn:aws:s3:::theirs', Principal: { Service: SERVICE, AWS: role } },
      { Action: 's3:PutObject', Effect: 'Allow', Resource: 'arn:aws:s3:::theirs/a/*', Principal: { Service: SERVICE, AWS: role } },
    ]);
  });

  test('a key needs all actions in both policies', () => {
    const stack = concreteStack();
    const encryptionKey = kms.Key.fromKeyArn(stack, 'Key', `arn:aws:kms:${REGION}:${OTHER_ACCOUNT}:key/1234abcd-12ab-34cd-56ef-1234567890ab`);
    exportIn(stack, { to: { encryptionKey } });
    const ofRole = statementsOf(stack, 'AWS::IAM::Policy').find(({ Resource }) => Resource === encryptionKey.keyArn);
    const [ofKey] = statementsToAdd(stack);
    expect(ofRole.Action).toContain('kms:CreateGrant');
    expect(ofKey).toEqual({ Action: ofRole.Action, Effect: 'Allow', Resource: '*', Principal: { Service: SERVICE, AWS: role } });
  });

  test('needs nothing more for a bucket and a key of this account', () => {
    const stack = concreteStack();
    exportIn(stack, { to: { bucket: s3.Bucket.fromBucketName(stack, 'Bucket', 'ours'), encryptionKey: kms.Key.fromKeyArn(stack, 'Key', `arn:aws:kms:${REGION}:${ACCOUNT}:key/1234abcd-12ab-34cd-56ef-1234567890ab`) } });
    const principals = statementsToAdd(stack).map(({ Principal }) => Principal);
    expect(principals).toEqual([{ Service: SERVICE }, { Service: SERVICE }, { Service: SERVICE, AWS: role }]);
    expect(JSON.stringify(statementsOf(stack, 'AWS::IAM::Policy'))).not.toContain('kms:CreateGrant');
  });
});

describe('imported', () => {
  const keyArn = `arn:aws:kms:${REGION}:${ACCOUNT}:key/1234abcd-12ab-34cd-56ef-1234567890ab`;

  test('a bucket and its key: the warnings contain both policies, and the role may use both', () => {
    const stack = concreteStack();
    const bucket = s3.Bucket.fromBucketAttributes(stack, 'Bucket', { bucketName: 'mine', encryptionKey: kms.Key.fromKeyArn(stack, 'Key', keyArn) });
    const { destination } = exportIn(stack, { to: { bucket } });
    expect(destination.encryptionKey!.keyArn).toBe(keyArn);
    expect(statementsToAdd(stack).map(({ Action }) => [Action].flat()[0])).toEqual(['s3:ListBucket', 's3:PutObject', 'kms:CreateGrant']);
    const resources = statementsOf(stack, 'AWS::IAM::Policy').map(({ Resource }) => JSON.stringify(stack.resolve(Resource)));
    expect(resources).toEqual(expect.arrayContaining([expect.stringMatching(/:s3:::mine"/), expect.stringMatching(/:s3:::mine\/\*/), JSON.stringify(keyArn)]));
  });

  test('a bucket with an unknown key: no key is granted or named', () => {
    const stack = concreteStack();
    exportIn(stack, { to: { bucket: s3.Bucket.fromBucketName(stack, 'Bucket', 'mine') } });
    expect(JSON.stringify(Template.fromStack(stack).toJSON())).not.toContain('kms:');
    Template.fromStack(stack).hasResourceProperties('Custom::PersonalizeDatasetExportJob', { KmsKeyArn: Match.absent() });
  });

  test.each<[string, (stack: Stack) => iam.IRole]>([
    ['that cannot be changed', stack => iam.Role.fromRoleArn(stack, 'Role', `arn:aws:iam::${ACCOUNT}:role/mine`, { mutable: false })],
    ['of the app that is frozen', stack => new iam.Role(stack, 'Role', { assumedBy: new iam.ServicePrincipal(SERVICE) }).withoutPolicyUpdates()],
  ])('a role %s: the warnings contain every statement that it needs', (_, roleIn) => {
    const stack = concreteStack();
    const role = roleIn(stack);
    exportIn(stack, { to: { role, prefix: 'a' } });
    expect(statementsToAdd(stack).map(({ Action }) => [Action].flat())).toEqual([
      ['s3:ListBucket'], ['s3:PutObject'], ['kms:Decrypt', 'kms:DescribeKey', 'kms:GenerateDataKey', 'kms:ListGrants'],
    ]);
    // resources of the app are granted nevertheless
    expect(statementsOf(stack, 'AWS::KMS::Key')[1].Principal).toEqual({ Service: SERVICE, AWS: stack.resolve(role.roleArn) });
  });

  test('a role of another stack: its policy is in the stack of the export', () => {
    const app = new App();
    const shared = new Stack(app, 'Shared', { env });
    const stack = new Stack(app, 'Movies', { env });
    exportIn(stack, { to: { role: new iam.Role(shared, 'Role', { assumedBy: new iam.ServicePrincipal(SERVICE) }) } });
    Template.fromStack(shared).resourceCountIs('AWS::IAM::Policy', 0);
    const [id, policy] = Object.entries(Template.fromStack(stack).findResources('AWS::IAM::Policy')).find(([key]) => /^ExportToRolePolicy/.test(key))!;
    expect(policy.Properties.Roles).toEqual([{ 'Fn::ImportValue': expect.stringContaining('Role') }]);
    expect(Object.values(Template.fromStack(stack).findResources('Custom::PersonalizeDatasetExportJob'))[0].DependsOn).toContain(id);
  });
});

test('warnings can be acknowledged, each by its own id', () => {
  const stack = concreteStack();
  exportIn(stack, {
    to: {
      bucket: s3.Bucket.fromBucketName(stack, 'Bucket', 'mine'),
      encryptionKey: kms.Key.fromKeyArn(stack, 'Key', `arn:aws:kms:${REGION}:${ACCOUNT}:key/1234abcd-12ab-34cd-56ef-1234567890ab`),
      role: iam.Role.fromRoleArn(stack, 'Role', `arn:aws:iam::${ACCOUNT}:role/mine`, { mutable: false }),
    },
  });
  const ids = new Set(warnings(stack).map(text => /\[ack: ([^\]]*)\]/.exec(text)![1]));
  expect(new Set([...ids].map(id => id.replace(/-[0-9a-f]{8}$/, '')))).toEqual(
    new Set(['bucketPolicy', 'keyPolicy', 'rolePolicy'].map(name => `cdk-personalize-dataset-export:${name}NotAdded`)),
  );
  for (const id of ids) { CoreAnnotations.of(stack).acknowledgeWarning(id); }
  expect(warnings(stack)).toEqual([]);
});

describe('several jobs and destinations in a stack', () => {
  const count = (define: (stack: Stack) => void) => {
    const stack = concreteStack();
    define(stack);
    const of = (type: string) => statementsOf(stack, type).length;
    const handler = roleStatements(stack, /Handler/).length;
    return {
      handler,
      roles: Object.keys(Template.fromStack(stack).findResources('AWS::IAM::Role')).length,
      rolePolicies: roleStatements(stack).length - handler,
      bucketPolicies: of('AWS::S3::BucketPolicy'),
      keyPolicies: of('AWS::KMS::Key'),
    };
  };
  const one = count(stack => exportIn(stack));

  test('ten jobs of one dataset and one destination need the same as one', () => {
    expect(count(stack => {
      const destination = new ExportDestination(stack, 'Exports');
      const dataset = importedDataset(stack);
      for (let i = 0; i < 10; i++) { exportIn(stack, { destination, dataset }, `Export${i}`); }
    })).toEqual(one);
  });

  test('jobs of ten datasets need the statements of one, one of them with ten resources', () => {
    const define = (stack: Stack) => {
      const destination = new ExportDestination(stack, 'Exports');
      for (let i = 0; i < 10; i++) { exportIn(stack, { destination, dataset: importedDataset(stack, DATASET_ARN.replace('movies', `movies${i}`)) }, `Export${i}`); }
    };
    expect(count(define)).toEqual(one);
    const stack = concreteStack();
    define(stack);
    const lists = roleStatements(stack).filter(({ Action }) => Action === 'personalize:CreateDatasetExportJob').map(({ Resource }) => Resource.length);
    expect(lists).toEqual([10]);
  });

  test('each further destination adds its role and statements, and two statements for the functions', () => {
    const two = count(stack => {
      exportIn(stack, { to: {} }, 'A');
      exportIn(stack, { to: {} }, 'B');
    });
    expect(two).toEqual({
      handler: one.handler + 2,
      roles: one.roles + 1,
      rolePolicies: one.rolePolicies + 3,
      bucketPolicies: one.bucketPolicies * 2,
      keyPolicies: one.keyPolicies * 2,
    });
  });

  test('destinations that share bucket, key and role add one statement to the role and one to the bucket, each for its prefix', () => {
    const shared = (prefixes: string[]) => count(stack => {
      const bucket = new s3.Bucket(stack, 'Bucket', { encryptionKey: new kms.Key(stack, 'Key') });
      const role = new iam.Role(stack, 'Role', { assumedBy: new iam.ServicePrincipal(SERVICE) });
      prefixes.forEach(prefix => exportIn(stack, { to: { bucket, role, prefix } }, `Export${prefix}`));
    });
    const [ofOne, ofThree] = [shared(['a']), shared(['a', 'b', 'c'])];
    expect(ofThree).toEqual({ ...ofOne, rolePolicies: expect.any(Number), bucketPolicies: ofOne.bucketPolicies + 2 });
    // the CDK merges statements of a role that differ only in their resources
    expect(ofThree.rolePolicies).toBeLessThanOrEqual(ofOne.rolePolicies + 2);
  });
});

describe.each([['aws', 'eu-west-1'], ['aws-cn', 'cn-north-1'], ['aws-us-gov', 'us-gov-west-1']])('in partition %s', (_partition, region) => {
  const concrete = () => new Stack(new App(), 'Movies', { env: { account: ACCOUNT, region } });
  const everything = (stack: Stack) => exportIn(stack, {
    dataset: Dataset.fromDatasetArn(stack, 'Dataset', stack.formatArn({ service: 'personalize', resource: 'dataset', resourceName: 'movies/ITEMS' })),
    to: { datasetEncryptionKey: new kms.Key(stack, 'GroupKey') },
    tags: { team: 'ml' },
    timeout: Duration.hours(6),
  });

  test.each([['concrete', concrete], ['agnostic', agnosticStack]])('no policy of a %s stack names a partition or the services of another one', (_, makeStack) => {
    const stack = makeStack();
    everything(stack);
    const text = JSON.stringify(roleStatements(stack)
      .concat(statementsOf(stack, 'AWS::IAM::Role'), statementsOf(stack, 'AWS::S3::BucketPolicy'), statementsOf(stack, 'AWS::KMS::Key')));
    expect(text).not.toMatch(/arn:aws/);
    expect([...new Set(text.match(/[a-z]+\.amazonaws\.com(\.cn)?/g))].sort()).toEqual(['lambda.amazonaws.com', SERVICE, 'states.amazonaws.com']);
    if (makeStack === agnosticStack) { expect(text).not.toContain(region); }
  });
});

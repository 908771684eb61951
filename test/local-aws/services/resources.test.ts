import { zipOf } from './lambda/testing-zip';
import type { Stack } from '../../../local-aws/cloudformation/engine/stack';
import { reason, TestStacks, topic } from '../cloudformation/testing-stacks';
import { allow, eventually, policy, trust } from '../testing-world';

let aws: TestStacks;
beforeEach(async () => { aws = await TestStacks.withRealFunctions(); });
afterEach(() => aws.stop());

const deploy = (Resources: object) => aws.deploy({ Resources });

async function remove(stack: Stack): Promise<void> {
  expect((await aws.delete(stack)).status).toBe('DELETE_COMPLETE');
}

const roleFor = (service: string, properties: object = {}) => ({ Type: 'AWS::IAM::Role', Properties: { AssumeRolePolicyDocument: trust(service), ...properties } });
const POLICY = (action: string) => policy(allow(action));
const BUCKET_POLICY = policy(allow('s3:PutObject', 'arn:aws:s3:::the-bucket/*', { Principal: { Service: 'personalize.amazonaws.com' } }));

test('SSM parameters: made, changed in place, replaced by another name, read as template parameters, deleted', async () => {
  const named = (Name: string | undefined, Value: string) => ({ P: { Type: 'AWS::SSM::Parameter', Properties: { Name, Type: 'String', Value } } });
  const stack = await deploy(named(undefined, 'a'));
  const generated = stack.resources.get('P')!.physicalId!;
  expect(generated).toMatch(/^CFN-Stack-P-/);
  expect(stack.resources.get('P')!.attributes).toEqual({ Type: 'String', Value: 'a' });
  await deploy(named(undefined, 'b'));
  expect([stack.resources.get('P')!.physicalId, aws.world.ssm.parameter(generated)]).toEqual([generated, 'b']);
  await deploy(named('/own/name', 'c'));
  expect([aws.world.ssm.parameter(generated), aws.world.ssm.parameter('/own/name')]).toEqual([undefined, 'c']);
  await remove(stack);
  expect(aws.world.ssm.parameter('/own/name')).toBeUndefined();
});

test('an SSM parameter that exists already is not taken over', async () => {
  aws.world.ssm.createParameter('/taken', 'x');
  const stack = await deploy({ P: { Type: 'AWS::SSM::Parameter', Properties: { Name: '/taken', Type: 'String', Value: 'y' } } });
  expect(reason(stack)).toContain('The parameter already exists');
  expect(aws.world.ssm.parameter('/taken')).toBe('x');
});

test('a template parameter reads the value that an SSM parameter has at the time', async () => {
  aws.world.ssm.createParameter('/shared', 'before');
  const template = {
    Parameters: { Shared: { Type: 'AWS::SSM::Parameter::Value<String>', Default: '/shared' } }, Resources: { T: topic({ Ref: 'Shared' }) },
  };
  const displayed = async () => (await aws.deploy(template)).resources.get('T')!.properties.DisplayName;
  expect(await displayed()).toBe('before');
  aws.world.ssm.setParameter('/shared', 'after');
  expect(await displayed()).toBe('after');
});

test('roles with inline, attached and managed policies, updated and deleted', async () => {
  const template = (action: string) => ({
    Role: roleFor('lambda.amazonaws.com', { RoleName: 'the-role', Policies: [{ PolicyName: `inline-${action.replace(':', '-')}`, PolicyDocument: POLICY(action) }] }),
    Policy: { Type: 'AWS::IAM::Policy', Properties: { PolicyName: 'p', PolicyDocument: POLICY('sqs:ListQueues'), Roles: [{ Ref: 'Role' }] } },
    Managed: { Type: 'AWS::IAM::ManagedPolicy', Properties: { PolicyDocument: POLICY('sns:ListTopics'), Roles: [{ Ref: 'Role' }] } },
  });
  const stack = await deploy(template('s3:ListAllMyBuckets'));
  const roleArn = String(stack.resources.get('Role')!.attributes.Arn);
  const actions = ['s3:ListAllMyBuckets', 'kms:ListKeys', 'sqs:ListQueues', 'sns:ListTopics'];
  const allowed = async () => {
    const decisions = await Promise.all(actions.map(action => aws.world.iam.isAllowed({ principal: { roleArn }, action, resource: '*' })));
    return actions.filter((_, index) => decisions[index]);
  };
  expect(await allowed()).toEqual(['s3:ListAllMyBuckets', 'sqs:ListQueues', 'sns:ListTopics']);
  await deploy(template('kms:ListKeys'));
  expect(await allowed()).toEqual(['kms:ListKeys', 'sqs:ListQueues', 'sns:ListTopics']);
  await remove(stack);
  expect(aws.world.iam.hasRole(roleArn)).toBe(false);
});

test('a role that cannot be completed leaves nothing behind', async () => {
  const stack = await deploy({ Role: roleFor('lambda.amazonaws.com', { RoleName: 'half', ManagedPolicyArns: ['arn:aws:iam::111122223333:policy/none'] }) });
  expect(stack.status).toBe('ROLLBACK_COMPLETE');
  expect(aws.world.iam.hasRole('arn:aws:iam::111122223333:role/half')).toBe(false);
});

test('more policies than a role takes fail the stack, and leave nothing behind', async () => {
  const managed = Object.fromEntries(Array.from({ length: 11 }, (_, index) => [
    `Managed${index}`, { Type: 'AWS::IAM::ManagedPolicy', Properties: { ManagedPolicyName: `m${index}`, PolicyDocument: POLICY('sns:ListTopics'), Roles: [{ Ref: 'Role' }] } },
  ]));
  const stack = await deploy({ Role: roleFor('lambda.amazonaws.com'), ...managed });
  expect([stack.status, reason(stack)]).toEqual(['ROLLBACK_COMPLETE', expect.stringContaining('Cannot exceed quota for PoliciesPerRole: 10')]);
  for (const name of Object.keys(managed).map(id => id.replace('Managed', 'm'))) {
    expect(() => aws.world.iam.deletePolicy(`arn:aws:iam::111122223333:policy/${name}`)).toThrow('does not exist');
  }
});

test('a bucket encrypted with a key, and its policy', async () => {
  const stack = await deploy({
    Key: { Type: 'AWS::KMS::Key', Properties: { EnableKeyRotation: true }, DeletionPolicy: 'Retain' },
    Bucket: {
      Type: 'AWS::S3::Bucket',
      Properties: {
        BucketName: 'the-bucket',
        BucketEncryption: { ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms', KMSMasterKeyID: { 'Fn::GetAtt': ['Key', 'Arn'] } } }] },
      },
    },
    Policy: { Type: 'AWS::S3::BucketPolicy', Properties: { Bucket: { Ref: 'Bucket' }, PolicyDocument: BUCKET_POLICY } },
  });
  expect(stack.status).toBe('CREATE_COMPLETE');
  const keyArn = String(stack.resources.get('Key')!.attributes.Arn);
  expect(aws.world.s3.bucket('the-bucket')).toMatchObject({ kmsKeyArn: keyArn, policy: BUCKET_POLICY });
  await remove(stack);
  expect(aws.world.s3.bucket('the-bucket')).toBeUndefined();
  expect(aws.world.kms.keyPolicy(keyArn)).toBeDefined();
});

test('a function, who may call it, and a state machine that does', async () => {
  aws.world.s3.createBucket('code', {});
  aws.world.s3.putObject('code', 'one.zip', zipOf({ 'index.js': 'exports.handler = async (event) => ({ ...event, version: process.env.VERSION })' }));
  const template = (version: number) => ({
    FnRole: roleFor('lambda.amazonaws.com'),
    Fn: {
      Type: 'AWS::Lambda::Function',
      Properties: {
        Code: { S3Bucket: 'code', S3Key: 'one.zip' },
        Handler: 'index.handler',
        Role: { 'Fn::GetAtt': ['FnRole', 'Arn'] },
        Runtime: 'nodejs24.x',
        Timeout: 60,
        Environment: { Variables: { VERSION: version } },
      },
    },
    MachineRole: roleFor('states.amazonaws.com', { Policies: [{ PolicyName: 'invoke', PolicyDocument: POLICY('lambda:InvokeFunction') }] }),
    Machine: {
      Type: 'AWS::StepFunctions::StateMachine',
      Properties: {
        RoleArn: { 'Fn::GetAtt': ['MachineRole', 'Arn'] },
        DefinitionString: { 'Fn::Sub': '{"StartAt":"T","States":{"T":{"Type":"Task","Resource":"${Fn.Arn}","End":true}}}' },
      },
    },
  });
  const stack = await deploy(template(1));
  expect([reason(stack), stack.status]).toEqual([undefined, 'CREATE_COMPLETE']);
  const run = async () => {
    const execution = aws.world.states.startExecution(stack.resources.get('Machine')!.physicalId!, '{"a":1}');
    await eventually(() => expect(execution.status).not.toBe('RUNNING'));
    return execution.output ?? execution.cause;
  };
  expect(await run()).toBe('{"a":1,"version":"1"}');
  await deploy(template(2));
  expect(await run()).toBe('{"a":1,"version":"2"}');
  await remove(stack);
});

test.each([
  ['is deleted when its executions have ended', 7000, 'DELETE_COMPLETE'],
  ['is not, within the time that CloudFormation has for it', 7300, 'DELETE_FAILED'],
])('a state machine %s', async (_, Seconds, status) => {
  const stack = await deploy({
    Role: roleFor('states.amazonaws.com'),
    Machine: {
      Type: 'AWS::StepFunctions::StateMachine',
      Properties: { RoleArn: { 'Fn::GetAtt': ['Role', 'Arn'] }, DefinitionString: JSON.stringify({ StartAt: 'W', States: { W: { Type: 'Wait', Seconds, End: true } } }) },
    },
  });
  aws.world.states.startExecution(stack.resources.get('Machine')!.physicalId!, '{}');
  await aws.world.clock.sleep(1000);
  expect((await aws.delete(stack)).status).toBe(status);
});

test('personalize resources, log groups and placeholders', async () => {
  const schema = { type: 'record', name: 'Interactions', fields: [{ name: 'USER_ID', type: 'string' }, { name: 'ITEM_ID', type: 'string' }, { name: 'TIMESTAMP', type: 'long' }] };
  const stack = await deploy({
    Schema: { Type: 'AWS::Personalize::Schema', Properties: { Name: 's', Schema: JSON.stringify(schema) } },
    Group: { Type: 'AWS::Personalize::DatasetGroup', Properties: { Name: 'g' } },
    Dataset: {
      Type: 'AWS::Personalize::Dataset',
      Properties: { Name: 'd', DatasetType: 'Interactions', SchemaArn: { Ref: 'Schema' }, DatasetGroupArn: { 'Fn::GetAtt': ['Group', 'DatasetGroupArn'] } },
    },
    Log: { Type: 'AWS::Logs::LogGroup', Properties: { LogGroupName: 'the-group', RetentionInDays: 7 } },
    Parameter: { Type: 'AWS::SSM::Parameter', Properties: { Type: 'String', Value: { Ref: 'Dataset' } } },
  });
  expect([reason(stack), stack.status]).toEqual([undefined, 'CREATE_COMPLETE']);
  expect(stack.resources.get('Parameter')!.attributes.Value).toMatch(/^arn:aws:personalize:us-east-1:111122223333:dataset\/g\/INTERACTIONS$/);
  expect(aws.world.logs.hasLogGroup('the-group')).toBe(true);
  await remove(stack);
  expect(aws.world.logs.hasLogGroup('the-group')).toBe(false);
});

test.each<[string, string, object, string]>([
  ['a member of a nested property', 'AWS::S3::Bucket', { BucketEncryption: { ServerSideEncryptionConfiguration: [{ BlockedEncryptionTypes: {} }] } }, 'local AWS does not support BlockedEncryptionTypes in ServerSideEncryptionConfiguration'],
  ['inline code', 'AWS::Lambda::Function', { Code: { ZipFile: 'x' }, Handler: 'h', Role: 'r', Runtime: 'nodejs24.x' }, 'local AWS does not support ZipFile in Code'],
  ['a missing property', 'AWS::IAM::Role', {}, 'required key [AssumeRolePolicyDocument] not found'],
  ['code that is not there', 'AWS::Lambda::Function', { Code: { S3Bucket: 'code', S3Key: 'k' }, Handler: 'h', Role: 'r', Runtime: 'nodejs24.x' }, 'The specified key does not exist'],
  ...([
    ['another bucket', { Resource: 'arn:aws:s3:::other/*' }, 'Policy has invalid resource'],
    ['all resources', { Resource: '*' }, 'Policy has invalid resource'],
    ['an action of a bucket on its objects', { Action: 's3:ListBucket' }, 'Action does not apply to any resource(s) in statement'],
    ['an action of objects on their bucket', { Resource: 'arn:aws:s3:::code' }, 'Action does not apply to any resource(s) in statement'],
    ['an unknown action', { Action: 's3:GetObjekt' }, 'Policy has invalid action'],
    ['an action of another service', { Action: 'kms:Decrypt' }, 'Policy has invalid action'],
    ['everybody', { Principal: '*' }, 'BlockPublicPolicy'],
    ['everybody, by a pattern', { Principal: { AWS: '*' }, Condition: { StringLike: { 'aws:SourceAccount': '1*' } } }, 'BlockPublicPolicy'],
  ] as const).map(([what, change, message]): [string, string, object, string] => [
    `a bucket policy about ${what}`,
    'AWS::S3::BucketPolicy',
    { Bucket: 'code', PolicyDocument: policy({ ...allow('s3:GetObject', 'arn:aws:s3:::code/*', { Principal: { AWS: '111122223333' } }), ...change }) },
    message,
  ]),
  ...['a..b', '192.168.5.4', 'xn--abc', 'a-s3alias'].map((BucketName): [string, string, object, string] => (
    [`the bucket name ${BucketName}`, 'AWS::S3::Bucket', { BucketName }, 'bucket is not valid'])),
  ['an ACL for others', 'AWS::S3::Bucket', { AccessControl: 'LogDeliveryWrite' }, 'Bucket cannot have ACLs set'],
  ['a public ACL', 'AWS::S3::Bucket', { AccessControl: 'PublicRead', OwnershipControls: { Rules: [{ ObjectOwnership: 'ObjectWriter' }] } }, 'BlockPublicAcls'],
  ...([
    ['a flexible time window without a length', { FlexibleTimeWindow: { Mode: 'FLEXIBLE' } }, 'MaximumWindowInMinutes'],
    ['a window too long', { FlexibleTimeWindow: { Mode: 'FLEXIBLE', MaximumWindowInMinutes: 1441 } }, 'MaximumWindowInMinutes must be'],
    ['a window that is off', { FlexibleTimeWindow: { Mode: 'OFF', MaximumWindowInMinutes: 5 } }, 'MaximumWindowInMinutes'],
    ['an unknown time zone', { ScheduleExpressionTimezone: 'Mars/Phobos' }, 'Invalid ScheduleExpressionTimezone'],
    ['too many retries', { Target: { Arn: 'arn:stateMachine:m', RoleArn: 'r', RetryPolicy: { MaximumRetryAttempts: 186 } } }, 'MaximumRetryAttempts must be'],
    ['too short a life of events', { Target: { Arn: 'arn:stateMachine:m', RoleArn: 'r', RetryPolicy: { MaximumEventAgeInSeconds: 59 } } }, 'MaximumEventAgeInSeconds must be'],
    ['a space in its name', { Name: 'a b', Target: { Arn: 'arn:aws:states:us-east-1:111122223333:stateMachine:m', RoleArn: 'r' } }, 'at \'name\' must match'],
  ] as const).map(([what, change, message]): [string, string, object, string] => [
    `a schedule with ${what}`,
    'AWS::Scheduler::Schedule',
    { ScheduleExpression: 'rate(1 day)', FlexibleTimeWindow: { Mode: 'OFF' }, Target: { Arn: 'x', RoleArn: 'r' }, ...change },
    message,
  ]),
  ...([
    ['an empty list in its pattern', { EventPattern: { source: [] } }, 'Empty arrays are not allowed'],
    ['an empty pattern', { EventPattern: {} }, 'Empty objects are not allowed'],
    ['a value outside of a list', { EventPattern: { source: 'x' } }, 'must be an object or an array'],
    ['no pattern', { EventPattern: undefined }, 'must be specified'],
    ['a space in its name', { Name: 'a b' }, 'at \'name\' must match'],
    ['two targets of the same ID', { Targets: [{ Id: 'a', Arn: 'arn:x' }, { Id: 'a', Arn: 'arn:y' }] }, 'must be unique'],
    ['a target that is no ARN', { Targets: [{ Id: 'a', Arn: 'x' }] }, 'not in correct format'],
    ['a state machine as target without a role', { Targets: [{ Id: 'a', Arn: 'arn:aws:states:us-east-1:111122223333:stateMachine:m' }] }, 'RoleArn is required'],
  ] as const).map(([what, change, message]): [string, string, object, string] => [
    `a rule with ${what}`, 'AWS::Events::Rule', { EventPattern: { source: ['x'] }, ...change }, message,
  ]),
  ['a policy on no bucket', 'AWS::S3::BucketPolicy', { Bucket: 'none', PolicyDocument: {} }, 'The specified bucket does not exist'],
])('%s fails the resource', async (_, Type, Properties, message) => {
  aws.world.s3.createBucket('code', {});
  const stack = await deploy({ X: { Type, Properties } });
  expect(reason(stack)).toContain(message);
  expect(stack.status).toBe('ROLLBACK_COMPLETE');
});

test.each<[string, object, object]>([
  ['everybody of one account', {}, { Principal: '*', Condition: { StringEquals: { 'aws:SourceAccount': '111122223333' } } }],
  ['a bucket and its objects, with actions of either', {}, { Action: ['s3:ListBucket', 's3:GetObject'], Resource: ['arn:aws:s3:::b-1', 'arn:aws:s3:::b-1/*'] }],
  ['everybody, where that is not blocked', { PublicAccessBlockConfiguration: { BlockPublicPolicy: false } }, { Principal: '*' }],
])('a bucket policy for %s', async (_, bucket, change) => {
  const PolicyDocument = policy({ ...allow('s3:GetObject', 'arn:aws:s3:::b-1/*', { Principal: { AWS: '111122223333' } }), ...change });
  const stack = await deploy({
    Bucket: { Type: 'AWS::S3::Bucket', Properties: { BucketName: 'b-1', ...bucket } },
    Policy: { Type: 'AWS::S3::BucketPolicy', Properties: { Bucket: { Ref: 'Bucket' }, PolicyDocument } },
  });
  expect(reason(stack)).toBeUndefined();
});

test('a rate starts its target at once, and tries again as often as it may until its role is allowed to', async () => {
  const template = (allowed: boolean) => ({
    Role: roleFor('states.amazonaws.com'),
    Machine: {
      Type: 'AWS::StepFunctions::StateMachine',
      Properties: { StateMachineName: 'm', RoleArn: { 'Fn::GetAtt': ['Role', 'Arn'] }, DefinitionString: JSON.stringify({ StartAt: 'A', States: { A: { Type: 'Pass', End: true } } }) },
    },
    SchedulerRole: roleFor('scheduler.amazonaws.com', allowed ? { Policies: [{ PolicyName: 'p', PolicyDocument: POLICY('states:StartExecution') }] } : {}),
    Schedule: {
      Type: 'AWS::Scheduler::Schedule',
      Properties: {
        ScheduleExpression: 'rate(300 days)',
        FlexibleTimeWindow: { Mode: 'OFF' },
        Target: { Arn: { Ref: 'Machine' }, RoleArn: { 'Fn::GetAtt': ['SchedulerRole', 'Arn'] }, RetryPolicy: { MaximumRetryAttempts: 185 } },
      },
    },
  });
  const { clock, states } = aws.world;
  expect(reason(await deploy(template(false)))).toBeUndefined();
  await clock.sleep(600_000);
  expect(states.executions).toEqual([]);
  expect(reason(await deploy(template(true)))).toBeUndefined();
  await clock.sleep(600_000);
  expect(states.executions).toHaveLength(1);
});

test('a rule or schedule that exists already is not taken over', async () => {
  const template = {
    Role: roleFor('scheduler.amazonaws.com'),
    Rule: { Type: 'AWS::Events::Rule', Properties: { Name: 'taken', EventPattern: { source: ['x'] } } },
    Schedule: {
      Type: 'AWS::Scheduler::Schedule',
      Properties: {
        Name: 'taken',
        ScheduleExpression: 'rate(1 day)',
        FlexibleTimeWindow: { Mode: 'OFF' },
        State: 'DISABLED',
        Target: { Arn: 'arn:aws:states:us-east-1:111122223333:stateMachine:m', RoleArn: { 'Fn::GetAtt': ['Role', 'Arn'] } },
      },
    },
  };
  expect(reason(await deploy(template))).toBeUndefined();
  for (const name of ['Rule', 'Schedule'] as const) {
    const stack = await aws.deploy({ Resources: { Role: template.Role, [name]: template[name] } }, `Other${name}`);
    expect(reason(stack)).toContain('already exists');
  }
});

test('tables and views of the Data Catalog: made, changed in place with their partitions, never renamed, deleted', async () => {
  const table = (columns: string[], Name?: string) => ({
    D: { Type: 'AWS::Glue::Database', Properties: { CatalogId: { Ref: 'AWS::AccountId' }, DatabaseInput: { Name: 'exports' } } },
    T: {
      Type: 'AWS::Glue::Table',
      Properties: {
        CatalogId: { Ref: 'AWS::AccountId' },
        DatabaseName: { Ref: 'D' },
        TableInput: {
          Name,
          TableType: 'EXTERNAL_TABLE',
          PartitionKeys: [{ Name: 'date', Type: 'string' }],
          StorageDescriptor: { Columns: columns.map(column => ({ Name: column, Type: 'string' })), Location: 's3://bucket/a/' },
        },
      },
    },
  });
  const { glue } = aws.world;
  const stack = await deploy(table(['a']));
  const name = stack.resources.get('T')!.physicalId!;
  expect(name).toMatch(/^stack-t-/);
  glue.createPartition('exports', name, { Values: ['2026-01-01'] });
  await deploy(table(['a', 'b']));
  expect(glue.tables()).toMatchObject([{
    database: 'exports', name, input: { StorageDescriptor: { Columns: [{ Name: 'a' }, { Name: 'b' }] } }, partitions: [{ values: ['2026-01-01'] }],
  }]);
  expect(reason(await deploy(table(['a'], 'other')))).toContain('cannot be renamed');
  await remove(stack);
  expect(() => glue.database('exports')).toThrow('not found');
});

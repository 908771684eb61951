import { zipOf } from './lambda/testing-zip';
import { reason, TestStacks } from '../cloudformation/testing-stacks';
import { REGION, allow, eventually, policy, trust } from '../testing-world';

/** What settings of functions, state machines and log groups need, and what is refused without it. */
let aws: TestStacks;
beforeEach(async () => {
  aws = await TestStacks.withRealFunctions();
  aws.world.s3.createBucket('code', {});
  aws.world.s3.putObject('code', 'k.zip', zipOf({ 'index.js': 'exports.handler = async () => 1;' }));
});
afterEach(() => aws.stop());

/** Each in a stack of its own. */
const inNewStack = (template: object) => aws.deploy(template, `Stack${stacks++}`);
let stacks = 0;

const ROOT_POLICY = allow('kms:*', '*', { Principal: { AWS: 'arn:aws:iam::111122223333:root' } });
const NETWORK = {
  Vpc: { Type: 'AWS::EC2::VPC', Properties: { CidrBlock: '10.0.0.0/16' } },
  Other: { Type: 'AWS::EC2::VPC', Properties: { CidrBlock: '10.0.0.0/16' } },
  Subnet: { Type: 'AWS::EC2::Subnet', Properties: { VpcId: { Ref: 'Vpc' }, CidrBlock: '10.0.0.0/24' } },
  Group: { Type: 'AWS::EC2::SecurityGroup', Properties: { VpcId: { Ref: 'Vpc' }, GroupDescription: 'x' } },
  OtherGroup: { Type: 'AWS::EC2::SecurityGroup', Properties: { VpcId: { Ref: 'Other' }, GroupDescription: 'x' } },
  Key: { Type: 'AWS::KMS::Key', Properties: { KeyPolicy: policy(ROOT_POLICY) } },
  OtherKey: { Type: 'AWS::KMS::Key', Properties: { KeyPolicy: policy(allow('kms:PutKeyPolicy', '*', { Principal: { AWS: 'arn:aws:iam::111122223333:root' } })) } },
  Queue: { Type: 'AWS::SQS::Queue' },
};

function role(service: string, statements: object[]): object {
  const Policies = statements.length > 0 ? [{ PolicyName: 'p', PolicyDocument: policy(...statements) }] : undefined;
  return { Type: 'AWS::IAM::Role', Properties: { AssumeRolePolicyDocument: trust(service), Policies } };
}

/** Why the function is refused; undefined if it is not. */
async function refusal(properties: object, ...statements: object[]): Promise<string | undefined> {
  const stack = await inNewStack({
    Resources: {
      ...NETWORK,
      Role: role('lambda.amazonaws.com', statements),
      Fn: {
        Type: 'AWS::Lambda::Function',
        Properties: { Code: { S3Bucket: 'code', S3Key: 'k.zip' }, Handler: 'index.handler', Role: { 'Fn::GetAtt': ['Role', 'Arn'] }, Runtime: 'nodejs22.x', ...properties },
      },
    },
  });
  return reason(stack);
}

describe('a function', () => {
  const VpcConfig = { SubnetIds: [{ Ref: 'Subnet' }], SecurityGroupIds: [{ Ref: 'Group' }] };
  const CREATE = 'ec2:CreateNetworkInterface';
  const ACTIONS = ['DeleteNetworkInterface', 'AssignPrivateIpAddresses', 'UnassignPrivateIpAddresses', 'DescribeNetworkInterfaces', 'DescribeSubnets'].map(action => `ec2:${action}`);
  const anywhere = ['network-interface', 'subnet', 'security-group'].map(type => `arn:aws:ec2:${REGION}:*:${type}/*`);

  test('in a VPC: its role creates network interfaces in certain subnets and groups, and manages all', async () => {
    expect(await refusal({ VpcConfig }, allow(CREATE, anywhere), allow(ACTIONS))).toBeUndefined();
    expect(await refusal({ VpcConfig }, allow(ACTIONS))).toContain('does not have permissions to call CreateNetworkInterface on EC2');
  });

  test.each(ACTIONS)('in a VPC is refused with %s on network interfaces only', async action => {
    const rest = ACTIONS.filter(other => other !== action);
    expect(await refusal({ VpcConfig }, allow([CREATE, action], anywhere), allow(rest))).toContain(`does not have permissions to call ${action.slice(4)} on EC2`);
  });

  test('in a VPC is refused with a security group of another VPC, or a subnet that does not exist', async () => {
    const all = allow('ec2:*');
    expect(await refusal({ VpcConfig: { ...VpcConfig, SecurityGroupIds: [{ Ref: 'OtherGroup' }] } }, all)).toContain('in the same VPC');
    expect(await refusal({ VpcConfig: { ...VpcConfig, SubnetIds: ['subnet-1'] } }, all)).toContain('\'subnet-1\' does not exist');
  });

  describe('that leaves a VPC', () => {
    const inVpc = (Network: object, properties: object) => ({
      Resources: {
        ...NETWORK,
        Role: role('lambda.amazonaws.com', []),
        ...Network,
        Fn: {
          Type: 'AWS::Lambda::Function',
          Properties: { Code: { S3Bucket: 'code', S3Key: 'k.zip' }, Handler: 'index.handler', Role: { 'Fn::GetAtt': ['Role', 'Arn'] }, Runtime: 'nodejs22.x', ...properties },
          DependsOn: Object.keys(Network),
        },
      },
    });
    const Policy = {
      Type: 'AWS::IAM::Policy', Properties: { PolicyName: 'n', Roles: [{ Ref: 'Role' }], PolicyDocument: policy(allow(CREATE, anywhere), allow(ACTIONS)) },
    };
    const OwnGroup = (DependsOn: string[]) => ({ Type: 'AWS::EC2::SecurityGroup', Properties: { VpcId: { Ref: 'Vpc' }, GroupDescription: 'x' }, DependsOn });
    const withGroup = (dependsOn: string[]) => inVpc({ Policy, OwnGroup: OwnGroup(dependsOn) }, { VpcConfig: { ...VpcConfig, SecurityGroupIds: [{ Ref: 'OwnGroup' }] } });
    const deletionsOf = async (dependsOn: string[]) => {
      await aws.deploy(withGroup(dependsOn), 'Leaves');
      const stack = await aws.deploy(inVpc({}, {}), 'Leaves');
      expect(stack.status).toBe('UPDATE_COMPLETE');
      return stack.events.map(({ LogicalResourceId, ResourceStatus }) => `${LogicalResourceId} ${ResourceStatus}`).filter(event => /^OwnGroup DELETE_(COMPLETE|FAILED)$/.test(event));
    };

    test('leaves its network interfaces behind if its role may no longer delete them', async () => {
      expect(await deletionsOf([])).toContain('OwnGroup DELETE_FAILED');
    });

    test('lets its security group go while the role may', async () => {
      expect(await deletionsOf(['Policy'])).toEqual(['OwnGroup DELETE_COMPLETE']);
    });

    test('because it is deleted, takes its network interfaces with it', async () => {
      const stack = await aws.deploy(withGroup([]), 'Leaves');
      expect((await aws.delete(stack)).status).toBe('DELETE_COMPLETE');
    });
  });

  test.each<[string, object, ...string[]]>([
    ['traces', { TracingConfig: { Mode: 'Active' } }, 'xray:PutTraceSegments', 'xray:PutTelemetryRecords'],
    ['a dead letter queue', { DeadLetterConfig: { TargetArn: { 'Fn::GetAtt': ['Queue', 'Arn'] } } }, 'sqs:SendMessage'],
  ])('with %s is refused unless its role may do what Lambda does with it', async (_, properties, ...actions) => {
    for (const action of actions) {
      const rest = actions.filter(other => other !== action).concat('s3:ListAllMyBuckets');
      expect(await refusal(properties, allow(rest))).toContain(`does not have permissions to call ${action.split(':')[1]} on`);
    }
    expect(await refusal(properties, allow(actions))).toBeUndefined();
  });

  test('with a key for its environment: who deploys must be allowed to use it, the role need not', async () => {
    expect(await refusal({ KmsKeyArn: { 'Fn::GetAtt': ['OtherKey', 'Arn'] } })).toContain('the KMS key is invalid for CreateGrant');
    expect(await refusal({ KmsKeyArn: { 'Fn::GetAtt': ['Key', 'Arn'] } })).toBeUndefined();
  });

  test('whose environment\'s key is going to be deleted does not run', async () => {
    expect(await refusal({ FunctionName: 'fn', KmsKeyArn: { 'Fn::GetAtt': ['Key', 'Arn'] } })).toBeUndefined();
    aws.world.kms.scheduleKeyDeletion(String(aws.stacks.find(`Stack${stacks - 1}`)!.resources.get('Key')!.attributes.Arn));
    const invocation = { functionName: 'fn', payload: '{}', principal: { userArn: 'arn:aws:iam::111122223333:user/deployer' } };
    expect((await aws.world.lambda.invoke(invocation)).payload).toContain('KMSAccessDeniedException');
  });
});

describe('from a VPC', () => {
  const endpoint = (ServiceName: string, more: object) => ({ Type: 'AWS::EC2::VPCEndpoint', Properties: { VpcId: { Ref: 'Vpc' }, ServiceName: `com.amazonaws.${REGION}.${ServiceName}`, ...more } });
  const reached = async (resources: object) => {
    const stack = await inNewStack({ Resources: { ...NETWORK, ...resources } });
    expect(reason(stack)).toBeUndefined();
    const id = (name: string) => stack.resources.get(name)!.physicalId!;
    return (service: string) => aws.world.ec2.reaches({ subnetIds: [id('Subnet')], securityGroupIds: [id('Group')] }, service);
  };

  test('a service can be reached through its interface endpoint only', async () => {
    const reaches = await reached({ States: endpoint('states', { VpcEndpointType: 'Interface', PrivateDnsEnabled: true }) });
    expect([reaches('states'), reaches('lambda')]).toEqual([true, false]);
  });

  test('S3 can be reached through a gateway endpoint in the subnet\'s route table', async () => {
    const table = { Type: 'AWS::EC2::RouteTable', Properties: { VpcId: { Ref: 'Vpc' } } };
    const association = { Type: 'AWS::EC2::SubnetRouteTableAssociation', Properties: { SubnetId: { Ref: 'Subnet' }, RouteTableId: { Ref: 'Table' } } };
    const S3 = endpoint('s3', { RouteTableIds: [{ Ref: 'Table' }] });
    expect((await reached({ Table: table, S3 }))('s3')).toBe(false);
    expect((await reached({ Table: table, S3, Association: association }))('s3')).toBe(true);
  });
});

test('a log group with a key: the key\'s policy must let CloudWatch Logs use it for this log group', async () => {
  const group = (...statements: object[]) => inNewStack({
    Resources: {
      LogKey: { Type: 'AWS::KMS::Key', Properties: { KeyPolicy: policy(ROOT_POLICY, ...statements) } },
      Group: { Type: 'AWS::Logs::LogGroup', Properties: { LogGroupName: 'g', KmsKeyId: { 'Fn::GetAtt': ['LogKey', 'Arn'] } } },
    },
  });
  const statement = (name: string) => allow(['kms:Encrypt', 'kms:Decrypt', 'kms:ReEncrypt*', 'kms:GenerateDataKey*'], '*', {
    Principal: { Service: `logs.${REGION}.amazonaws.com` },
    Condition: { ArnLike: { 'kms:EncryptionContext:aws:logs:arn': `arn:aws:logs:${REGION}:111122223333:log-group:${name}` } },
  });
  expect(reason(await group())).toContain('is not allowed to be used with Arn');
  expect(reason(await group(statement('other')))).toContain('is not allowed to be used with Arn');
  expect(reason(await group(statement('*')))).toBeUndefined();
});

describe('a state machine', () => {
  const XRAY = ['PutTraceSegments', 'PutTelemetryRecords', 'GetSamplingRules', 'GetSamplingTargets'].map(action => `xray:${action}`);
  const key = { 'Fn::GetAtt': ['MachineKey', 'Arn'] };
  const arn = () => `arn:aws:states:${REGION}:111122223333:stateMachine:machine${stacks}`;
  const encrypted = { EncryptionConfiguration: { Type: 'CUSTOMER_MANAGED_KMS_KEY', KmsKeyId: key } };
  const logged = { LoggingConfiguration: { Level: 'ALL', Destinations: [{ CloudWatchLogsLogGroup: { LogGroupArn: { 'Fn::GetAtt': ['Logs', 'Arn'] } } }] } };
  const deploy = (properties: object, statements: object[], keyPolicy = policy(ROOT_POLICY)) => inNewStack({
    Resources: {
      MachineKey: { Type: 'AWS::KMS::Key', Properties: { KeyPolicy: keyPolicy } },
      Logs: { Type: 'AWS::Logs::LogGroup' },
      Role: role('states.amazonaws.com', statements),
      Machine: {
        Type: 'AWS::StepFunctions::StateMachine',
        Properties: { StateMachineName: `machine${stacks}`, RoleArn: { 'Fn::GetAtt': ['Role', 'Arn'] }, DefinitionString: '{"StartAt":"P","States":{"P":{"Type":"Pass","End":true}}}', ...properties },
      },
    },
  });
  const use = (action: string | string[], context: object = { 'aws:states:stateMachineArn': arn() }) => allow(action, key as never, {
    Condition: { StringEquals: Object.fromEntries(Object.entries(context).map(([name, value]) => [`kms:EncryptionContext:${name}`, value])) },
  });

  test('that is traced needs all X-Ray actions', async () => {
    const traced = { TracingConfiguration: { Enabled: true } };
    expect(reason(await deploy(traced, [allow(XRAY.slice(1))]))).toContain('not authorized to perform AWS X-Ray actions');
    expect(reason(await deploy(traced, [allow(XRAY)]))).toBeUndefined();
  });

  test('with a key runs only if its role may use the key for this state machine', async () => {
    const status = async (...statements: object[]) => {
      const stack = await deploy(encrypted, statements);
      expect(reason(stack)).toBeUndefined();
      const execution = aws.world.states.startExecution(stack.resources.get('Machine')!.physicalId!, '{}');
      await eventually(() => expect(execution.status).not.toBe('RUNNING'));
      return execution.cause ?? execution.status;
    };
    expect(await status(use('kms:Decrypt'))).toContain('Not authorized to perform kms:');
    expect(await status(use(['kms:Decrypt', 'kms:GenerateDataKey'], { 'aws:states:stateMachineArn': `${REGION}:other` }))).toContain('Not authorized to perform kms:');
    expect(await status(use(['kms:Decrypt', 'kms:GenerateDataKey']))).toBe('SUCCEEDED');
  });

  test('with a key of its own needs the key', async () => {
    expect(reason(await deploy({ EncryptionConfiguration: { Type: 'CUSTOMER_MANAGED_KMS_KEY' } }, []))).toContain('CUSTOMER_MANAGED_KMS_KEY needs a KmsKeyId');
  });

  test('with a key and logs needs more: for its role, and for the delivery of logs', async () => {
    const delivery = policy(ROOT_POLICY, allow('kms:Decrypt', '*', { Principal: { Service: 'delivery.logs.amazonaws.com' } }));
    const logs = allow('logs:*');
    const ofLogs = use('kms:GenerateDataKey', { SourceArn: `arn:aws:logs:${REGION}:111122223333:*` });
    expect(reason(await deploy({ ...encrypted, ...logged }, [logs, ofLogs]))).toContain('Not authorized to perform kms:Decrypt');
    expect(reason(await deploy({ ...encrypted, ...logged }, [logs], delivery))).toContain('Not authorized to perform kms:GenerateDataKey');
    expect(reason(await deploy({ ...encrypted, ...logged }, [logs, ofLogs], delivery))).toBeUndefined();
  });
});

test('a schedule is refused unless EventBridge Scheduler may assume its role', async () => {
  const refusalOf = async (service: string): Promise<string | undefined> => reason(await inNewStack({
    Resources: {
      Role: role(service, []),
      Schedule: {
        Type: 'AWS::Scheduler::Schedule',
        Properties: {
          ScheduleExpression: 'rate(1 day)',
          FlexibleTimeWindow: { Mode: 'OFF' },
          Target: { Arn: `arn:aws:states:${REGION}:111122223333:stateMachine:m`, RoleArn: { 'Fn::GetAtt': ['Role', 'Arn'] } },
        },
      },
    },
  }));
  expect(await refusalOf('scheduler.amazonaws.com')).toBeUndefined();
  expect(await refusalOf('events.amazonaws.com')).toContain('must allow AWS EventBridge Scheduler to assume the role');
});

test('a key is refused whose policy would not let who deploys change it, and so is an update to such a policy', async () => {
  const key = (...statements: object[]) => ({ Resources: { Key: { Type: 'AWS::KMS::Key', Properties: { KeyPolicy: policy(...statements) } } } });
  const forRoot = (action: string) => allow(action, '*', { Principal: { AWS: 'arn:aws:iam::111122223333:root' } });
  expect(reason(await inNewStack(key(forRoot('kms:Encrypt'))))).toContain('will not allow you to update the key policy');
  const stack = await aws.deploy(key(forRoot('kms:*')), 'Keys');
  expect(stack.status).toBe('CREATE_COMPLETE');
  expect((await aws.deploy(key(forRoot('kms:Encrypt')), 'Keys')).status).toBe('UPDATE_ROLLBACK_COMPLETE');
});

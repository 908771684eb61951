import {
  App, CfnParameter, Stack, Token, aws_ec2 as ec2, aws_iam as iam, aws_kms as kms, aws_lambda as lambda, aws_logs as logs,
  aws_sqs as sqs, aws_stepfunctions as sfn,
} from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { DatasetExportProvider, DatasetExportProviderProps } from '../../src';
import { ACCOUNT, REGION, concreteStack, jobIn } from '../stacks';

const KEY_ARN = `arn:aws:kms:${REGION}:${ACCOUNT}:key/1234abcd-12ab-34cd-56ef-1234567890ab`;
const READY = 'cdk-personalize-dataset-export';

/** A stack with a job whose provider has these props. */
function stackWith(props: (stack: Stack) => DatasetExportProviderProps): { stack: Stack; template: Template; provider: DatasetExportProvider } {
  const stack = concreteStack();
  const provider = new DatasetExportProvider(stack, 'Provider', props(stack));
  jobIn(stack, { provider });
  return { stack, provider, template: Template.fromStack(stack) };
}

function functionsOf(template: Template): any[] {
  const functions = Object.values(template.findResources('AWS::Lambda::Function')).map(({ Properties }) => Properties);
  expect(functions).toHaveLength(5);
  return functions;
}

/** Ours, not those of the CDK. */
function warningsOf(stack: Stack): string[] {
  return Annotations.fromStack(stack).findWarning('*', Match.anyValue()).map(({ entry }) => String(entry.data)).filter(text => text.includes(READY));
}

/** The resources that a resource waits for, as far as they are named in DependsOn. */
function dependsOn(template: Template, type: string): string[] {
  return Object.values(template.findResources(type)).flatMap(({ DependsOn = [] }) => DependsOn);
}

const vpcIn = (stack: Stack, more: Partial<ec2.VpcAttributes> = { privateSubnetIds: ['subnet-1', 'subnet-2'] }) => (
  ec2.Vpc.fromVpcAttributes(stack, 'Vpc', { vpcId: 'vpc-1', vpcCidrBlock: '10.0.0.0/16', availabilityZones: ['eu-west-1a', 'eu-west-1b'], ...more }));
const groupIn = (stack: Stack) => ec2.SecurityGroup.fromSecurityGroupId(stack, 'Group', 'sg-1');

describe('vpc', () => {
  test('attaches all functions, with one new security group', () => {
    const { template } = stackWith(stack => ({ vpc: vpcIn(stack) }));
    const [group] = Object.keys(template.findResources('AWS::EC2::SecurityGroup'));
    template.resourceCountIs('AWS::EC2::SecurityGroup', 1);
    for (const { VpcConfig } of functionsOf(template)) {
      expect(VpcConfig).toEqual({ SubnetIds: ['subnet-1', 'subnet-2'], SecurityGroupIds: [{ 'Fn::GetAtt': [group, 'GroupId'] }] });
    }
  });

  test('permits what Lambda manages network interfaces with in policies of their own, which functions and security group wait for', () => {
    const { template } = stackWith(stack => ({ vpc: vpcIn(stack) }));
    const isNetwork = (statements: any[]) => /"ec2:/.test(JSON.stringify(statements));
    const policies = Object.entries(template.findResources('AWS::IAM::Policy')).filter(([, { Properties }]) => isNetwork(Properties.PolicyDocument.Statement));
    expect(policies.flatMap(([, { Properties }]) => Properties.PolicyDocument.Statement).every(statement => isNetwork([statement]))).toBe(true);
    expect(isNetwork(Object.values(template.findResources('AWS::IAM::Role')))).toBe(false);
    const ids = policies.map(([id]) => id);
    const roles = functionsOf(template).map(({ Role }) => Role['Fn::GetAtt'][0]);
    expect(new Set(policies.flatMap(([, { Properties }]) => Properties.Roles.map(({ Ref }: any) => Ref)))).toEqual(new Set(roles));
    for (const type of ['AWS::Lambda::Function', 'AWS::EC2::SecurityGroup']) {
      for (const { DependsOn } of Object.values(template.findResources(type))) { expect(DependsOn).toEqual(expect.arrayContaining(ids)); }
    }
  });

  test('attaches all functions to the chosen subnets and security groups', () => {
    const { template } = stackWith(stack => ({
      vpc: vpcIn(stack), vpcSubnets: { subnets: [ec2.Subnet.fromSubnetId(stack, 'Subnet', 'subnet-9')] }, securityGroups: [groupIn(stack)],
    }));
    template.resourceCountIs('AWS::EC2::SecurityGroup', 0);
    for (const { VpcConfig } of functionsOf(template)) { expect(VpcConfig).toEqual({ SubnetIds: ['subnet-9'], SecurityGroupIds: ['sg-1'] }); }
  });

  test.each<[string, (stack: Stack) => DatasetExportProviderProps, string]>([
    ['vpcSubnets without vpc', () => ({ vpcSubnets: {} }), 'vpcSubnets cannot be used without vpc'],
    ['securityGroups without vpc', stack => ({ securityGroups: [groupIn(stack)] }), 'securityGroups cannot be used without vpc'],
    ['no security group', stack => ({ vpc: vpcIn(stack), securityGroups: [] }), 'securityGroups must have at least one element, got none'],
    ['public subnets', stack => ({ vpc: vpcIn(stack, { publicSubnetIds: ['subnet-1', 'subnet-2'] }), vpcSubnets: { subnetType: ec2.SubnetType.PUBLIC } }), 'vpcSubnets must have no public subnets, got "subnet-1"'],
    ['a VPC that has public subnets only', stack => ({ vpc: vpcIn(stack, { publicSubnetIds: ['subnet-1', 'subnet-2'] }) }), 'vpcSubnets must have no public subnets'],
    ['a VPC without subnets', stack => ({ vpc: vpcIn(stack, {}) }), 'vpc must have subnets, got "Movies/Vpc" without any'],
  ])('%s fails at synthesis', (_, props, message) => {
    expect(() => stackWith(props)).toThrow(message);
  });

  test('may have subnets that are known at deployment only', () => {
    const { template } = stackWith(stack => ({ vpc: vpcIn(stack, { privateSubnetIds: [1, 2].map(n => new CfnParameter(stack, `Subnet${n}`).valueAsString) }), securityGroups: [groupIn(stack)] }));
    expect(functionsOf(template)[0].VpcConfig.SubnetIds).toEqual([{ Ref: 'Subnet1' }, { Ref: 'Subnet2' }]);
  });
});

describe('security groups', () => {
  const closed = (stack: Stack, id = 'Closed') => new ec2.SecurityGroup(stack, id, { vpc: vpcIn(stack), allowAllOutbound: false });
  const warningsWith = (groups: (stack: Stack) => ec2.ISecurityGroup[], later: (groups: ec2.ISecurityGroup[]) => void = () => undefined) => {
    const stack = concreteStack();
    const securityGroups = groups(stack);
    new DatasetExportProvider(stack, 'Provider', { vpc: stack.node.tryFindChild('Vpc') as ec2.IVpc ?? vpcIn(stack), securityGroups });
    later(securityGroups);
    return warningsOf(stack);
  };

  test('of this app without egress rules: a warning', () => {
    expect(warningsWith(stack => [closed(stack)])).toEqual([expect.stringMatching(new RegExp(`\\(Movies/Closed\\) have no egress rules: .*\\[ack: ${READY}:noEgress\\]`))]);
  });

  test.each<[string, (group: ec2.ISecurityGroup) => void]>([
    ['of its own', group => { group.addEgressRule(ec2.Peer.prefixList('pl-1'), ec2.Port.tcp(443)); }],
    ['in a resource of its own', group => { new ec2.CfnSecurityGroupEgress(Stack.of(group), 'Rule', { groupId: group.securityGroupId, ipProtocol: 'tcp' }); }],
  ])('with an egress rule %s, which may come later: no warning', (_, add) => {
    expect(warningsWith(stack => [closed(stack)], ([group]) => add(group))).toEqual([]);
  });

  test('one of several that lets traffic out, or that is imported, is enough', () => {
    expect(warningsWith(stack => [closed(stack), groupIn(stack)])).toEqual([]);
    expect(warningsWith(stack => [closed(stack), new ec2.SecurityGroup(stack, 'Open', { vpc: stack.node.findChild('Vpc') as ec2.IVpc })])).toEqual([]);
  });
});

describe('isolated subnets', () => {
  const isolated = (stack: Stack) => vpcIn(stack, { isolatedSubnetIds: ['subnet-1', 'subnet-2'] });
  const SERVICES = {
    personalize: ec2.InterfaceVpcEndpointAwsService.PERSONALIZE,
    cloudformation: ec2.InterfaceVpcEndpointAwsService.CLOUDFORMATION,
    lambda: ec2.InterfaceVpcEndpointAwsService.LAMBDA,
    states: ec2.InterfaceVpcEndpointAwsService.STEP_FUNCTIONS,
  };

  /** With endpoints that are defined after the provider, all but one. */
  function warningsWithout(missing?: string, define = isolated, privateDnsEnabled?: boolean): string[] {
    const stack = concreteStack();
    const vpc = define(stack);
    new DatasetExportProvider(stack, 'Provider', { vpc });
    for (const [name, service] of Object.entries(SERVICES)) {
      if (name === missing) { continue; }
      vpc.addInterfaceEndpoint(name, { service, privateDnsEnabled, subnets: { subnetType: ec2.SubnetType.PRIVATE_ISOLATED } });
    }
    if (missing !== 's3') { new ec2.CfnVPCEndpoint(stack, 's3', { vpcId: vpc.vpcId, serviceName: `com.amazonaws.${REGION}.s3`, routeTableIds: ['rtb-1'] }); }
    return warningsOf(stack);
  }

  test.each([...Object.keys(SERVICES), 's3'])('without an endpoint for %s: a warning names it', service => {
    expect(warningsWithout(service)).toEqual([expect.stringMatching(new RegExp(`no VPC endpoints there for ${service}: .*\\[ack: ${READY}:isolatedSubnets\\]`))]);
  });

  test('with all endpoints: no warning, in a new and an imported VPC', () => {
    expect(warningsWithout()).toEqual([]);
    expect(warningsWithout(undefined, stack => new ec2.Vpc(stack, 'Vpc', {
      natGateways: 0, subnetConfiguration: [{ name: 'isolated', subnetType: ec2.SubnetType.PRIVATE_ISOLATED }], restrictDefaultSecurityGroup: false,
    }) as ec2.IVpc)).toEqual([]);
  });

  test('interface endpoints without private DNS do not count, the gateway endpoint does', () => {
    expect(warningsWithout(undefined, isolated, false)).toEqual([expect.stringContaining('there for personalize, cloudformation, lambda, states:')]);
  });

  test('jobs wait for the endpoints, whenever they are defined, and are deleted before them', () => {
    const stack = concreteStack();
    const vpc = isolated(stack);
    jobIn(stack, { provider: new DatasetExportProvider(stack, 'Provider', { vpc }) });
    vpc.addInterfaceEndpoint('Lambda', { service: ec2.InterfaceVpcEndpointAwsService.LAMBDA });
    expect(dependsOn(Template.fromStack(stack), 'Custom::PersonalizeDatasetExportJob')).toContainEqual(expect.stringMatching(/^VpcLambda/));
  });

  test('endpoints of another VPC do not count; subnets that nothing is known of are not isolated', () => {
    const { stack: other } = stackWith(s => ({ vpc: isolated(s) }));
    new ec2.CfnVPCEndpoint(other, 'Other', { vpcId: 'vpc-2', serviceName: `com.amazonaws.${REGION}.s3` });
    expect(warningsOf(other)).toEqual([expect.stringContaining('personalize, cloudformation, lambda, states, s3')]);
    expect(warningsOf(stackWith(s => ({ vpc: isolated(s), vpcSubnets: { subnets: [ec2.Subnet.fromSubnetId(s, 'Subnet', 'subnet-9')] } })).stack)).toEqual([]);
  });
});

describe('settings of all functions', () => {
  test.each<[string, (stack: Stack) => DatasetExportProviderProps, object]>([
    ['environmentEncryption', stack => ({ environmentEncryption: new kms.Key(stack, 'Key') }), { KmsKeyArn: { 'Fn::GetAtt': [expect.stringMatching(/^Key/), 'Arn'] } }],
    ['architecture', () => ({ architecture: lambda.Architecture.ARM_64 }), { Architectures: ['arm64'] }],
    ['memorySize', () => ({ memorySize: 512 }), { MemorySize: 512 }],
    ['tracing', () => ({ tracing: true }), { TracingConfig: { Mode: 'Active' } }],
    ['deadLetterQueue', stack => ({ deadLetterQueue: new sqs.Queue(stack, 'Queue') }), { DeadLetterConfig: { TargetArn: { 'Fn::GetAtt': [expect.stringMatching(/^Queue/), 'Arn'] } } }],
  ])('%s', (_, props, expected) => {
    for (const fn of functionsOf(stackWith(props).template)) { expect(fn).toMatchObject(expected); }
  });

  test.each([127, 10241, 128.5, '512' as any, Token.asNumber({ Ref: 'Memory' })])('a memorySize of %s fails at synthesis', memorySize => {
    expect(() => stackWith(() => ({ memorySize }))).toThrow(`memorySize must be a whole number from 128 to 10240 and not a token, got ${JSON.stringify(memorySize)}`);
  });

  describe('deadLetterQueue', () => {
    const withQueue = (queue: (stack: Stack) => sqs.IQueue) => stackWith(stack => ({ deadLetterQueue: queue(stack) }));
    const imported = (arn: string) => (stack: Stack) => sqs.Queue.fromQueueArn(stack, 'Queue', arn);

    test.each<[string, (stack: Stack) => sqs.IQueue, string]>([
      ['a FIFO queue', stack => new sqs.Queue(stack, 'Queue', { fifo: true }), 'must be a standard queue, got the FIFO queue "Movies/Queue"'],
      ['an imported FIFO queue', imported(`arn:aws:sqs:${REGION}:${ACCOUNT}:lost.fifo`), 'must be a standard queue, got the FIFO queue "arn:aws:sqs'],
      ['a FIFO queue of an account that is known at deployment', imported(`arn:aws:sqs:${REGION}:${Token.asString({ Ref: 'Account' })}:lost.fifo`), 'must be a standard queue'],
      ['a queue of another Region', imported(`arn:aws:sqs:us-east-1:${ACCOUNT}:lost`), `must be in the Region of the stack, ${REGION}, got "arn:aws:sqs:us-east-1`],
    ])('%s fails at synthesis', (_, queue, message) => {
      expect(() => withQueue(queue)).toThrow(`deadLetterQueue ${message}`);
    });

    test('of another account: warnings contain the statements for its policy and that of its key', () => {
      const { stack } = withQueue(s => sqs.Queue.fromQueueAttributes(s, 'Queue', {
        queueArn: `arn:aws:sqs:${REGION}:999988887777:lost`, keyArn: KEY_ARN.replace(ACCOUNT, '999988887777'),
      }));
      const statements = warningsOf(stack).map(text => JSON.parse(/\{"Action.*\}/.exec(text)![0]));
      const Principal = { AWS: `arn:aws:iam::${ACCOUNT}:root` };
      expect(statements).toEqual([
        { Action: 'sqs:SendMessage', Effect: 'Allow', Principal, Resource: `arn:aws:sqs:${REGION}:999988887777:lost` },
        { Action: ['kms:Decrypt', 'kms:GenerateDataKey'], Effect: 'Allow', Principal, Resource: '*' },
      ]);
    });

    test('imported from the account of the stack: no warning', () => {
      expect(warningsOf(withQueue(imported(`arn:aws:sqs:${REGION}:${ACCOUNT}:lost`)).stack)).toEqual([]);
    });

    test('may be known at deployment only', () => {
      expect(functionsOf(withQueue(stack => imported(new CfnParameter(stack, 'QueueArn').valueAsString)(stack)).template)[0].DeadLetterConfig.TargetArn).toEqual({ Ref: 'QueueArn' });
    });
  });

  test('the functions are attributes, for metrics, alarms and more permissions', () => {
    const { provider, stack, template } = stackWith(() => ({}));
    const ids = [provider.onEventHandler, provider.isCompleteHandler, ...provider.frameworkFunctions].map(fn => stack.resolve(fn.functionArn)['Fn::GetAtt'][0]);
    expect(ids.map(id => template.toJSON().Resources[id].Properties.Handler)).toEqual([
      'index.onEvent', 'index.isComplete', 'framework.onEvent', 'framework.isComplete', 'framework.onTimeout',
    ]);
  });
});

describe('keys', () => {
  test('a log group with a key of this app: CloudWatch Logs may use it for log groups of the account', () => {
    const { stack, template } = stackWith(s => ({ logEncryptionKey: new kms.Key(s, 'Key') }));
    template.hasResourceProperties('AWS::Logs::LogGroup', { KmsKeyId: { 'Fn::GetAtt': [Match.stringLikeRegexp('^Key'), 'Arn'] } });
    template.hasResourceProperties('AWS::KMS::Key', {
      KeyPolicy: {
        Statement: Match.arrayWith([Match.objectLike({
          Principal: { Service: `logs.${REGION}.amazonaws.com` },
          Condition: { ArnLike: { 'kms:EncryptionContext:aws:logs:arn': stack.resolve(stack.formatArn({ service: 'logs', resource: 'log-group:*' })) } },
        })]),
      },
    });
    expect(warningsOf(stack)).toEqual([]);
  });

  // the table that the CDK had before it left most principals to IAM: https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html
  test.each([
    ['cn-north-1', 'logs.cn-north-1.amazonaws.com.cn'], ['us-gov-west-1', 'logs.us-gov-west-1.amazonaws.com'], ['us-iso-east-1', 'logs.us-iso-east-1.c2s.ic.gov'],
    [undefined, { 'Fn::Join': ['', ['logs.', { Ref: 'AWS::Region' }, '.', { Ref: 'AWS::URLSuffix' }]] }],
  ])('in %s, CloudWatch Logs is %j', (region, Service) => {
    const stack = new Stack(new App(), 'Movies', { env: { region } });
    new DatasetExportProvider(stack, 'Provider', { logEncryptionKey: new kms.Key(stack, 'Key') });
    Template.fromStack(stack).hasResourceProperties('AWS::KMS::Key', { KeyPolicy: { Statement: Match.arrayWith([Match.objectLike({ Principal: { Service } })]) } });
  });

  test('a log group with an imported key: a warning contains the statement', () => {
    const { stack } = stackWith(s => ({ logEncryptionKey: kms.Key.fromKeyArn(s, 'Key', KEY_ARN) }));
    expect(warningsOf(stack)).toEqual([expect.stringContaining(`"logs.${REGION}.amazonaws.com"`)]);
    expect(warningsOf(stack)[0]).toContain(`[ack: ${READY}:keyPolicyNotAdded-`);
  });

  describe.each(['environmentEncryption', 'logEncryptionKey', 'stateMachineEncryptionKey'] as const)('%s', name => {
    const withKey = (key: (stack: Stack) => kms.IKey) => stackWith(stack => ({ [name]: key(stack) }));

    test.each<[string, (stack: Stack) => kms.IKey]>([
      ['of this app', stack => new kms.Key(stack, 'Mine').addAlias('mine')],
      ['that is imported', stack => kms.Alias.fromAliasName(stack, 'Key', 'alias/mine')],
      ['with the name in a parameter', stack => kms.Alias.fromAliasName(stack, 'Key', new CfnParameter(stack, 'Alias').valueAsString)],
      ['with its ARN', stack => kms.Key.fromKeyArn(stack, 'Key', KEY_ARN.replace(/key\/.*/, 'alias/mine'))],
    ])('an alias %s fails at synthesis', (_, key) => {
      expect(() => withKey(key)).toThrow(`${name} must have the ARN of a key`);
    });

    test('a key of another Region fails at synthesis', () => {
      expect(() => withKey(stack => kms.Key.fromKeyArn(stack, 'Key', KEY_ARN.replace(REGION, 'us-east-1')))).toThrow(`${name} must be in the Region of the stack, ${REGION}`);
    });

    test('a key of another account: a warning contains a statement for its policy', () => {
      const { stack } = withKey(s => kms.Key.fromKeyArn(s, 'Key', KEY_ARN.replace(ACCOUNT, '999988887777')));
      expect(warningsOf(stack)).toEqual([expect.stringMatching(/policy of key \S+:999988887777:key.*before you deploy.*"kms:Decrypt"/)]);
      if (name !== 'logEncryptionKey') { expect(warningsOf(stack)[0]).toContain(`"Principal":{"AWS":"arn:aws:iam::${ACCOUNT}:root"}`); }
    });

    test('a token is accepted', () => {
      withKey(stack => kms.Key.fromKeyArn(stack, 'Key', new CfnParameter(stack, 'KeyArn').valueAsString));
    });
  });

  test.each(['logRetention', 'logEncryptionKey'])('%s with a log group fails at synthesis', name => {
    expect(() => stackWith(stack => ({ logGroup: new logs.LogGroup(stack, 'Logs'), [name]: name === 'logRetention' ? 1 : new kms.Key(stack, 'Key') })))
      .toThrow(`${name} cannot be used with logGroup`);
  });
});

describe('the state machine that waits', () => {
  const machineOf = (template: Template) => Object.values(template.findResources('AWS::StepFunctions::StateMachine'))[0].Properties;

  test('is encrypted, and its jobs wait for the permission to use the key for this state machine', () => {
    const { template } = stackWith(stack => ({ stateMachineEncryptionKey: new kms.Key(stack, 'Key') }));
    const key = { 'Fn::GetAtt': [expect.stringMatching(/^Key/), 'Arn'] };
    expect(machineOf(template).EncryptionConfiguration).toEqual({ Type: 'CUSTOMER_MANAGED_KMS_KEY', KmsKeyId: key });
    const [id, policy] = Object.entries(template.findResources('AWS::IAM::Policy')).find(([name]) => /StateMachineKeyPolicy/.test(name))!;
    const [machineId] = Object.keys(template.findResources('AWS::StepFunctions::StateMachine'));
    expect(policy.Properties.PolicyDocument.Statement).toEqual([{
      Action: ['kms:Decrypt', 'kms:GenerateDataKey'],
      Effect: 'Allow',
      Resource: key,
      Condition: { StringEquals: { 'kms:EncryptionContext:aws:states:stateMachineArn': { Ref: machineId } } },
    }]);
    expect(dependsOn(template, 'Custom::PersonalizeDatasetExportJob')).toContain(id);
  });

  test('is logged, without the execution\'s data, and with a key the delivery of logs may decrypt', () => {
    const { template } = stackWith(stack => ({
      stateMachineEncryptionKey: new kms.Key(stack, 'Key'), stateMachineLogs: { destination: new logs.LogGroup(stack, 'Logs'), level: sfn.LogLevel.ALL },
    }));
    expect(machineOf(template).LoggingConfiguration).toMatchObject({ Level: 'ALL', IncludeExecutionData: false });
    template.hasResourceProperties('AWS::KMS::Key', {
      KeyPolicy: { Statement: Match.arrayWith([Match.objectLike({ Action: 'kms:Decrypt', Principal: { Service: 'delivery.logs.amazonaws.com' } })]) },
    });
  });

  test('logs without a destination fail at synthesis', () => {
    expect(() => stackWith(() => ({ stateMachineLogs: { level: sfn.LogLevel.ALL } }))).toThrow('stateMachineLogs must have a destination, got none');
  });

  test('is traced with the functions', () => {
    expect(machineOf(stackWith(() => ({ tracing: true })).template).TracingConfiguration).toEqual({ Enabled: true });
  });
});

describe('roles of your own', () => {
  const lambdaRole = (stack: Stack, id: string) => new iam.Role(stack, id, { assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com') });
  const imported = (stack: Stack, id: string) => iam.Role.fromRoleArn(stack, id, `arn:aws:iam::${ACCOUNT}:role/${id}`, { mutable: false });
  const settings = (stack: Stack): DatasetExportProviderProps => ({ vpc: vpcIn(stack), securityGroups: [groupIn(stack)], tracing: true, deadLetterQueue: new sqs.Queue(stack, 'Queue') });
  const rolesOf = (template: Template) => Object.fromEntries(functionsOf(template).map(({ Handler, Role }) => [Handler, Role['Fn::GetAtt']?.[0].slice(0, 4) ?? Role]));

  /** What a role may do, on which kind of resource. */
  const actionsOf = (statements: any[]) => [...new Set(statements.filter(({ Effect }) => Effect === 'Allow').flatMap(({ Action }) => Action))].sort();

  test('are used by the functions, which wait for what Lambda needs of them', () => {
    const { template } = stackWith(stack => ({ ...settings(stack), role: lambdaRole(stack, 'Mine'), frameworkRole: lambdaRole(stack, 'Your') }));
    expect(rolesOf(template)).toEqual({
      'index.onEvent': 'Mine', 'index.isComplete': 'Mine', 'framework.onEvent': 'Your', 'framework.isComplete': 'Your', 'framework.onTimeout': 'Your',
    });
    const waits = dependsOn(template, 'AWS::Lambda::Function').filter(id => /RolePolicy/.test(id));
    expect(waits.map(id => /(Handler|Framework)RolePolicy/.exec(id)![1]).sort()).toEqual(['Framework', 'Framework', 'Framework', 'Handler', 'Handler']);
    expect(dependsOn(template, 'Custom::PersonalizeDatasetExportJob')).toEqual(expect.arrayContaining([expect.stringMatching(/FrameworkCallsPolicy/)]));
  });

  test('that cannot be changed: the warnings contain the statements that roles of this app get', () => {
    const { stack } = stackWith(s => ({ ...settings(s), role: imported(s, 'mine'), frameworkRole: imported(s, 'yours') }));
    const { template } = stackWith(s => ({ ...settings(s), role: lambdaRole(s, 'Mine'), frameworkRole: lambdaRole(s, 'Your') }));
    const printed = warningsOf(stack).map(text => JSON.parse(/\{"Action.*\}/.exec(text)![0]));
    const given = ['AWS::IAM::Policy', 'AWS::IAM::ManagedPolicy'].flatMap(type => Object.entries(template.findResources(type)))
      .filter(([id]) => /^Provider(Handler|Framework)/.test(id)).flatMap(([, { Properties }]) => Properties.PolicyDocument.Statement);
    expect(actionsOf(printed)).toEqual(actionsOf(given));
    expect(printed.filter(({ Effect }) => Effect === 'Deny')).not.toHaveLength(0);
    Template.fromStack(stack).resourcePropertiesCountIs('AWS::IAM::Policy', { Roles: Match.arrayWith(['mine']) }, 0);
  });

  test('imported, but not frozen, get policies in this stack', () => {
    const { stack, template } = stackWith(s => ({ role: iam.Role.fromRoleArn(s, 'mine', `arn:aws:iam::${ACCOUNT}:role/mine`) }));
    template.hasResourceProperties('AWS::IAM::Policy', { Roles: ['mine'], PolicyDocument: { Statement: Match.arrayWith([Match.objectLike({ Action: 'personalize:CreateDatasetExportJob' })]) } });
    expect(warningsOf(stack)).toEqual([]);
  });

  test.each(['role', 'frameworkRole'])('%s of another account or partition fails at synthesis', name => {
    const withRole = (arn: string) => () => stackWith(stack => ({ [name]: iam.Role.fromRoleArn(stack, 'r', arn) }));
    expect(withRole('arn:aws:iam::999988887777:role/r')).toThrow(`${name} must be in the account of the stack`);
    expect(withRole(`arn:aws-cn:iam::${ACCOUNT}:role/r`)).toThrow(`${name} must be in the partition of ${REGION}`);
  });

  test('may be known at deployment only', () => {
    const stack = new Stack(new App(), 'Movies');
    const roleArn = new CfnParameter(stack, 'RoleArn').valueAsString;
    const provider = new DatasetExportProvider(stack, 'Provider', { role: iam.Role.fromRoleArn(stack, 'Role', roleArn) });
    expect(stack.resolve((provider.onEventHandler.node.defaultChild as lambda.CfnFunction).role)).toEqual({ Ref: 'RoleArn' });
  });
});

import { App, NestedStack, Stack, aws_ec2 as ec2, aws_iam as iam, aws_kms as kms, aws_s3 as s3, aws_sqs as sqs } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { DatasetExportProvider, DatasetExportProviderProps, ExportDestination, ExportDestinationProps } from '../../src';
import { ACCOUNT, REGION, agnosticStack, concreteStack, jobIn } from '../stacks';

// What the user has to add to policies that the app cannot change: text to paste, and when.

const PERSONALIZE = 'personalize.amazonaws.com';
const OTHER_ACCOUNT = '999988887777';
const keyArn = (account = ACCOUNT, region = REGION, partition = 'aws') => `arn:${partition}:kms:${region}:${account}:key/1234abcd-12ab-34cd-56ef-1234567890ab`;

interface Advice {
  /** What comes before the statement. */
  readonly text: string;
  readonly statement: any;
}

function adviceFor(stack: Stack, props: ExportDestinationProps): Advice[] {
  new ExportDestination(stack, 'Exports', props);
  return adviceIn(stack);
}

function adviceIn(stack: Stack): Advice[] {
  return Annotations.fromStack(stack.nestedStackParent ?? stack).findWarning('*', Match.stringLikeRegexp('NotAdded')).map(({ entry }) => {
    const [, text, json] = /^(.*?): (\{"(?:Action|Effect).*\}) \[ack: .*\]$/s.exec(String(entry.data))!;
    return { text, statement: JSON.parse(json) };
  });
}

const frozenRole = (stack: Stack) => iam.Role.fromRoleArn(stack, 'Role', `arn:aws:iam::${ACCOUNT}:role/service/mine`, { mutable: false });

describe('everything known and imported', () => {
  const stack = concreteStack();
  const advice = adviceFor(stack, {
    bucket: s3.Bucket.fromBucketName(stack, 'Bucket', 'mine'), encryptionKey: kms.Key.fromKeyArn(stack, 'Key', keyArn()), role: frozenRole(stack), prefix: 'a',
  });

  test('the statements are literal', () => {
    expect(advice.map(({ statement }) => statement)).toEqual([
      { Action: 's3:ListBucket', Effect: 'Allow', Principal: { Service: PERSONALIZE }, Resource: 'arn:aws:s3:::mine' },
      { Action: 's3:PutObject', Effect: 'Allow', Principal: { Service: PERSONALIZE }, Resource: 'arn:aws:s3:::mine/a/*' },
      expect.objectContaining({ Principal: { Service: PERSONALIZE, AWS: `arn:aws:iam::${ACCOUNT}:role/service/mine` }, Resource: '*' }),
      { Action: 's3:ListBucket', Effect: 'Allow', Resource: 'arn:aws:s3:::mine' },
      { Action: 's3:PutObject', Effect: 'Allow', Resource: 'arn:aws:s3:::mine/a/*' },
      expect.objectContaining({ Resource: keyArn() }),
    ]);
  });

  test('each names the resource whose policy needs it, and can be added before the deployment', () => {
    const resources = ['bucket arn:aws:s3:::mine', `key ${keyArn()}`, `role arn:aws:iam::${ACCOUNT}:role/service/mine`];
    expect(advice.map(({ text }) => /policy of (\w+ \S+)/.exec(text)![1])).toEqual([0, 0, 1, 2, 2, 2].map(index => resources[index]));
    for (const { text } of advice) { expect(text).toMatch(/before you deploy/); }
  });
});

describe('a role that the stack makes, for an imported key', () => {
  const advice = (props: (stack: Stack) => ExportDestinationProps = () => ({})) => {
    const stack = concreteStack();
    const [first, ...others] = adviceFor(stack, { encryptionKey: kms.Key.fromKeyArn(stack, 'Key', keyArn()), ...props(stack) });
    expect(others).toEqual([]);
    return first;
  };

  test('with a generated name is a placeholder, and takes two deployments', () => {
    const { text, statement } = advice();
    expect(statement.Principal).toEqual({ Service: PERSONALIZE, AWS: '<ARN of Movies/Exports/Role>' });
    expect(text).toMatch(/deploy Movies\/Exports without jobs, add the statement, with the values of <ARN of Movies\/Exports\/Role>, then deploy the jobs/);
  });

  test.each([[undefined, '/'], ['/service/', '/service/']])('with a name and the path %s has its ARN, and still takes two deployments', (path, expected) => {
    const { text, statement } = advice(stack => (
      { role: new iam.Role(stack, 'Mine', { roleName: 'exports', path, assumedBy: new iam.ServicePrincipal(PERSONALIZE) }) }));
    expect(statement.Principal.AWS).toBe(`arn:aws:iam::${ACCOUNT}:role${expected}exports`);
    expect(text).toMatch(/Movies\/Mine.*deploy Movies\/Exports without jobs, add the statement, then deploy the jobs/);
  });
});

describe('a role that cannot be changed, for a bucket that the stack makes', () => {
  const advice = (props: ExportDestinationProps) => {
    const stack = concreteStack();
    return adviceFor(stack, { encryption: s3.BucketEncryption.S3_MANAGED, role: frozenRole(stack), ...props });
  };

  test('with a generated name takes two deployments', () => {
    for (const { text, statement } of advice({})) {
      expect(statement.Resource).toMatch(/^<ARN of Movies\/Exports\/Bucket>/);
      expect(text).toMatch(/deploy Movies\/Exports without jobs/);
    }
  });

  test('with a name can be added before the deployment', () => {
    const all = advice({ bucketName: 'mine', prefix: 'a' });
    expect(all.map(({ statement }) => statement.Resource)).toEqual(['arn:aws:s3:::mine', 'arn:aws:s3:::mine/a/*']);
    for (const { text } of all) { expect(text).toMatch(/before you deploy/); }
  });
});

test('in a stack for any account and Region, what is unknown is named in angle brackets, and that it must be replaced', () => {
  const stack = agnosticStack();
  const [{ text, statement }] = adviceFor(stack, { bucket: s3.Bucket.fromBucketName(stack, 'Bucket', 'mine'), sourceConditions: true });
  expect(statement).toEqual({
    Action: 's3:ListBucket',
    Effect: 'Allow',
    Principal: { Service: PERSONALIZE },
    Resource: 'arn:<partition>:s3:::mine',
    Condition: {
      StringEquals: { 'aws:SourceAccount': '<account>' },
      StringLike: { 'aws:SourceArn': 'arn:<partition>:personalize:<region>:<account>:*' },
    },
  });
  for (const name of ['account', 'region', 'partition']) { expect(text).toContain(`<${name}>`); }
});

test('of another account, names the role in both policies of the bucket and the key', () => {
  const stack = concreteStack();
  const encryptionKey = kms.Key.fromKeyArn(stack, 'Key', keyArn(OTHER_ACCOUNT));
  const bucket = s3.Bucket.fromBucketAttributes(stack, 'Bucket', { bucketName: 'theirs', account: OTHER_ACCOUNT, encryptionKey });
  const role = iam.Role.fromRoleArn(stack, 'Role', `arn:aws:iam::${ACCOUNT}:role/mine`);
  expect(adviceFor(stack, { bucket, role }).map(({ statement }) => statement.Principal.AWS)).toEqual([1, 2, 3].map(() => role.roleArn));
});

test('in China, ARNs have the partition of the Region', () => {
  const stack = new Stack(new App(), 'Movies', { env: { account: ACCOUNT, region: 'cn-north-1' } });
  const role = new iam.Role(stack, 'Mine', { roleName: 'exports', assumedBy: new iam.ServicePrincipal(PERSONALIZE) });
  const encryptionKey = kms.Key.fromKeyArn(stack, 'Key', keyArn(ACCOUNT, 'cn-north-1', 'aws-cn'));
  const statements = adviceFor(stack, { bucket: s3.Bucket.fromBucketName(stack, 'Bucket', 'mine'), encryptionKey, role }).map(({ statement }) => statement);
  expect(statements.map(({ Resource }) => Resource)).toEqual(['arn:aws-cn:s3:::mine', 'arn:aws-cn:s3:::mine/*', '*']);
  expect(statements[2].Principal.AWS).toBe(`arn:aws-cn:iam::${ACCOUNT}:role/exports`);
});

test.each([concreteStack, agnosticStack])('no statement contains an intrinsic function or a token: %p', makeStack => {
  const stack = makeStack();
  const [bucket, key] = ['Bucket', 'Key'];
  const advice = adviceFor(stack, {
    bucket: s3.Bucket.fromBucketAttributes(stack, bucket, { bucketName: 'mine', encryptionKey: kms.Key.fromKeyArn(stack, key, keyArn()) }),
    role: new iam.Role(stack, 'Mine', { assumedBy: new iam.ServicePrincipal(PERSONALIZE) }).withoutPolicyUpdates(),
    sourceConditions: true,
  });
  expect(JSON.stringify(advice)).not.toMatch(/"Fn::|"Ref"|\$\{/);
});

describe('the role of a provider that cannot be changed', () => {
  /** The advice for the statements with this action. */
  function adviceOn(action: string, props: (stack: Stack) => DatasetExportProviderProps = () => ({}), stack = concreteStack()): Advice[] {
    const role = frozenRole(stack);
    jobIn(stack, { provider: new DatasetExportProvider(stack, 'Provider', { role, frameworkRole: role, ...props(stack) }) }, 'Export');
    return adviceIn(stack).filter(({ statement }) => [statement.Action].flat().includes(action));
  }

  test.each([
    [concreteStack, `arn:aws:cloudformation:${REGION}:${ACCOUNT}:stack/Movies/*`],
    [agnosticStack, 'arn:<partition>:cloudformation:<region>:<account>:stack/Movies/*'],
  ])('the stack is named before it exists: %p', (makeStack, expected) => {
    const [{ text, statement }] = adviceOn('cloudformation:DescribeStacks', undefined, makeStack());
    expect(statement.Resource).toBe(expected);
    expect(text).toMatch(/before you deploy/);
  });

  test('a nested stack, which gets its name when it is created, takes two deployments', () => {
    const [{ text, statement }] = adviceOn('cloudformation:DescribeStacks', undefined, new NestedStack(concreteStack(), 'Nested'));
    expect(statement.Resource).toBe('<ARN of Movies/Nested>');
    expect(text).toMatch(/deploy Movies\/Nested\/Provider without jobs/);
  });

  test('a state machine is replaced by its ARN, which it refers to', () => {
    const [{ statement }] = adviceOn('states:StartExecution');
    expect(statement.Resource).toMatch(/^<ARN of Movies\/Provider\/.*state-machine>$/);
  });

  test('the role of a destination that the job makes needs a destination that can be deployed before the job', () => {
    const [{ text }] = adviceOn('iam:PassRole');
    expect(text).toMatch(/define an ExportDestination, pass it to Movies\/Export, deploy it and Movies\/Provider without jobs/);
  });

  test('the role of a destination of its own only needs its deployment', () => {
    const stack = concreteStack();
    const provider = new DatasetExportProvider(stack, 'Provider', { role: frozenRole(stack) });
    jobIn(stack, { provider, destination: new ExportDestination(stack, 'Exports') });
    const [{ text }] = adviceIn(stack).filter(({ statement }) => statement.Action === 'iam:PassRole');
    expect(text).toMatch(/: deploy Movies\/Provider without jobs/);
  });

  test('a queue must exist before the functions, unless its name is known', () => {
    const [unnamed] = adviceOn('sqs:SendMessage', stack => ({ deadLetterQueue: new sqs.Queue(stack, 'Queue') }));
    expect(unnamed.statement.Resource).toBe('<ARN of Movies/Queue>');
    expect(unnamed.text).toMatch(/deploy Movies\/Queue without Movies\/Provider, add the statement.*, then deploy Movies\/Provider/);
    const [named] = adviceOn('sqs:SendMessage', stack => ({ deadLetterQueue: new sqs.Queue(stack, 'Queue', { queueName: 'lost' }) }));
    expect(named.statement.Resource).toBe(`arn:aws:sqs:${REGION}:${ACCOUNT}:lost`);
    expect(named.text).toMatch(/before you deploy/);
  });

  test('without a denial, the functions lack nothing: they may do more', () => {
    const advice = adviceOn('ec2:CreateNetworkInterface', stack => ({
      vpc: ec2.Vpc.fromVpcAttributes(stack, 'Vpc', { vpcId: 'vpc-1', availabilityZones: ['eu-west-1a'], privateSubnetIds: ['subnet-1'] }),
    }));
    const isDenied = ({ statement }: Advice) => statement.Effect === 'Deny';
    expect(advice.map(isDenied).sort()).toEqual([false, true]);
    for (const some of advice) { expect(/functions lack permissions$/.test(some.text)).toBe(!isDenied(some)); }
  });
});

describe('roles that several stacks use: no policy has the name of another', () => {
  const define = (stack: Stack): void => {
    const role = (name: string) => iam.Role.fromRoleArn(stack, name, `arn:aws:iam::${ACCOUNT}:role/${name}`);
    const vpc = ec2.Vpc.fromVpcAttributes(stack, 'Vpc', { vpcId: 'vpc-1', availabilityZones: ['eu-west-1a'], privateSubnetIds: ['subnet-1'] });
    const provider = new DatasetExportProvider(stack, 'Provider', { role: role('handlers'), frameworkRole: role('framework'), vpc });
    const job = jobIn(stack, { provider, destination: new ExportDestination(stack, 'Exports', { role: role('exports') }) });
    job.grants.import(role('imports'));
    job.grants.import(role('other-imports'));
  };
  const namesIn = (stack: Stack): string[] => {
    const policies = Object.values<any>(Template.fromStack(stack).findResources('AWS::IAM::Policy')).filter(({ Properties }) => typeof Properties.Roles[0] === 'string');
    expect(new Set(policies.flatMap(({ Properties }) => Properties.Roles))).toEqual(new Set(['handlers', 'framework', 'exports', 'imports', 'other-imports']));
    return policies.map(({ Properties }) => Properties.PolicyName);
  };
  const env = { account: ACCOUNT, region: REGION };

  test.each<[string, () => Stack[]]>([
    ['stacks of one app', (app = new App()) => ['A', 'B'].map(id => new Stack(app, id, { env }))],
    ['deployments of one stack under two names', () => ['dev', 'prod'].map(stackName => new Stack(new App(), 'Movies', { env, stackName }))],
    ['nested stacks', (parent = concreteStack()) => ['A', 'B'].map(id => new NestedStack(parent, id))],
    ['the same nested stack in two deployments', () => ['dev', 'prod'].map(stackName => new NestedStack(new Stack(new App(), 'Movies', { env, stackName }), 'Nested'))],
  ])('%s', (_, stacks) => {
    const all = stacks();
    all.forEach(define);
    const names = all.flatMap(namesIn);
    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
  });
});

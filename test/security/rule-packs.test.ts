import * as fs from 'fs';
import * as path from 'path';
import { App, Duration, Stack, aws_kms as kms, aws_logs as logs, aws_s3 as s3 } from 'aws-cdk-lib';
import { AwsSolutionsChecks, HIPAASecurityChecks, NIST80053R5Checks, PCIDSS321Checks } from 'cdk-nag';
import { DatasetExportJob, DatasetExportProvider, ExportDestination, IngestionMode } from '../../src';
import { ACCOUNT, REGION, importedDataset } from '../stacks';

const AWS_SOLUTIONS = 'AwsSolutions';
const COMPLIANCE = ['HIPAA.Security', 'NIST.800.53.R5', 'PCI.DSS.321'];
const HIPAA_AND_NIST = COMPLIANCE.slice(0, 2);

type StackName = 'default' | 'hardened' | 'long';

/** One rule that is not met. */
interface Accepted {
  readonly packs: string[];
  readonly rule: string;
  readonly in: StackName[];
  /** what we define ourselves */
  readonly ours?: string[];
  /** what the CDK's Provider framework defines, which has no setting for it */
  readonly framework?: string[];
  readonly why: string;
}

const ALL: StackName[] = ['default', 'hardened', 'long'];
const PROVIDER = 'PersonalizeDatasetExportProvider';
const OUR_FUNCTIONS = ['OnEvent', 'IsComplete'].map(id => `${PROVIDER}/${id}/Resource`);
const FRAMEWORK_FUNCTIONS = ['onEvent', 'isComplete', 'onTimeout'].map(id => `${PROVIDER}/Provider/framework-${id}/Resource`);
const FRAMEWORK_ROLES = ['FrameworkOnEventRole', 'FrameworkCompleteRole'].map(id => `${PROVIDER}/${id}/DefaultPolicy/Resource`);
const HANDLER_ROLE = `${PROVIDER}/HandlerRole/Resource`;
/** Of one role to pass; its id ends with a hash. */
const HANDLER_POLICY = `${PROVIDER}/HandlerPolicy/Resource`;
const WAITER = `${PROVIDER}/Provider/waiter-state-machine`;
const FUNCTION_IDS = { OnEvent: 'C9558D4C', IsComplete: '44A1E325', frameworkisComplete: 'D74B04C6', frameworkonTimeout: '4AC6B3C3' };
const versionsOf = (id: keyof typeof FUNCTION_IDS) => `IAM5[Resource::<${PROVIDER}${id}${FUNCTION_IDS[id]}.Arn>:*]`;

/** All there is, exactly: the test fails when the list grows and when it shrinks. */
const ACCEPTED: Accepted[] = [
  // Ours by design: the wildcards are the narrowest that the resources' names allow.
  {
    packs: [AWS_SOLUTIONS],
    rule: 'IAM5[Resource::<ExportDestinationBucket02123373.Arn>/*]',
    in: ['default', 'long'],
    ours: ['Export/Destination/Role/DefaultPolicy/Resource'],
    why: 'Personalize chooses the names of the objects. With a prefix, the wildcard begins below it.',
  },
  {
    packs: [AWS_SOLUTIONS],
    rule: 'IAM5[Resource::<UserBucket9D85EFED.Arn>/personalize/*]',
    in: ['hardened'],
    ours: ['Exports/Role/DefaultPolicy/Resource'],
    why: 'The same, with a prefix.',
  },
  {
    packs: [AWS_SOLUTIONS],
    rule: `IAM5[Resource::arn:<AWS::Partition>:personalize:${REGION}:${ACCOUNT}:dataset-export-job/Movies_*]`,
    in: ALL,
    ours: [HANDLER_ROLE],
    why: 'Each export needs a new job name, made in the deployment from the stack\'s name. Gone when all jobs have a jobName.',
  },
  // Ours, and a matter of what the user brings along.
  {
    packs: [AWS_SOLUTIONS],
    rule: 'S1',
    in: ['default', 'long'],
    ours: ['Export/Destination/Bucket/Resource'],
    why: 'Access logs need a second bucket, which is the user\'s to choose. Gone with a bucket of one\'s own that has them.',
  },
  {
    packs: COMPLIANCE,
    rule: 'S3BucketLoggingEnabled',
    in: ['default', 'long'],
    ours: ['Export/Destination/Bucket/Resource'],
    why: 'The same.',
  },
  {
    packs: COMPLIANCE,
    rule: 'S3BucketReplicationEnabled',
    in: ['default', 'long'],
    ours: ['Export/Destination/Bucket/Resource'],
    why: 'Replication needs a second bucket, and an export can be repeated. Gone with a bucket of one\'s own that is replicated.',
  },
  {
    packs: COMPLIANCE,
    rule: 'CloudWatchLogGroupEncrypted',
    in: ['default', 'long'],
    ours: [`${PROVIDER}/LogGroup/Resource`],
    why: 'CloudWatch encrypts all logs; the rule wants a key of the customer\'s. Gone with the provider\'s logGroup.',
  },
  // Ours and the framework's alike.
  {
    packs: COMPLIANCE,
    rule: 'IAMNoInlinePolicy',
    in: ['default', 'long'],
    ours: ['Export/Destination/Role/DefaultPolicy/Resource', HANDLER_ROLE, HANDLER_POLICY],
    framework: [...FRAMEWORK_ROLES, `${WAITER}/Role/DefaultPolicy/Resource`],
    why: 'The CDK puts all that is granted to a role into an inline policy, which is about that role alone and goes with it. Gone with managed policies in place of each, or a property injector or aspect of the app.',
  },
  {
    packs: COMPLIANCE,
    rule: 'IAMNoInlinePolicy',
    in: ['hardened'],
    ours: ['Exports/Role/DefaultPolicy/Resource', HANDLER_ROLE, HANDLER_POLICY],
    framework: [...FRAMEWORK_ROLES, `${WAITER}/Role/DefaultPolicy/Resource`],
    why: 'The same.',
  },
  {
    packs: COMPLIANCE,
    rule: 'LambdaInsideVPC',
    in: ALL,
    ours: OUR_FUNCTIONS,
    framework: FRAMEWORK_FUNCTIONS,
    why: 'The functions call AWS APIs only. In a VPC they would need endpoints of Personalize, CloudFormation, Lambda and Step Functions, and a way to the S3 URL that CloudFormation gives. Gone if the provider had vpc settings.',
  },
  {
    packs: HIPAA_AND_NIST,
    rule: 'LambdaConcurrency',
    in: ALL,
    ours: OUR_FUNCTIONS,
    framework: FRAMEWORK_FUNCTIONS,
    why: 'Reserved concurrency is taken from the account\'s other functions, and fails deployments in accounts with a small quota.',
  },
  {
    packs: HIPAA_AND_NIST,
    rule: 'LambdaDLQ',
    in: ALL,
    ours: OUR_FUNCTIONS,
    framework: FRAMEWORK_FUNCTIONS,
    why: 'Ours are called synchronously: a dead letter queue would stay empty, and the deployment says what failed.',
  },
  {
    packs: [AWS_SOLUTIONS],
    rule: 'L1',
    in: ALL,
    ours: OUR_FUNCTIONS,
    framework: FRAMEWORK_FUNCTIONS,
    why: 'The runtime is the newest that the CDK knows in all Regions of the partition, and gets newer with the CDK: this version knows nodejs22.x, cdk-nag nodejs24.x.',
  },
  // The framework's: it grants its functions and its state machine all versions of the functions that they invoke.
  { packs: [AWS_SOLUTIONS], rule: versionsOf('OnEvent'), in: ALL, framework: FRAMEWORK_ROLES, why: 'grantInvoke() of the CDK.' },
  { packs: [AWS_SOLUTIONS], rule: versionsOf('IsComplete'), in: ALL, framework: FRAMEWORK_ROLES, why: 'The same.' },
  { packs: [AWS_SOLUTIONS], rule: versionsOf('frameworkisComplete'), in: ALL, framework: [`${WAITER}/Role/DefaultPolicy/Resource`], why: 'The same.' },
  { packs: [AWS_SOLUTIONS], rule: versionsOf('frameworkonTimeout'), in: ALL, framework: [`${WAITER}/Role/DefaultPolicy/Resource`], why: 'The same.' },
  {
    packs: [AWS_SOLUTIONS],
    rule: 'SF1',
    in: ALL,
    framework: [`${WAITER}/Resource`],
    why: 'Logging is off by default: events hold the presigned URL that answers CloudFormation, and logging to "ALL" needs a role with Resource "*".',
  },
  { packs: [AWS_SOLUTIONS], rule: 'SF2', in: ALL, framework: [`${WAITER}/Resource`], why: 'No X-Ray traces: the framework has no setting.' },
];

const PACKS = {
  'AwsSolutions': new AwsSolutionsChecks(),
  'HIPAA.Security': new HIPAASecurityChecks(),
  'NIST.800.53.R5': new NIST80053R5Checks(),
  'PCI.DSS.321': new PCIDSS321Checks(),
};

function stackOf(define: (stack: Stack) => void): Stack {
  const stack = new Stack(new App(), 'Movies', { env: { account: ACCOUNT, region: REGION } });
  define(stack);
  return stack;
}

const STACKS: Record<StackName, Stack> = {
  default: stackOf(stack => new DatasetExportJob(stack, 'Export', { dataset: importedDataset(stack), ingestionMode: IngestionMode.ALL })),
  long: stackOf(stack => new DatasetExportJob(stack, 'Export', { dataset: importedDataset(stack), ingestionMode: IngestionMode.ALL, timeout: Duration.hours(6) })),
  hardened: stackOf(stack => {
    const encryptionKey = new kms.Key(stack, 'UserKey', { enableKeyRotation: true });
    const bucket = new s3.Bucket(stack, 'UserBucket', {
      encryptionKey,
      enforceSSL: true,
      versioned: true,
      blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL,
      serverAccessLogsBucket: s3.Bucket.fromBucketName(stack, 'AccessLogs', 'access-logs'),
      serverAccessLogsPrefix: 'exports/',
    });
    (bucket.node.defaultChild as s3.CfnBucket).replicationConfiguration = {
      role: `arn:aws:iam::${ACCOUNT}:role/replication`,
      rules: [{ status: 'Enabled', destination: { bucket: 'arn:aws:s3:::replica' } }],
    };
    const logGroup = new logs.LogGroup(stack, 'UserLogs', { encryptionKey, retention: logs.RetentionDays.ONE_YEAR });
    new DatasetExportJob(stack, 'Export', {
      dataset: importedDataset(stack),
      ingestionMode: IngestionMode.ALL,
      destination: new ExportDestination(stack, 'Exports', { bucket, prefix: 'personalize' }),
      provider: new DatasetExportProvider(stack, PROVIDER, { logGroup }),
    });
  }),
};

describe.each(Object.entries(STACKS) as [StackName, Stack][])('the %s stack', (name, stack) => {
  test.each(Object.entries(PACKS))('%s finds what is known', (pack, checks) => {
    const found = checks.validateScope(stack).violations
      .flatMap(({ ruleName, violatingResources }) => violatingResources.map(({ constructPath }) => `${ruleName} ${constructPath!.replace(/^Movies\//, '').replace(/(HandlerPolicy)[0-9A-F]{8}/, '$1')}`));
    const accepted = ACCEPTED.filter(entry => entry.in.includes(name) && entry.packs.includes(pack))
      .flatMap(({ rule, ours = [], framework = [] }) => [...ours, ...framework].map(construct => `${pack}-${rule} ${construct}`));
    expect(found.sort()).toEqual(accepted.sort());
  });
});

test('a setting of the user\'s takes away whatever can be taken away so', () => {
  const ours = (name: StackName) => new Set(ACCEPTED.filter(entry => entry.ours && entry.in.includes(name)).map(({ rule }) => rule.replace(/\[Resource::<.*Bucket.*/, '[objects]')));
  expect([...ours('default')].filter(rule => !ours('hardened').has(rule))).toEqual([
    'S1', 'S3BucketLoggingEnabled', 'S3BucketReplicationEnabled', 'CloudWatchLogGroupEncrypted',
  ]);
});

test('docs/rule-packs.md tells of every rule', () => {
  const text = fs.readFileSync(path.join(__dirname, '..', '..', 'docs', 'rule-packs.md'), 'utf8');
  expect([...new Set(ACCEPTED.map(({ rule }) => rule.replace(/\[.*/, '')))].filter(rule => !text.includes(`\`${rule}\``))).toEqual([]);
});

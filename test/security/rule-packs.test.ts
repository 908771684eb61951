import * as fs from 'fs';
import * as path from 'path';
import {
  App, Duration, Stack,
  aws_ec2 as ec2, aws_events as events, aws_kms as kms, aws_logs as logs, aws_s3 as s3, aws_sqs as sqs, aws_stepfunctions as sfn,
} from 'aws-cdk-lib';
import { AwsSolutionsChecks, HIPAASecurityChecks, NIST80053R5Checks, PCIDSS321Checks, ServerlessChecks } from 'cdk-nag';
import { DatasetExportJob, DatasetExportProvider, DatasetExportProviderProps, ExportDestination, IngestionMode } from '../../src';
import { REPOSITORY } from '../../tools/repository';
import { ACCOUNT, REGION, importedDataset } from '../stacks';

const PROVIDER = 'PersonalizeDatasetExportProvider';
const FUNCTIONS = [
  ...['OnEvent', 'IsComplete'].map(id => `${PROVIDER}/${id}/Resource`),
  ...['onEvent', 'isComplete', 'onTimeout'].map(id => `${PROVIDER}/Provider/framework-${id}/Resource`),
];
const FRAMEWORK_POLICIES = ['FrameworkOnEventRole', 'FrameworkCompleteRole'].map(id => `${PROVIDER}/${id}/DefaultPolicy/Resource`);
const NETWORK_POLICIES = ['Handler', 'FrameworkOnEvent', 'FrameworkComplete'].map(id => `${PROVIDER}/${id}NetworkPolicy/Resource`);
const HANDLER_ROLE = `${PROVIDER}/HandlerRole/Resource`;
/** Of the role of an export; its id ends with a hash. */
const HANDLER_POLICY = `${PROVIDER}/HandlerPolicy/Resource`;
const WAITER = `${PROVIDER}/Provider/waiter-state-machine`;
const OBSERVER = `${PROVIDER}/Observer/StateMachine`;
const OBSERVER_POLICY = `${OBSERVER}/Role/DefaultPolicy/Resource`;
const WAITER_POLICY = `${WAITER}/Role/DefaultPolicy/Resource`;
const BUCKET = 'Export/Destination/Bucket/Resource';
const ROLE_POLICY = 'Export/Destination/Role/DefaultPolicy/Resource';
const POLICIES = [HANDLER_ROLE, HANDLER_POLICY, ...FRAMEWORK_POLICIES, WAITER_POLICY];
const versionsOf = (functionId: string) => `IAM5[Resource::<${PROVIDER}${functionId}.Arn>:*]`;

type StackName = 'default' | 'events' | 'hardened' | 'long' | 'regulated';
const NEW_BUCKET: StackName[] = ['default', 'events', 'long'];
const OWN_BUCKET: StackName[] = ['hardened', 'regulated'];
const NOT_REGULATED: StackName[] = ['default', 'events', 'hardened', 'long'];
const EVENTS: StackName[] = ['events'];
const REGULATED: StackName[] = ['regulated'];
const ALL: StackName[] = [...NOT_REGULATED, ...REGULATED];

const AWS_SOLUTIONS = ['AwsSolutions'];
const HIPAA_AND_NIST = ['HIPAA.Security', 'NIST.800.53.R5'];
const COMPLIANCE = [...HIPAA_AND_NIST, 'PCI.DSS.321'];
const SERVERLESS = ['Serverless'];

/** Exactly what the packs find: the test fails for anything more or less. docs/rule-packs.md gives the reasons. */
const ACCEPTED: readonly (readonly [packs: string[], rule: string, stacks: StackName[], constructs: readonly string[]])[] = [
  // the narrowest wildcards that the names of objects and of generated jobs allow
  [AWS_SOLUTIONS, 'IAM5[Resource::<ExportDestinationBucket02123373.Arn>/*]', NEW_BUCKET, [ROLE_POLICY]],
  [AWS_SOLUTIONS, 'IAM5[Resource::<UserBucket9D85EFED.Arn>/personalize/*]', OWN_BUCKET, ['Exports/Role/DefaultPolicy/Resource']],
  [AWS_SOLUTIONS, `IAM5[Resource::arn:<AWS::Partition>:personalize:${REGION}:${ACCOUNT}:dataset-export-job/Movies_*]`, ALL, [HANDLER_ROLE]],
  // gone with the user's own bucket or log group
  [AWS_SOLUTIONS, 'S1', NEW_BUCKET, [BUCKET]],
  [COMPLIANCE, 'S3BucketLoggingEnabled', NEW_BUCKET, [BUCKET]],
  [COMPLIANCE, 'S3BucketReplicationEnabled', NEW_BUCKET, [BUCKET]],
  [COMPLIANCE, 'CloudWatchLogGroupEncrypted', NEW_BUCKET, [`${PROVIDER}/LogGroup/Resource`]],
  // the CDK grants with inline policies
  [COMPLIANCE, 'IAMNoInlinePolicy', NEW_BUCKET, [ROLE_POLICY, ...POLICIES]],
  [COMPLIANCE, 'IAMNoInlinePolicy', OWN_BUCKET, ['Exports/Role/DefaultPolicy/Resource', ...POLICIES]],
  [COMPLIANCE, 'IAMNoInlinePolicy', REGULATED, [`${PROVIDER}/StateMachineKeyPolicy/Resource`, ...NETWORK_POLICIES]],
  // the functions call AWS APIs only, in no VPC unless they get one, synchronously, and without reserved concurrency
  [COMPLIANCE, 'LambdaInsideVPC', NOT_REGULATED, FUNCTIONS],
  [HIPAA_AND_NIST, 'LambdaConcurrency', ALL, FUNCTIONS],
  [HIPAA_AND_NIST, 'LambdaDLQ', NOT_REGULATED, FUNCTIONS],
  // gone with a memorySize, with tracing and with a deadLetterQueue
  [SERVERLESS, 'LambdaDefaultMemorySize', NOT_REGULATED, FUNCTIONS.slice(2)],
  [SERVERLESS, 'LambdaDLQ', NOT_REGULATED, FUNCTIONS],
  [SERVERLESS, 'LambdaTracing', NOT_REGULATED, FUNCTIONS],
  [SERVERLESS, 'StepFunctionStateMachineXray', NOT_REGULATED, [`${WAITER}/Resource`]],
  // what a VPC, traces and logs of a state machine need: https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html#configuration-vpc-permissions
  ...['*', ...[`${ACCOUNT}:network-interface`, '*:security-group', '*:subnet'].map(resource => `arn:<AWS::Partition>:ec2:${REGION}:${resource}/*`)].map(resource => (
    [AWS_SOLUTIONS, `IAM5[Resource::${resource}]`, REGULATED, NETWORK_POLICIES] as const)),
  [AWS_SOLUTIONS, 'IAM5[Resource::*]', REGULATED, [HANDLER_ROLE, ...FRAMEWORK_POLICIES]],
  [AWS_SOLUTIONS, 'IAM5[Resource::*]', REGULATED, [WAITER_POLICY]],
  [SERVERLESS, 'LambdaStarPermissions', REGULATED, [HANDLER_ROLE]],
  // the runtime is the newest that this version of the CDK knows in all Regions of the partition
  [AWS_SOLUTIONS, 'L1', ALL, FUNCTIONS],
  [SERVERLESS, 'LambdaLatestVersion', ALL, FUNCTIONS],
  // the Provider framework grants with grantInvoke(), and its state machine has no logs and traces unless they are wanted
  [AWS_SOLUTIONS, versionsOf('OnEventC9558D4C'), ALL, FRAMEWORK_POLICIES],
  [AWS_SOLUTIONS, versionsOf('IsComplete44A1E325'), ALL, FRAMEWORK_POLICIES],
  [AWS_SOLUTIONS, versionsOf('frameworkisCompleteD74B04C6'), ALL, [WAITER_POLICY]],
  [AWS_SOLUTIONS, versionsOf('frameworkonTimeout4AC6B3C3'), ALL, [WAITER_POLICY]],
  [AWS_SOLUTIONS, 'SF1', NOT_REGULATED, [`${WAITER}/Resource`]],
  [AWS_SOLUTIONS, 'SF2', NOT_REGULATED, [`${WAITER}/Resource`]],
  // so has the state machine for events, which describes jobs with generated names
  [AWS_SOLUTIONS, `IAM5[Resource::arn:<AWS::Partition>:personalize:${REGION}:${ACCOUNT}:dataset-export-job/Movies_*]`, EVENTS, [OBSERVER_POLICY]],
  [COMPLIANCE, 'IAMNoInlinePolicy', EVENTS, [OBSERVER_POLICY]],
  [AWS_SOLUTIONS, 'SF1', EVENTS, [`${OBSERVER}/Resource`]],
  [AWS_SOLUTIONS, 'SF2', EVENTS, [`${OBSERVER}/Resource`]],
  [SERVERLESS, 'StepFunctionStateMachineXray', EVENTS, [`${OBSERVER}/Resource`]],
];

const PACKS = {
  'AwsSolutions': new AwsSolutionsChecks(),
  'HIPAA.Security': new HIPAASecurityChecks(),
  'NIST.800.53.R5': new NIST80053R5Checks(),
  'PCI.DSS.321': new PCIDSS321Checks(),
  'Serverless': new ServerlessChecks(),
};

function stackOf(define: (stack: Stack) => void): Stack {
  const stack = new Stack(new App(), 'Movies', { env: { account: ACCOUNT, region: REGION } });
  define(stack);
  return stack;
}

/** A bucket, a key and a log group of the user's. */
function hardenedIn(stack: Stack, props: (encryptionKey: kms.Key) => DatasetExportProviderProps = () => ({})): void {
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
    provider: new DatasetExportProvider(stack, PROVIDER, { logGroup, ...props(encryptionKey) }),
  });
}

const STACKS: Record<StackName, Stack> = {
  default: stackOf(stack => new DatasetExportJob(stack, 'Export', { dataset: importedDataset(stack), ingestionMode: IngestionMode.ALL })),
  events: stackOf(stack => new DatasetExportJob(stack, 'Export', {
    dataset: importedDataset(stack),
    ingestionMode: IngestionMode.ALL,
    provider: new DatasetExportProvider(stack, PROVIDER, { eventBus: events.EventBus.fromEventBusName(stack, 'Default', 'default') }),
  })),
  long: stackOf(stack => new DatasetExportJob(stack, 'Export', { dataset: importedDataset(stack), ingestionMode: IngestionMode.ALL, timeout: Duration.hours(6) })),
  hardened: stackOf(stack => hardenedIn(stack)),
  regulated: stackOf(stack => hardenedIn(stack, encryptionKey => ({
    vpc: ec2.Vpc.fromVpcAttributes(stack, 'Vpc', { vpcId: 'vpc-1', availabilityZones: ['a', 'b'], privateSubnetIds: ['subnet-1', 'subnet-2'] }),
    securityGroups: [ec2.SecurityGroup.fromSecurityGroupId(stack, 'Group', 'sg-1')],
    environmentEncryption: encryptionKey,
    deadLetterQueue: sqs.Queue.fromQueueArn(stack, 'Queue', `arn:aws:sqs:${REGION}:${ACCOUNT}:lost`),
    tracing: true,
    memorySize: 256,
    stateMachineEncryptionKey: encryptionKey,
    stateMachineLogs: { destination: logs.LogGroup.fromLogGroupName(stack, 'Executions', '/executions'), level: sfn.LogLevel.ALL },
  }))),
};

describe.each(Object.entries(STACKS) as [StackName, Stack][])('the %s stack', (name, stack) => {
  test.each(Object.entries(PACKS))('%s finds what is accepted', (pack, checks) => {
    const found = checks.validateScope(stack).violations
      .flatMap(({ ruleName, violatingResources }) => violatingResources.map(({ constructPath }) => `${ruleName} ${constructPath!.replace(/^Movies\//, '').replace(/(HandlerPolicy)[0-9A-F]{8}/, '$1')}`));
    const accepted = ACCEPTED.filter(([packs, , stacks]) => packs.includes(pack) && stacks.includes(name))
      .flatMap(([, rule, , constructs]) => constructs.map(construct => `${pack}-${rule} ${construct}`));
    expect(found.sort()).toEqual(accepted.sort());
  });
});

test('with serverAccessLogsBucket, no pack asks for access logs of the new bucket', () => {
  const stack = stackOf(some => new ExportDestination(some, 'Exports', {
    serverAccessLogsBucket: s3.Bucket.fromBucketName(some, 'AccessLogs', 'access-logs'), serverAccessLogsPrefix: 'exports/',
  }));
  const rules = Object.values(PACKS).flatMap(checks => checks.validateScope(stack).violations.map(({ ruleName }) => ruleName));
  expect(rules.filter(rule => /S3BucketLoggingEnabled|-S1$/.test(rule))).toEqual([]);
});

test('docs/rule-packs.md names every rule', () => {
  const text = fs.readFileSync(path.join(REPOSITORY, 'docs', 'rule-packs.md'), 'utf8');
  expect([...new Set(ACCEPTED.map(([, rule]) => rule.replace(/\[.*/, '')))].filter(rule => !text.includes(`\`${rule}\``))).toEqual([]);
});

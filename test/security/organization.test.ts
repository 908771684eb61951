import {
  App, Aspects, CfnResource, Duration, Stack, TagManager, Tags,
  aws_ec2 as ec2, aws_iam as iam, aws_kms as kms, aws_logs as logs, aws_scheduler as scheduler, aws_sqs as sqs, aws_stepfunctions as sfn,
} from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import {
  DatasetExportJob, DatasetExportProvider, DatasetExportSchedule, DatasetExportWorkflow, DatasetGroup, ExportDestination, IngestionMode,
} from '../../src';
import { ACCOUNT, REGION, importedDataset } from '../stacks';

/** What organizations demand of every stack, with everything that the library has. */
function everythingIn(app: App): Stack {
  const stack = new Stack(app, 'Movies', { env: { account: ACCOUNT, region: REGION } });
  const destination = new ExportDestination(stack, 'Exports', { prefix: 'a', datasetEncryptionKey: new kms.Key(stack, 'GroupKey') });
  new DatasetExportJob(stack, 'Export', {
    dataset: importedDataset(stack), ingestionMode: IngestionMode.ALL, destination, tags: { team: 'ml' }, timeout: Duration.hours(6),
  });
  const key = new kms.Key(stack, 'Key');
  const settings = { tracing: true, logs: { destination: new logs.LogGroup(stack, 'Executions'), level: sfn.LogLevel.ALL } };
  const provider = new DatasetExportProvider(stack, 'Provider', {
    vpc: ec2.Vpc.fromVpcAttributes(stack, 'Vpc', { vpcId: 'vpc-1', availabilityZones: ['a'], privateSubnetIds: ['subnet-1'] }),
    environmentEncryption: key,
    logEncryptionKey: key,
    stateMachineEncryptionKey: key,
    deadLetterQueue: new sqs.Queue(stack, 'Lost', { encryptionMasterKey: key }),
    tracing: settings.tracing,
    stateMachineLogs: settings.logs,
  });
  new DatasetExportJob(stack, 'Regulated', { dataset: importedDataset(stack), ingestionMode: IngestionMode.ALL, provider });
  for (const distributed of [false, true]) {
    const workflow = new DatasetExportWorkflow(stack, `Workflow${distributed}`, {
      ...settings,
      ingestionMode: IngestionMode.ALL,
      distributed,
      encryptionKey: key,
      datasetGroups: [DatasetGroup.fromDatasetGroupArn(stack, `Group${distributed}`, `arn:aws:personalize:${REGION}:${ACCOUNT}:dataset-group/books`)],
    });
    new DatasetExportSchedule(stack, `Nightly${distributed}`, { workflow, schedule: scheduler.ScheduleExpression.rate(Duration.days(1)) });
  }
  return stack;
}

function resourcesOf(stack: Stack, types: RegExp): any[] {
  return Object.values(Template.fromStack(stack).toJSON().Resources).filter((resource: any) => types.test(resource.Type));
}

function rolesOf(stack: Stack): any[] {
  const roles = resourcesOf(stack, /^AWS::IAM::Role$/);
  // four of each provider, one of each destination, workflow and schedule
  expect(roles).toHaveLength(4 * 2 + 4 + 2 + 2);
  return roles;
}

test('a permissions boundary of the app reaches every role', () => {
  const app = new App();
  const boundary = `arn:aws:iam::${ACCOUNT}:policy/boundary`;
  iam.PermissionsBoundary.of(app).apply(iam.ManagedPolicy.fromManagedPolicyArn(app, 'Boundary', boundary));
  for (const { Properties } of rolesOf(everythingIn(app))) { expect(Properties.PermissionsBoundary).toBe(boundary); }
});

test('an aspect can give every role a name with a prefix', () => {
  const app = new App();
  Aspects.of(app).add({
    visit: node => {
      if (iam.CfnRole.isCfnRole(node)) { node.roleName = `org-${node.node.addr.slice(-12)}`; }
    },
  });
  const names = rolesOf(everythingIn(app)).map(({ Properties }) => Properties.RoleName);
  expect(names.filter(name => /^org-/.test(name))).toHaveLength(new Set(names).size);
});

test('mandatory tags reach everything that can be tagged', () => {
  const app = new App();
  Tags.of(app).add('cost-center', '42');
  const stack = everythingIn(app);
  const taggable = stack.node.findAll().filter(node => CfnResource.isCfnResource(node) && TagManager.isTaggable(node)) as CfnResource[];
  const { Resources } = Template.fromStack(stack).toJSON();
  const untagged = taggable.map(node => [node.cfnResourceType, Resources[stack.resolve(node.logicalId)]] as const)
    .filter(([, resource]) => resource && !JSON.stringify(resource.Properties).includes('"cost-center"'));
  expect(untagged).toEqual([]);
  expect(new Set(taggable.map(({ cfnResourceType }) => cfnResourceType))).toEqual(new Set([
    ...['Lambda::Function', 'IAM::Role', 'S3::Bucket', 'KMS::Key', 'Logs::LogGroup', 'StepFunctions::StateMachine', 'SQS::Queue', 'EC2::SecurityGroup'].map(type => `AWS::${type}`),
  ]));
});

test('roles that another team has created are used, and no policy is made', () => {
  const paths = everythingIn(new App()).node.findAll().filter(node => iam.Role.isRole(node)).map(({ node }) => node.path);
  const app = new App();
  iam.Role.customizeRoles(app, { usePrecreatedRoles: Object.fromEntries(paths.map((path, index) => [path, `precreated-${index}`])) });
  const stack = everythingIn(app);
  expect(resourcesOf(stack, /^AWS::IAM::/)).toEqual([]);
  for (const { Properties } of resourcesOf(stack, /^AWS::Lambda::Function$/)) { expect(JSON.stringify(Properties.Role)).toContain(':role/precreated-'); }
});

describe('policies', () => {
  const stack = everythingIn(new App());
  const statementsOf = (types: RegExp) => resourcesOf(stack, types).flatMap(({ Properties }) => [
    Properties.PolicyDocument, Properties.KeyPolicy, Properties.AssumeRolePolicyDocument,
    ...(Properties.Policies ?? []).map((policy: any) => policy.PolicyDocument),
  ]).filter(document => document !== undefined).flatMap(({ Statement }) => Statement);
  const ofRoles = statementsOf(/^AWS::IAM::/);
  const ofResources = statementsOf(/^AWS::(S3::BucketPolicy|KMS::Key|SQS::QueuePolicy)$/);
  const allowing = [...ofRoles, ...ofResources].filter(({ Effect }) => Effect === 'Allow');

  test('name every action; only the CDK\'s own key policy does not', () => {
    const actions = allowing.flatMap(({ Action }) => Action).filter(action => action.includes('*'));
    expect([...new Set(actions)].filter(action => action !== 'kms:*')).toEqual([]);
  });

  test('allow nothing to everybody', () => {
    for (const { Principal } of allowing) { expect(JSON.stringify(Principal ?? '')).not.toContain('"*"'); }
  });

  test('allow on everything only what IAM knows no resources of', () => {
    const everywhere = ofRoles.filter(({ Effect, Resource }) => Effect === 'Allow' && [Resource].flat().includes('*')).flatMap(({ Action }) => Action);
    // what SECURITY.md names
    expect([...new Set<string>(everywhere)].filter(action => !/^(xray:(Get|Put)|logs:)/.test(action)).sort()).toEqual([
      'ec2:DescribeNetworkInterfaces', 'ec2:DescribeSubnets', 'personalize:ListDatasets',
    ]);
  });
});

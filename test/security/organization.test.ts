import * as fs from 'fs';
import * as path from 'path';
import {
  App, Aspects, CfnResource, Duration, Stack, TagManager, Tags,
  aws_ec2 as ec2, aws_events as events, aws_iam as iam, aws_kms as kms, aws_logs as logs, aws_scheduler as scheduler, aws_sqs as sqs,
  aws_stepfunctions as sfn,
} from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import {
  Dataset, DatasetExportJob, DatasetExportProvider, DatasetExportSchedule, DatasetExportWorkflow, DatasetGroup, ExportDestination, IngestionMode,
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
    eventBus: events.EventBus.fromEventBusName(stack, 'Default', 'default'),
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
  // four of each provider, one for events, one of each destination, workflow and schedule
  expect(roles).toHaveLength(4 * 2 + 1 + 4 + 2 + 2);
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

describe('roles that another team has created', () => {
  const everything = (app: App): void => { everythingIn(app); };
  /** More than a role's own policies have room for, so that there are managed ones. */
  const manyDatasets = (app: App): void => {
    const stack = new Stack(app, 'Many', { env: { account: ACCOUNT, region: REGION } });
    const arns = Array.from({ length: 150 }, (_, index) => `arn:aws:personalize:${REGION}:${ACCOUNT}:dataset/a-group-with-a-long-name-${index}/INTERACTIONS`);
    const datasets = arns.map((arn, index) => Dataset.fromDatasetArn(stack, `Dataset${index}`, arn));
    const destination = new ExportDestination(stack, 'Exports');
    datasets.forEach((dataset, index) => new DatasetExportJob(stack, `Export${index}`, { dataset, ingestionMode: IngestionMode.ALL, destination }));
    new DatasetExportWorkflow(stack, 'Workflow', { datasets, ingestionMode: IngestionMode.ALL, destination });
  };
  const roleOfAnotherStack = (app: App): void => {
    const env = { account: ACCOUNT, region: REGION };
    const role = new iam.Role(new Stack(app, 'Shared', { env }), 'Role', { assumedBy: new iam.ServicePrincipal('personalize.amazonaws.com') });
    const stack = new Stack(app, 'Movies', { env });
    const destination = new ExportDestination(stack, 'Exports', { role });
    new DatasetExportJob(stack, 'Export', { dataset: importedDataset(stack), ingestionMode: IngestionMode.ALL, destination });
  };
  const ownRoles = (app: App): void => {
    const stack = new Stack(app, 'Movies', { env: { account: ACCOUNT, region: REGION } });
    const [role, frameworkRole] = ['Handlers', 'Framework'].map(id => new iam.Role(stack, id, { assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com') }));
    const provider = new DatasetExportProvider(stack, 'Provider', { role, frameworkRole, tracing: true });
    new DatasetExportJob(stack, 'Export', { dataset: importedDataset(stack), ingestionMode: IngestionMode.ALL, provider });
  };

  describe.each([
    ['everything', everything], ['many datasets', manyDatasets], ['a role of another stack', roleOfAnotherStack], ['roles of your own', ownRoles],
  ])('for %s', (_, define) => {
    const usual = new App();
    define(usual);
    const needed = grantedByRole(usual);
    const app = new App();
    iam.Role.customizeRoles(app, { usePrecreatedRoles: Object.fromEntries(Object.keys(needed).map((role, index) => [role, `precreated-${index}`])) });
    define(app);
    const assembly = app.synth();

    test('are used, and no policy is made', () => {
      const resources = assembly.stacks.flatMap(({ template }) => Object.values<any>(template.Resources ?? {}));
      expect(resources.filter(({ Type }) => Type.startsWith('AWS::IAM::'))).toEqual([]);
      const functions = resources.filter(({ Type }) => Type === 'AWS::Lambda::Function');
      expect(functions).not.toHaveLength(0);
      for (const { Properties } of functions) { expect(JSON.stringify(Properties.Role)).toContain(':role/precreated-'); }
    });

    test('the CDK\'s report says all that each of them needs', () => {
      const reported = Object.entries(reportedIn(assembly.directory)).map(([role, statements]) => [role, granted(statements)]);
      expect(Object.fromEntries(reported)).toMatchObject(needed);
    });

    test('the report says once what the functions need, however many jobs there are', () => {
      const ofFunctions = Object.entries(reportedIn(assembly.directory)).filter(([role]) => /Handler/.test(role));
      for (const [, statements] of ofFunctions) {
        expect(new Set(statements.map(statement => JSON.stringify(statement))).size).toBe(statements.length);
      }
    });
  });
});

/** The statements for each role in the CDK's report, by the role's path. */
function reportedIn(folder: string): Record<string, any[]> {
  const { roles } = JSON.parse(fs.readFileSync(path.join(folder, 'iam-policy-report.json'), 'utf8'));
  return Object.fromEntries(roles.map(({ roleConstructPath, managedPolicyStatements, identityPolicyStatements }: any) => (
    [roleConstructPath, [...managedPolicyStatements, ...identityPolicyStatements]])));
}

/** What each role of an app may do, by the role's path. */
function grantedByRole(app: App): Record<string, string[]> {
  const { stacks } = app.synth();
  const roles = app.node.findAll().filter(node => iam.Role.isRole(node));
  const templates = stacks.map(({ template }) => template);
  return Object.fromEntries(roles.map(role => {
    const name = [Stack.of(role).resolve(role.roleName).Ref, ...exportsOf(templates, role)];
    const resources = templates.flatMap(({ Resources }) => Object.entries<any>(Resources ?? {}));
    const documents = resources.flatMap(([id, { Properties = {} }]) => {
      if (id === name[0]) { return (Properties.Policies ?? []).map(({ PolicyDocument }: any) => PolicyDocument); }
      return (Properties.Roles ?? []).some(({ Ref, 'Fn::ImportValue': value }: any) => name.includes(Ref ?? value)) ? [Properties.PolicyDocument] : [];
    });
    return [role.node.path, granted(documents.flatMap(({ Statement }) => Statement))];
  }));
}

/** Under which names a role's stack exports its name. */
function exportsOf(templates: any[], role: iam.Role): string[] {
  const { Ref } = Stack.of(role).resolve(role.roleName);
  const outputs = templates.flatMap(({ Outputs = {} }) => Object.values<any>(Outputs));
  return outputs.filter(({ Value }) => Value?.Ref === Ref).map(({ Export }) => Export.Name);
}

/** Each action, with the resource where its ARN is known: the report and the template write the others differently. */
function granted(statements: any[]): string[] {
  const shown = (resource: unknown) => (typeof resource === 'string' && /^(arn:aws:[^(]*|\*)$/.test(resource) ? resource : 'a resource of the app');
  const all = statements.flatMap(({ Effect, Action, Resource, Condition }) => [Action].flat().flatMap(action => (
    [Resource].flat().map(resource => [Effect, action, shown(resource), Object.keys(Condition ?? {})].join(' ')))));
  return [...new Set(all)].sort();
}

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

  test('allow on everything only what IAM or Lambda checks without a resource', () => {
    const everywhere = ofRoles.filter(({ Effect, Resource }) => Effect === 'Allow' && [Resource].flat().includes('*')).flatMap(({ Action }) => Action);
    // what SECURITY.md names
    expect([...new Set<string>(everywhere)].filter(action => !/^(xray:(Get|Put)|logs:)/.test(action)).sort()).toEqual([
      'ec2:AssignPrivateIpAddresses', 'ec2:DeleteNetworkInterface', 'ec2:DescribeNetworkInterfaces', 'ec2:DescribeSubnets', 'ec2:UnassignPrivateIpAddresses',
      'personalize:ListDatasets',
    ]);
  });
});

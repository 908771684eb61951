import { App, Stack, aws_iam as iam, aws_logs as logs, aws_personalize as personalize, aws_s3 as s3 } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { LONGEST, TemplateIam } from './iam-of-template';
import { policyLength } from '../../local-aws/services/iam/quotas';
import { DatasetExportJob, DatasetExportJobProps, DatasetExportProvider, ExportDestination, IngestionMode } from '../../src';
import { ACCOUNT, DATASET_ARN, REGION, concreteStack, importedDataset, newDataset } from '../stacks';

function jobIn(stack: Stack, id: string, props: Partial<DatasetExportJobProps> = {}): DatasetExportJob {
  return new DatasetExportJob(stack, id, { dataset: importedDataset(stack), ingestionMode: IngestionMode.ALL, ...props });
}

/** The resources of a template that wait for each other in a circle. */
function circle(resources: Record<string, any>): string[] {
  const needs = (value: unknown): string[] => {
    if (typeof value !== 'object' || value === null) { return []; }
    return Object.entries(value).flatMap(([key, member]) => key === 'Ref' && typeof member === 'string' ? [member]
      : key === 'Fn::GetAtt' ? [(member as string[])[0]] : needs(member));
  };
  const waiting = new Map(Object.entries(resources).map(([id, { Properties, DependsOn = [] }]) => (
    [id, new Set([...needs(Properties), ...[DependsOn].flat()])])));
  for (let free = ['']; free.length > 0;) {
    free = [...waiting].filter(([, on]) => ![...on].some(id => waiting.has(id))).map(([id]) => id);
    free.forEach(id => waiting.delete(id));
  }
  return [...waiting.keys()];
}

const resourcesOf = (stack: Stack): Record<string, any> => Template.fromStack(stack, { skipCyclicalDependenciesCheck: true }).toJSON().Resources;

describe('jobs can be put in any order', () => {
  test.each(['as they are defined', 'the other way round'])('a chain of ten with their own destinations, %s', order => {
    const stack = concreteStack();
    const jobs = Array.from({ length: 10 }, (_, index) => jobIn(stack, `Export${index}`));
    if (order !== 'as they are defined') { jobs.reverse(); }
    jobs.slice(1).forEach((job, index) => job.node.addDependency(jobs[index]));
    expect(circle(resourcesOf(stack))).toEqual([]);
  });

  test('a chain of twenty with their own destinations, of datasets of the stack, the other way round', () => {
    const stack = concreteStack();
    const jobs = Array.from({ length: 20 }, (_, index) => jobIn(stack, `Export${index}`, {
      dataset: new personalize.CfnDataset(stack, `New${index}`, {
        name: 'new',
        datasetType: 'Interactions',
        datasetGroupArn: `arn:aws:personalize:${REGION}:${ACCOUNT}:dataset-group/new${index}`,
        schemaArn: `arn:aws:personalize:${REGION}:${ACCOUNT}:schema/new`,
      }),
    }));
    jobs.slice(1).forEach((job, index) => jobs[index].node.addDependency(job));
    expect(circle(resourcesOf(stack))).toEqual([]);
  });

  test('a dataset that another job\'s export is imported into', () => {
    const stack = concreteStack();
    const first = jobIn(stack, 'First');
    const copy = new personalize.CfnDataset(stack, 'Copy', {
      name: 'copy',
      datasetType: 'Interactions',
      datasetGroupArn: `arn:aws:personalize:${REGION}:${ACCOUNT}:dataset-group/copy`,
      schemaArn: `arn:aws:personalize:${REGION}:${ACCOUNT}:schema/copy`,
      datasetImportJob: { jobName: 'copy', roleArn: first.destination.role.roleArn, dataSource: { DataLocation: first.outputUri } },
    });
    jobIn(stack, 'Second', { dataset: copy });
    expect(circle(resourcesOf(stack))).toEqual([]);
  });

  test('a bucket and a role that come after another job', () => {
    const stack = concreteStack();
    const first = jobIn(stack, 'First');
    const bucket = new s3.Bucket(stack, 'Bucket');
    const role = new iam.Role(stack, 'Role', { assumedBy: new iam.ServicePrincipal('personalize.amazonaws.com') });
    bucket.node.addDependency(first);
    role.node.addDependency(first);
    jobIn(stack, 'Second', { destination: new ExportDestination(stack, 'Exports', { bucket, role }) });
    expect(circle(resourcesOf(stack))).toEqual([]);
  });

  test('a job before forty others, if its own permissions name no resource of the stack', () => {
    const stack = concreteStack();
    const others = Array.from({ length: 40 }, (_, index) => jobIn(stack, `Export${index}`));
    const first = jobIn(stack, 'First', {
      dataset: importedDataset(stack, DATASET_ARN.replace('movies', 'books')),
      destination: new ExportDestination(stack, 'Exports', {
        bucket: s3.Bucket.fromBucketName(stack, 'Bucket', 'mine'), role: iam.Role.fromRoleArn(stack, 'Role', `arn:aws:iam::${ACCOUNT}:role/mine`),
      }),
    });
    for (const other of others) { other.node.addDependency(first); }
    const resources = resourcesOf(stack);
    // so many that permissions on resources share policies
    expect(Object.values(resources).map(({ Type }) => Type)).toContain('AWS::IAM::ManagedPolicy');
    expect(circle(resources)).toEqual([]);
  });

  test('a circle of the user\'s own is one: what the above stands on', () => {
    const stack = concreteStack();
    const [one, other] = [jobIn(stack, 'One'), jobIn(stack, 'Other')];
    one.node.addDependency(other);
    other.node.addDependency(one);
    expect(circle(resourcesOf(stack)).length).toBeGreaterThan(0);
  });
});

test('resources of several stacks with the same logical id are all allowed', () => {
  const app = new App();
  const env = { account: ACCOUNT, region: REGION };
  const producers = ['A', 'B'].map(id => {
    const stack = new Stack(app, id, { env });
    return { dataset: newDataset(stack), destination: new ExportDestination(stack, 'Exports') };
  });
  const stack = new Stack(app, 'Movies', { env });
  producers.push({ dataset: newDataset(stack), destination: new ExportDestination(stack, 'Exports') });
  producers.forEach((props, index) => jobIn(stack, `Export${index}`, props));
  const resources = resourcesOf(stack);
  const granted = JSON.stringify(Object.values(resources).filter(({ Type }) => /^AWS::IAM::/.test(Type)).map(({ Properties }) => Properties));
  const jobs = Object.values(resources).filter(({ Type }) => Type.startsWith('Custom::')).map(({ Properties }) => Properties);
  for (const { DatasetArn, RoleArn } of jobs) {
    expect(granted).toContain(JSON.stringify(DatasetArn));
    expect(granted).toContain(JSON.stringify(RoleArn));
  }
  expect(new Set(jobs.map(({ DatasetArn }) => JSON.stringify(DatasetArn))).size).toBe(3);
});

test('ten destinations can be replaced in one update: the policies of before are there until its end', () => {
  const policies = (name: string) => {
    const stack = concreteStack();
    const logGroup = logs.LogGroup.fromLogGroupName(stack, 'Logs', '/exports');
    const provider = new DatasetExportProvider(stack, 'Provider', { logGroup });
    for (let index = 0; index < 100; index++) {
      jobIn(stack, `Export${index}`, {
        provider,
        dataset: importedDataset(stack, DATASET_ARN.replace('movies', `movies-of-a-customer-${index}`)),
        destination: new ExportDestination(stack, `${name}${index}`, { bucket: s3.Bucket.fromBucketName(stack, `Bucket${index}`, 'mine'), ...index > 10 && { role: ROLE(stack, index) } }),
      });
    }
    const template = new TemplateIam(Template.fromStack(stack), LONGEST);
    const [role] = template.ids(/^AWS::IAM::Role$/, /HandlerRole/) as [string];
    return template.policiesOf(role).filter(({ isManaged }) => !isManaged);
  };
  const [before, after] = [policies('Exports'), policies('Replaced')];
  const ids = new Set(after.map(({ logicalId }) => logicalId));
  const meanwhile = [...after, ...before.filter(({ logicalId }) => !ids.has(logicalId))];
  expect(meanwhile.length).toBeGreaterThan(after.length + 5);
  expect(meanwhile.reduce((sum, { document }) => sum + policyLength(document), 0)).toBeLessThanOrEqual(10_240);
});

const ROLE = (stack: Stack, index: number) => iam.Role.fromRoleArn(stack, `Role${index}`, `arn:aws:iam::${ACCOUNT}:role/mine`, { mutable: false });

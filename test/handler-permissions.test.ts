import { Stack, aws_iam as iam, aws_personalize as personalize, aws_s3 as s3 } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { ACCOUNT, DATASET_ARN, REGION, agnosticStack, concreteStack, importedDataset } from './stacks';
import { DatasetExportJob, DatasetExportJobProps, ExportDestination, IngestionMode } from '../src';

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
  test.each(['as they are defined', 'the other way round'])('a chain of ten with their own destinations, %s', (order) => {
    const stack = concreteStack();
    const jobs = Array.from({ length: 10 }, (_, index) => jobIn(stack, `Export${index}`));
    if (order !== 'as they are defined') { jobs.reverse(); }
    jobs.slice(1).forEach((job, index) => job.node.addDependency(jobs[index]));
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

describe('within what IAM allows a role', () => {
  /** As CloudFormation resolves it, with names as long as they can be. */
  const resolved = (value: any): any => {
    if (Array.isArray(value)) { return value.map(resolved); }
    if (typeof value !== 'object' || value === null) { return value; }
    if ('Fn::Join' in value) { return value['Fn::Join'][1].map(resolved).join(value['Fn::Join'][0]); }
    if ('Fn::GetAtt' in value) { return `arn:aws:iam::${ACCOUNT}:role/${'r'.repeat(64)}`; }
    if ('Ref' in value) {
      return { 'AWS::Partition': 'aws', 'AWS::Region': 'ap-southeast-1', 'AWS::AccountId': ACCOUNT }[value.Ref as string] ?? 'x'.repeat(120);
    }
    return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, resolved(member)]));
  };
  const length = (document: unknown) => JSON.stringify(resolved(document)).length;

  const manyJobs = (stack: Stack, jobs: number, props: (index: number) => Partial<DatasetExportJobProps>) => {
    for (let index = 0; index < jobs; index++) {
      const arn = stack.formatArn({ service: 'personalize', resource: 'dataset', resourceName: `a-dataset-group-with-a-name-${index}/INTERACTIONS` });
      jobIn(stack, `Export${index}`, { dataset: importedDataset(stack, arn), ...props(index) });
    }
  };

  test.each<[string, () => Stack, number, (stack: Stack) => (index: number) => Partial<DatasetExportJobProps>]>([
    ['one destination for 300 jobs', concreteStack, 300, (stack) => { const destination = new ExportDestination(stack, 'E'); return () => ({ destination }); }],
    ['the same without a known environment', agnosticStack, 300, (stack) => { const destination = new ExportDestination(stack, 'E'); return () => ({ destination }); }],
    ['55 jobs with their own destinations', concreteStack, 55, () => () => ({})],
    ['100 jobs with names and tags', concreteStack, 100, (stack) => {
      const destination = new ExportDestination(stack, 'E');
      return index => ({ destination, jobName: `${'n'.repeat(42)}${100 + index}`, tags: { team: 'ml' } });
    }],
  ])('%s', (_, stackOf, jobs, propsOf) => {
    const stack = stackOf();
    manyJobs(stack, jobs, propsOf(stack));
    const resources = Object.entries(resourcesOf(stack));
    const [roleId, role] = resources.find(([id, { Type }]) => /HandlerRole/.test(id) && Type === 'AWS::IAM::Role')!;
    const attached = resources.map(([, resource]) => resource).filter(({ Properties }) => Properties.Roles?.some((some: any) => some.Ref === roleId));
    const inline = [...role.Properties.Policies, ...attached.filter(({ Type }) => Type === 'AWS::IAM::Policy').map(({ Properties }) => Properties)];
    const managed = attached.filter(({ Type }) => Type === 'AWS::IAM::ManagedPolicy').map(({ Properties }) => Properties);

    expect(inline.map(({ PolicyDocument }) => length(PolicyDocument)).reduce((sum, some) => sum + some, 0)).toBeLessThanOrEqual(10_240);
    for (const { PolicyDocument } of managed) { expect(length(PolicyDocument)).toBeLessThanOrEqual(6_144); }
    expect(managed.length).toBeLessThanOrEqual(10);

    const allowed = JSON.stringify([...inline, ...managed].map(({ PolicyDocument }) => PolicyDocument));
    for (const [, { Properties }] of resources.filter(([, { Type }]) => Type.startsWith('Custom::'))) {
      expect(allowed).toContain(JSON.stringify(Properties.DatasetArn));
      expect(allowed).toContain(JSON.stringify(Properties.RoleArn));
    }
  });
});

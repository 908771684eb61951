import { Stack, aws_iam as iam, aws_personalize as personalize, aws_s3 as s3 } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { ACCOUNT, DATASET_ARN, REGION, concreteStack, importedDataset } from './stacks';
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

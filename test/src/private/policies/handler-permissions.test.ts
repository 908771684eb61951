import { App, Stack, aws_iam as iam, aws_logs as logs, aws_personalize as personalize, aws_s3 as s3 } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { policyLength } from '../../../../local-aws/services/iam/checks';
import { DatasetExportJob, DatasetExportJobProps, DatasetExportProvider, ExportDestination } from '../../../../src';
import { ACCOUNT, DATASET_ARN, REGION, concreteStack, importedDataset, jobIn, newDataset } from '../../../stacks';
import { LONGEST, TemplateIam } from '../../iam-of-template';

const namedJob = (stack: Stack, id: string, props: Partial<DatasetExportJobProps> = {}): DatasetExportJob => jobIn(stack, props, id);

/** The statements of the role of our two functions: its own, then those of its other policies. */
function handlerStatements(stack: Stack): any[] {
  const resources = Object.entries<any>(Template.fromStack(stack).toJSON().Resources);
  const [roleId, role] = resources.find(([id, { Type }]) => /HandlerRole/.test(id) && Type === 'AWS::IAM::Role')!;
  const others = resources.map(([, { Properties }]) => Properties).filter(({ Roles }) => Roles?.some((some: any) => some.Ref === roleId));
  return [...role.Properties.Policies, ...others].flatMap(({ PolicyDocument }) => PolicyDocument.Statement);
}

describe('the permissions of the handler', () => {
  test('are those for the dataset, the jobs of the stack, the service role and the stack itself', () => {
    const stack = concreteStack();
    const destination = new ExportDestination(stack, 'Exports');
    jobIn(stack, { destination });
    const roleArn = stack.resolve(destination.role.roleArn);
    expect(handlerStatements(stack)).toEqual([
      { Effect: 'Allow', Action: ['logs:CreateLogStream', 'logs:PutLogEvents'], Resource: { 'Fn::GetAtt': [expect.stringContaining('LogGroup'), 'Arn'] } },
      { Effect: 'Allow', Action: ['cloudformation:DescribeStackEvents', 'cloudformation:DescribeStacks'], Resource: { Ref: 'AWS::StackId' } },
      { Effect: 'Allow', Action: 'personalize:CreateDatasetExportJob', Resource: DATASET_ARN },
      {
        Effect: 'Allow',
        Action: ['personalize:CreateDatasetExportJob', 'personalize:DescribeDatasetExportJob'],
        Resource: { 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, `:personalize:${REGION}:${ACCOUNT}:dataset-export-job/Movies_*`]] },
      },
      { Effect: 'Allow', Action: 'iam:PassRole', Resource: roleArn, Condition: { StringEquals: { 'iam:PassedToService': 'personalize.amazonaws.com' } } },
      {
        Effect: 'Allow',
        Action: 's3:ListBucket',
        Resource: stack.resolve(destination.bucket.bucketArn),
        Condition: { StringLike: { 's3:prefix': 'dataset_group=*/dataset=*/date=????-??-??/Movies_*/' } },
      },
    ]);
  });

  const listings = (stack: Stack): { Resource: unknown; patterns: unknown }[] => handlerStatements(stack).filter(({ Action }) => Action === 's3:ListBucket')
    .map(({ Resource, Condition }) => ({ Resource, patterns: Condition.StringLike['s3:prefix'] }));
  const folders = (prefix: string, ...names: string[]) => names.map(name => `${prefix}dataset_group=*/dataset=*/date=????-??-??/${name}/`);
  const ANY_BUCKET = { 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, ':s3:::*']] };

  test('to list are for the folders of the jobs in each bucket', () => {
    const stack = concreteStack();
    const shared = new ExportDestination(stack, 'Exports', { prefix: 'a' });
    const imported = new ExportDestination(stack, 'Imported', { bucket: s3.Bucket.fromBucketName(stack, 'Bucket', 'mine') });
    jobIn(stack, { destination: shared }, 'Generated');
    jobIn(stack, { destination: shared, jobName: 'named' }, 'Named');
    jobIn(stack, { destination: imported, jobName: 'other' }, 'Other');
    jobIn(stack, { destination: new ExportDestination(stack, 'Elsewhere'), waitForCompletion: false }, 'Unwaited');
    expect(listings(stack)).toEqual([
      { Resource: { 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, ':s3:::mine']] }, patterns: folders('', 'other')[0] },
      { Resource: stack.resolve(shared.bucket.bucketArn), patterns: folders('a/', 'Movies_*', 'named') },
    ]);
  });

  test('to list are in a policy of their own for a bucket of the stack with a role from elsewhere', () => {
    const stack = concreteStack();
    const destination = new ExportDestination(stack, 'Exports', { role: iam.Role.fromRoleArn(stack, 'Role', `arn:aws:iam::${ACCOUNT}:role/mine`) });
    jobIn(stack, { destination });
    expect(listings(stack)).toEqual([{ Resource: stack.resolve(destination.bucket.bucketArn), patterns: folders('', 'Movies_*')[0] }]);
  });

  test('to list are for all exports below the prefix of a destination with many names', () => {
    const stack = concreteStack();
    const destination = new ExportDestination(stack, 'Exports', { prefix: 'a' });
    for (let index = 0; index < 5; index++) { jobIn(stack, { destination, jobName: `export-${index}` }, `Export${index}`); }
    expect(listings(stack)).toEqual([{ Resource: stack.resolve(destination.bucket.bucketArn), patterns: folders('a/', '*')[0] }]);
  });

  test.each([[6, 6, 0], [30, 0, 1]])('to list name the buckets of %i destinations, unless they are too many', (count, single, ofAny) => {
    const stack = concreteStack();
    for (let index = 0; index < count; index++) { jobIn(stack, {}, `Export${index}`); }
    const all = listings(stack);
    const isAny = ({ Resource }: { Resource: unknown }) => JSON.stringify(Resource) === JSON.stringify(ANY_BUCKET);
    expect([all.filter(listing => !isAny(listing)).length, all.filter(isAny).length]).toEqual([single, ofAny]);
    expect(new Set(all.map(({ patterns }) => patterns))).toEqual(new Set(folders('', 'Movies_*')));
  });

  test('on a job with a name of its own are for that name', () => {
    const stack = concreteStack();
    jobIn(stack, { jobName: 'mine' });
    const statement = handlerStatements(stack).find(({ Action }) => Action.includes('personalize:DescribeDatasetExportJob'));
    expect(statement.Resource['Fn::Join'][1].at(-1)).toBe(`:personalize:${REGION}:${ACCOUNT}:dataset-export-job/mine`);
  });

  const TAGS = { team: 'ml' };
  test.each([[[{}], 0], [[TAGS], 1], [[{}, TAGS], 1], [[TAGS, {}], 1]])('include tagging only when a job has tags: %j', (tagsOfJobs, count) => {
    const stack = concreteStack();
    tagsOfJobs.forEach((tags, index) => jobIn(stack, { tags }, `Export${index}`));
    expect(handlerStatements(stack).filter(({ Action }) => Action.includes('personalize:TagResource'))).toHaveLength(count);
  });

  test('hold each dataset once', () => {
    const stack = concreteStack();
    const dataset = newDataset(stack);
    jobIn(stack, { dataset }, 'A');
    jobIn(stack, { dataset }, 'B');
    jobIn(stack, {}, 'C');
    const datasets = handlerStatements(stack).filter(({ Action }) => Action === 'personalize:CreateDatasetExportJob').map(({ Resource }) => Resource);
    expect(datasets).toEqual([DATASET_ARN, { Ref: 'NewDataset' }]);
  });
});

/** Throws if resources depend on each other in a circle. */
const resourcesOf = (stack: Stack): Record<string, any> => Template.fromStack(stack).toJSON().Resources;

describe('jobs can be put in any order', () => {
  test.each(['as they are defined', 'the other way round'])('a chain of ten with their own destinations, %s', order => {
    const stack = concreteStack();
    const jobs = Array.from({ length: 10 }, (_, index) => namedJob(stack, `Export${index}`));
    if (order !== 'as they are defined') { jobs.reverse(); }
    jobs.slice(1).forEach((job, index) => job.node.addDependency(jobs[index]));
    expect(() => resourcesOf(stack)).not.toThrow();
  });

  test('a chain of twenty with their own destinations, of datasets of the stack, the other way round', () => {
    const stack = concreteStack();
    const jobs = Array.from({ length: 20 }, (_, index) => namedJob(stack, `Export${index}`, {
      dataset: new personalize.CfnDataset(stack, `New${index}`, {
        name: 'new',
        datasetType: 'Interactions',
        datasetGroupArn: `arn:aws:personalize:${REGION}:${ACCOUNT}:dataset-group/new${index}`,
        schemaArn: `arn:aws:personalize:${REGION}:${ACCOUNT}:schema/new`,
      }),
    }));
    jobs.slice(1).forEach((job, index) => jobs[index].node.addDependency(job));
    expect(() => resourcesOf(stack)).not.toThrow();
  });

  test('a dataset that another job\'s export is imported into', () => {
    const stack = concreteStack();
    const first = namedJob(stack, 'First');
    const copy = new personalize.CfnDataset(stack, 'Copy', {
      name: 'copy',
      datasetType: 'Interactions',
      datasetGroupArn: `arn:aws:personalize:${REGION}:${ACCOUNT}:dataset-group/copy`,
      schemaArn: `arn:aws:personalize:${REGION}:${ACCOUNT}:schema/copy`,
      datasetImportJob: { jobName: 'copy', roleArn: first.destination.role.roleArn, dataSource: { DataLocation: first.outputUri } },
    });
    namedJob(stack, 'Second', { dataset: copy });
    expect(() => resourcesOf(stack)).not.toThrow();
  });

  test('a bucket and a role that come after another job', () => {
    const stack = concreteStack();
    const first = namedJob(stack, 'First');
    const bucket = new s3.Bucket(stack, 'Bucket');
    const role = new iam.Role(stack, 'Role', { assumedBy: new iam.ServicePrincipal('personalize.amazonaws.com') });
    bucket.node.addDependency(first);
    role.node.addDependency(first);
    namedJob(stack, 'Second', { destination: new ExportDestination(stack, 'Exports', { bucket, role }) });
    expect(() => resourcesOf(stack)).not.toThrow();
  });

  test('a job before forty others, if its own permissions name no resource of the stack', () => {
    const stack = concreteStack();
    const others = Array.from({ length: 40 }, (_, index) => namedJob(stack, `Export${index}`));
    const first = namedJob(stack, 'First', {
      dataset: importedDataset(stack, DATASET_ARN.replace('movies', 'books')),
      destination: new ExportDestination(stack, 'Exports', {
        bucket: s3.Bucket.fromBucketName(stack, 'Bucket', 'mine'), role: iam.Role.fromRoleArn(stack, 'Role', `arn:aws:iam::${ACCOUNT}:role/mine`),
      }),
    });
    for (const other of others) { other.node.addDependency(first); }
    const resources = resourcesOf(stack);
    // so many that permissions on resources share policies
    expect(Object.values(resources).map(({ Type }) => Type)).toContain('AWS::IAM::ManagedPolicy');
  });

  test('a circle of the user\'s own is noticed, on which the tests above rely', () => {
    const stack = concreteStack();
    const [one, other] = [namedJob(stack, 'One'), namedJob(stack, 'Other')];
    one.node.addDependency(other);
    other.node.addDependency(one);
    expect(() => resourcesOf(stack)).toThrow(/cycl/i);
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
  producers.forEach((props, index) => namedJob(stack, `Export${index}`, props));
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
      namedJob(stack, `Export${index}`, {
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

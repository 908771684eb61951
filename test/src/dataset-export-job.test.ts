import { App, CfnParameter, Duration, NestedStack, PropertyInjectors, Stack, Token, aws_iam as iam, aws_s3 as s3, aws_sns as sns } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { Dataset, DatasetExportJob, DatasetExportJobProps, ExportDestination, ExportTrigger, IngestionMode } from '../../src';
import { ACCOUNT, DATASET_ARN, REGION, agnosticStack, concreteStack, importedDataset, newDataset } from '../stacks';

const TYPE = 'Custom::PersonalizeDatasetExportJob';

function jobIn(stack: Stack, props: Partial<DatasetExportJobProps> = {}, id = 'Export'): DatasetExportJob {
  return new DatasetExportJob(stack, id, { dataset: importedDataset(stack), ingestionMode: IngestionMode.ALL, ...props });
}

function propertiesOf(stack: Stack): Record<string, any> {
  return Object.values(Template.fromStack(stack).findResources(TYPE))[0].Properties;
}

describe('properties of the custom resource', () => {
  test('are the parameters of CreateDatasetExportJob', () => {
    const stack = concreteStack();
    const destination = new ExportDestination(stack, 'Exports', { prefix: 'personalize/' });
    jobIn(stack, { destination, jobName: 'my-export', tags: { team: 'ml' }, trigger: ExportTrigger.token('2026-11'), timeout: Duration.minutes(20) });

    expect(propertiesOf(stack)).toEqual({
      ServiceToken: { 'Fn::GetAtt': [expect.stringContaining('frameworkonEvent'), 'Arn'] },
      ContractVersion: expect.anything(),
      DatasetArn: DATASET_ARN,
      IngestionMode: 'ALL',
      JobName: 'my-export',
      RoleArn: { 'Fn::GetAtt': [expect.stringMatching(/^ExportsRole/), 'Arn'] },
      BucketName: { Ref: expect.stringMatching(/^ExportsBucket/) },
      Prefix: 'personalize/',
      KmsKeyArn: { 'Fn::GetAtt': [expect.stringMatching(/^ExportsKey/), 'Arn'] },
      Tags: { team: 'ml' },
      TriggerToken: '2026-11',
      TimeoutSeconds: '1200',
    });
  });

  test('hold what makes a job name when there is no jobName, and nothing that was not asked for', () => {
    const stack = concreteStack();
    new DatasetExportJob(stack, 'Export', { dataset: newDataset(stack) });

    expect(Object.keys(propertiesOf(stack)).sort()).toEqual(
      ['BucketName', 'ContractVersion', 'DatasetArn', 'JobNamePrefix', 'KmsKeyArn', 'RoleArn', 'ServiceToken'],
    );
    expect(propertiesOf(stack)).toMatchObject({
      DatasetArn: { Ref: 'NewDataset' },
      JobNamePrefix: expect.stringMatching(/^Movies_Export[0-9A-F]{8}$/),
    });
  });

  test('leave room in the generated name for the hash of the request, whatever the names', () => {
    const stack = concreteStack('A'.repeat(128));
    const job = jobIn(stack, {}, 'Export-of-all-interactions-of-all-movies');
    const prefix = propertiesOf(stack).JobNamePrefix as string;
    expect(prefix).toMatch(/^[A-Za-z0-9][A-Za-z0-9_-]*$/);
    expect(prefix.length + '_'.length + 16).toBeLessThanOrEqual(63);
    expect(job.node.id).toContain('-');
  });

  test.each(['Default', 'a-b', 'A'.repeat(24)])('begin with the name of the stack, here %s', name => {
    const stack = concreteStack(name);
    jobIn(stack);
    expect(propertiesOf(stack).JobNamePrefix).toMatch(new RegExp(`^${name}_Export[0-9A-F]{8}$`));
  });

  test('generate different names for jobs with the same id in different scopes', () => {
    const stack = concreteStack();
    const a = new Stack(stack, 'A', { stackName: 'Movies', env: { account: ACCOUNT, region: REGION } });
    jobIn(stack);
    jobIn(a);
    expect(propertiesOf(stack).JobNamePrefix).not.toEqual(propertiesOf(a).JobNamePrefix);
  });
});

describe('dependencies', () => {
  test('the job comes after every policy that it needs, and leaves before them', () => {
    const stack = concreteStack();
    jobIn(stack);
    Template.fromStack(stack).hasResource(TYPE, {
      DependsOn: Match.arrayWith([
        Match.stringLikeRegexp('^ExportDestinationBucketPolicy'),
        Match.stringLikeRegexp('^ExportDestinationRoleDefaultPolicy'),
        Match.stringLikeRegexp('^PersonalizeDatasetExportProviderHandlerPolicy'),
      ]),
    });
  });

  test('of a job on what else hangs below the bucket there are none, so that those may use the export', () => {
    const stack = concreteStack();
    const bucket = new s3.Bucket(stack, 'Bucket');
    const job = jobIn(stack, { destination: new ExportDestination(stack, 'Exports', { bucket }) });
    new sns.CfnTopic(bucket, 'Listener', { displayName: job.datasetExportJobName });
    expect(() => Template.fromStack(stack)).not.toThrow(); // it does so for a circle
  });
});

describe('attributes', () => {
  test('come from the custom resource', () => {
    const stack = concreteStack();
    const job = jobIn(stack);
    const id = Object.keys(Template.fromStack(stack).findResources(TYPE))[0];
    expect(stack.resolve([job.datasetExportJobArn, job.datasetExportJobName, job.outputUri])).toEqual([
      { 'Fn::GetAtt': [id, 'DatasetExportJobArn'] }, { 'Fn::GetAtt': [id, 'DatasetExportJobName'] }, { 'Fn::GetAtt': [id, 'OutputUri'] },
    ]);
  });

  test('of a referenced job come from its ARN', () => {
    const stack = concreteStack();
    const job = DatasetExportJob.fromDatasetExportJobArn(stack, 'Job', `arn:aws:personalize:${REGION}:${ACCOUNT}:dataset-export-job/my-export`);
    expect(job.datasetExportJobName).toBe('my-export');
    expect(job.env).toMatchObject({ account: ACCOUNT, region: REGION });
  });

  test('of a referenced job whose ARN is a token are resolved in the deployment', () => {
    const stack = concreteStack();
    const arn = new CfnParameter(stack, 'Arn').valueAsString;
    const job = DatasetExportJob.fromDatasetExportJobArn(stack, 'Job', arn);
    expect(stack.resolve(job.datasetExportJobArn)).toEqual({ Ref: 'Arn' });
    expect(JSON.stringify(stack.resolve(job.datasetExportJobName))).toContain('Fn::Select');
  });
});

describe('ingestionMode', () => {
  const warning = Match.stringLikeRegexp('ingestionMode .*PUT');

  test('left out is a warning, as Personalize then exports nothing that was imported in bulk', () => {
    const stack = concreteStack();
    jobIn(stack, { ingestionMode: undefined });
    Annotations.fromStack(stack).hasWarning('/Movies/Export', warning);
    expect(propertiesOf(stack)).not.toHaveProperty('IngestionMode');
  });

  test('fails at synth for what is none, which JavaScript may pass', () => {
    expect(() => jobIn(concreteStack(), { ingestionMode: 'SOME' as IngestionMode })).toThrow('ingestionMode must be one of BULK, PUT, ALL, got "SOME"');
  });

  test.each([IngestionMode.ALL, IngestionMode.BULK, IngestionMode.PUT])('%s is passed on without a warning', ingestionMode => {
    const stack = concreteStack();
    jobIn(stack, { ingestionMode });
    Annotations.fromStack(stack).hasNoWarning('*', Match.anyValue());
    expect(propertiesOf(stack).IngestionMode).toBe(ingestionMode);
  });
});

describe('dataset', () => {
  test.each(['ACTIONS', 'ACTION_INTERACTIONS'])('fails at synth for type %s, which Personalize cannot export', type => {
    const stack = concreteStack();
    const dataset = importedDataset(stack, `arn:aws:personalize:${REGION}:${ACCOUNT}:dataset/movies/${type}`);
    expect(() => jobIn(stack, { dataset })).toThrow(`dataset is of type ${type}, which Personalize cannot export`);
  });

  test.each(['Actions', 'Action_Interactions'])('fails at synth for a CfnDataset of type %s', type => {
    const stack = concreteStack();
    expect(() => jobIn(stack, { dataset: newDataset(stack, type) })).toThrow(/which Personalize cannot export.*Movies\/NewDataset/);
  });

  test('accepts a CfnDataset whose type is a token', () => {
    const stack = concreteStack();
    expect(() => jobIn(stack, { dataset: newDataset(stack, Token.asString({ Ref: 'Type' })) })).not.toThrow();
  });

  test.each([
    ['is no ARN', 'movies'],
    ['is of another service', `arn:aws:s3:${REGION}:${ACCOUNT}:dataset/movies/ITEMS`],
    ['is a dataset group', `arn:aws:personalize:${REGION}:${ACCOUNT}:dataset-group/movies`],
    ['has 257 characters', DATASET_ARN.replace('movies', 'm'.repeat('movies'.length + 257 - DATASET_ARN.length))],
  ])('fails at synth when the ARN %s', (_, arn) => {
    const stack = concreteStack();
    expect(() => jobIn(stack, { dataset: importedDataset(stack, arn) })).toThrow(/dataset (must have an ARN|must be)|ARNs must start with/);
  });

  test('fails at synth when it is in another Region or account than the stack', () => {
    const stack = concreteStack();
    const elsewhere = (arn: string) => () => jobIn(stack, { dataset: importedDataset(stack, arn) }, arn);
    expect(elsewhere(`arn:aws:personalize:us-east-1:${ACCOUNT}:dataset/movies/ITEMS`)).toThrow('dataset must be in the Region of the stack, eu-west-1');
    expect(elsewhere(`arn:aws:personalize:${REGION}:999999999999:dataset/movies/ITEMS`)).toThrow('dataset must be in the account of the stack');
  });

  test('of any Region is accepted in a stack that can be deployed anywhere', () => {
    expect(() => jobIn(agnosticStack())).not.toThrow();
  });

  test('with a token as ARN is checked in the deployment', () => {
    const stack = concreteStack();
    const arn = new CfnParameter(stack, 'Arn').valueAsString;
    jobIn(stack, { dataset: importedDataset(stack, arn) });
    expect(propertiesOf(stack).DatasetArn).toEqual({ Ref: 'Arn' });
  });
});

describe('jobName', () => {
  test.each(['a', '0', 'a'.repeat(63), 'A-b_9'])('%s is accepted', jobName => {
    expect(() => jobIn(concreteStack(), { jobName })).not.toThrow();
  });

  test.each(['', '-a', '_a', 'a b', 'a.b', 'ä', 'a/b', 'a'.repeat(64)])('fails at synth for %j, quoting it', jobName => {
    expect(() => jobIn(concreteStack(), { jobName })).toThrow(`jobName must be 1 to 63 letters, digits, hyphens or underscores and start with a letter or digit, got ${JSON.stringify(jobName)}`);
  });

  test('as a token is checked in the deployment', () => {
    const stack = concreteStack();
    jobIn(stack, { jobName: new CfnParameter(stack, 'Name').valueAsString });
    expect(propertiesOf(stack).JobName).toEqual({ Ref: 'Name' });
  });

  test('fails at synth when two jobs of a stack share it', () => {
    const stack = concreteStack();
    const dataset = importedDataset(stack);
    new DatasetExportJob(stack, 'A', { dataset, jobName: 'same' });
    expect(() => new DatasetExportJob(stack, 'B', { dataset, jobName: 'same' })).toThrow('jobName must be unique, got "same", which "Movies/A" has already');
  });

  test('fails at synth with a trigger that would need a new name each time', () => {
    expect(() => jobIn(concreteStack(), { jobName: 'a', trigger: ExportTrigger.everyDeployment() }))
      .toThrow('jobName cannot be used with ExportTrigger.everyDeployment()');
  });
});

describe('timeout', () => {
  test.each([[Duration.minutes(1), '60'], [Duration.seconds(90), '90'], [Duration.minutes(55), '3300'], [Duration.hours(12), '43200']])(
    '%s is accepted', (timeout, seconds) => {
      const stack = concreteStack();
      jobIn(stack, { timeout });
      expect(propertiesOf(stack).TimeoutSeconds).toBe(seconds);
    });

  test.each([Duration.seconds(59), Duration.seconds(43201), Duration.days(1), Duration.millis(60_500), Duration.seconds(0)])('fails at synth for %s', timeout => {
    expect(() => jobIn(concreteStack(), { timeout })).toThrow('timeout must be 1 minute to 12 hours in whole seconds');
  });

  test('as a token is checked in the deployment', () => {
    const stack = concreteStack();
    jobIn(stack, { timeout: Duration.seconds(new CfnParameter(stack, 'Seconds', { type: 'Number' }).valueAsNumber) });
    expect(propertiesOf(stack).TimeoutSeconds).toEqual({ Ref: 'Seconds' });
    Template.fromStack(stack).resourceCountIs('AWS::CloudFormation::WaitCondition', 0);
  });
});

describe('tags', () => {
  const many = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, i) => [`key${i}`, 'value']));

  test.each<Record<string, string>[]>([[{}], [many(50)], [{ ['k'.repeat(128)]: 'v'.repeat(256) }], [{ 'a b_.:/=+-@é1': '' }]])('%j are accepted', tags => {
    expect(() => jobIn(concreteStack(), { tags })).not.toThrow();
  });

  test.each([
    [many(51), 'tags must be at most 50, got 51'],
    [{ '': 'v' }, 'tags must have keys of 1 to 128'],
    [{ ['k'.repeat(129)]: 'v' }, 'tags must have keys of 1 to 128'],
    [{ 'k#': 'v' }, 'got "k#"'],
    [{ 'aws:team': 'v' }, 'must not have a key that starts with "aws:"'],
    [{ k: 'v'.repeat(257) }, 'tags must have values of at most 256'],
    [{ k: 'v*' }, 'got "v*" for "k"'],
  ])('fails at synth for %j', (tags, message) => {
    expect(() => jobIn(concreteStack(), { tags: tags as Record<string, string> })).toThrow(message);
  });

  test('with a token as value are checked in the deployment', () => {
    const stack = concreteStack();
    jobIn(stack, { tags: { team: new CfnParameter(stack, 'Team').valueAsString } });
    expect(propertiesOf(stack).Tags).toEqual({ team: { Ref: 'Team' } });
  });
});

describe('output path', () => {
  const destination = (stack: Stack, prefixLength: number) => new ExportDestination(stack, 'Exports', {
    bucket: s3.Bucket.fromBucketName(stack, 'Bucket', 'b'.repeat(20)), prefix: `${'p'.repeat(prefixLength - 1)}/`,
  });
  // s3:// + 20 + / + prefix + 10 + /
  test('of 256 characters is accepted', () => {
    const stack = concreteStack();
    expect(() => jobIn(stack, { jobName: 'n'.repeat(10), destination: destination(stack, 256 - 37) })).not.toThrow();
  });

  test('fails at synth with 257 characters', () => {
    const stack = concreteStack();
    expect(() => jobIn(stack, { jobName: 'n'.repeat(10), destination: destination(stack, 257 - 37) }))
      .toThrow('prefix is too long: the output path would have 257 characters and Personalize takes 256 at most');
  });

  test('counts a generated job name with all its 63 characters at most', () => {
    const stack = concreteStack();
    expect(() => jobIn(stack, { destination: destination(stack, 256 - 37) })).toThrow('prefix is too long');
  });

  test('with tokens fails only when it is too long whatever they stand for', () => {
    const stack = concreteStack();
    const withPrefix = (id: string, prefix: string) => () => jobIn(stack, {
      jobName: id, dataset: Dataset.fromDatasetArn(stack, `${id}Dataset`, DATASET_ARN), destination: new ExportDestination(stack, `${id}Exports`, { prefix }),
    }, id);
    expect(withPrefix('A', `${'p'.repeat(230)}/`)).not.toThrow();
    expect(withPrefix('B', `${'p'.repeat(256)}/`)).toThrow('prefix is too long');
    expect(withPrefix('C', Token.asString({ Ref: 'Prefix' }))).not.toThrow();
  });
});

describe('grants.read', () => {
  test('lets a role read the objects of this job only, list them, and decrypt them', () => {
    const stack = concreteStack();
    const destination = new ExportDestination(stack, 'Exports', { prefix: 'exports/' });
    const job = jobIn(stack, { destination });
    const analyst = new iam.Role(stack, 'Analyst', { assumedBy: new iam.AccountRootPrincipal() });
    job.grants.read(analyst);

    const pattern = `exports/${propertiesOf(stack).JobNamePrefix}_${'?'.repeat(16)}/*`;
    const bucketArn = { 'Fn::GetAtt': [Match.stringLikeRegexp('^ExportsBucket'), 'Arn'] };
    Template.fromStack(stack).hasResourceProperties('AWS::IAM::Policy', {
      Roles: [{ Ref: Match.stringLikeRegexp('^Analyst') }],
      PolicyDocument: {
        Statement: [
          { Effect: 'Allow', Action: 's3:GetObject', Resource: { 'Fn::Join': ['', [bucketArn, `/${pattern}`]] } },
          { Effect: 'Allow', Action: 's3:ListBucket', Resource: bucketArn, Condition: { StringLike: { 's3:prefix': pattern } } },
          { Effect: 'Allow', Action: 'kms:Decrypt', Resource: { 'Fn::GetAtt': [Match.stringLikeRegexp('^ExportsKey'), 'Arn'] } },
        ],
      },
    });
  });

  test('of a job with a name of its own covers the objects below that name', () => {
    const stack = concreteStack();
    const job = jobIn(stack, { jobName: 'mine' });
    job.grants.read(new iam.User(stack, 'User'));
    expect(JSON.stringify(Template.fromStack(stack).findResources('AWS::IAM::Policy'))).toContain('"/mine/*"');
  });

  test('to another account goes into the bucket policy and the key policy, without a circle', () => {
    const stack = concreteStack();
    jobIn(stack).grants.read(new iam.AccountPrincipal('444455556666'));
    const template = Template.fromStack(stack);
    template.hasResourceProperties('AWS::S3::BucketPolicy', {
      PolicyDocument: { Statement: Match.arrayWith([Match.objectLike({ Action: 's3:GetObject', Principal: { AWS: Match.anyValue() } })]) },
    });
  });

  test('without a KMS key grants no decryption', () => {
    const stack = concreteStack();
    const job = jobIn(stack, { destination: new ExportDestination(stack, 'Exports', { encryption: s3.BucketEncryption.S3_MANAGED }) });
    job.grants.read(new iam.User(stack, 'User'));
    expect(JSON.stringify(Template.fromStack(stack).toJSON())).not.toContain('kms:');
  });
});

describe('stack', () => {
  test('with one job and nothing but the dataset has 21 resources', () => {
    const stack = concreteStack();
    jobIn(stack);
    expect(Object.keys(Template.fromStack(stack).toJSON().Resources)).toHaveLength(21);
  });

  test('grows by one resource with each further job of a shared destination', () => {
    const count = (jobs: number) => {
      const stack = concreteStack();
      const destination = new ExportDestination(stack, 'Exports');
      for (let i = 0; i < jobs; i++) { jobIn(stack, { destination }, `Export${i}`); }
      return Object.keys(Template.fromStack(stack).toJSON().Resources).length;
    };
    const first = count(1);
    expect(count(2)).toBe(first + 1);
    expect(count(5)).toBe(first + 4);
  });

  test('nested in another has its own provider, and the template of the parent has none', () => {
    const parent = concreteStack();
    const nested = new NestedStack(parent, 'Nested');
    new DatasetExportJob(nested, 'Export', { dataset: importedDataset(nested), ingestionMode: IngestionMode.ALL });

    const template = Template.fromStack(nested);
    template.resourceCountIs(TYPE, 1);
    template.resourceCountIs('AWS::Lambda::Function', 5);
    expect(Object.values(template.findResources(TYPE))[0].Properties.JobNamePrefix).toMatch(/^[A-Za-z0-9]+_Export[0-9A-F]{8}$/);
    Template.fromStack(parent).resourceCountIs('AWS::Lambda::Function', 0);
    Template.fromStack(parent).resourceCountIs(TYPE, 0);
  });
});

test('a property injector can set defaults for an organization', () => {
  const app = new App();
  PropertyInjectors.of(app).add({
    constructUniqueId: DatasetExportJob.PROPERTY_INJECTION_ID,
    inject: props => ({ timeout: Duration.minutes(10), ...props }),
  });
  const stack = new Stack(app, 'Movies');
  jobIn(stack);
  expect(propertiesOf(stack).TimeoutSeconds).toBe('600');
});

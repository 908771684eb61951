import { CfnOutput, CfnParameter, Duration, NestedStack, Stack, Token, aws_s3 as s3, aws_sns as sns } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { Dataset, DatasetExportJob, DatasetExportJobProps, ExportDestination, ExportTrigger, IngestionMode } from '../../src';
import { ACCOUNT, DATASET_ARN, REGION, concreteStack, importedDataset, jobIn, newDataset } from '../stacks';

const TYPE = 'Custom::PersonalizeDatasetExportJob';

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

  test('has nothing to do when it is deleted: CloudFormation does not even call the functions', () => {
    const stack = concreteStack();
    jobIn(stack, { timeout: Duration.hours(2) });
    const template = Template.fromStack(stack);
    const types = ['Job', 'Wait'].map(kind => `Custom::PersonalizeDatasetExport${kind}`);
    const resources = types.flatMap(type => Object.values(template.findResources(type)));
    expect(resources.length).toBeGreaterThan(1);
    for (const { DeletionPolicy, UpdateReplacePolicy } of resources) { expect([DeletionPolicy, UpdateReplacePolicy]).toEqual(['Retain', 'Retain']); }
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
    expect(stack.resolve([job.datasetExportJobArn, job.datasetExportJobName, job.outputUri, job.objectCount, job.objectBytes]))
      .toEqual(['DatasetExportJobArn', 'DatasetExportJobName', 'OutputUri', 'ObjectCount', 'ObjectBytes'].map(name => ({ 'Fn::GetAtt': [id, name] })));
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

  test('fails at synthesis for what is none, which JavaScript may pass', () => {
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
  test.each(['ACTIONS', 'ACTION_INTERACTIONS'])('fails at synthesis for type %s, which Personalize cannot export', type => {
    const stack = concreteStack();
    const arn = `arn:aws:personalize:${REGION}:${ACCOUNT}:dataset/movies/${type}`;
    expect(() => jobIn(stack, { dataset: importedDataset(stack, arn) })).toThrow(new RegExp(`^dataset .*${type}.*got "${arn}"`));
  });

  test.each(['Actions', 'Action_Interactions'])('fails at synthesis for a CfnDataset of type %s', type => {
    const stack = concreteStack();
    expect(() => jobIn(stack, { dataset: newDataset(stack, type) })).toThrow(/^dataset .*got "Movies\/NewDataset"/);
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
  ])('fails at synthesis when the ARN %s', (_, arn) => {
    const stack = concreteStack();
    expect(() => jobIn(stack, { dataset: importedDataset(stack, arn) })).toThrow(new RegExp(`^datasetArn .*got "${arn}"|^ARNs must start with`));
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

  test.each(['', '-a', '_a', 'a b', 'a.b', 'ä', 'a/b', 'a'.repeat(64)])('fails at synthesis for %j, quoting it', jobName => {
    expect(() => jobIn(concreteStack(), { jobName })).toThrow(new RegExp(`^jobName must be 1 to 63 .*got ${JSON.stringify(jobName)}`));
  });

  test('as a token is checked in the deployment', () => {
    const stack = concreteStack();
    jobIn(stack, { jobName: new CfnParameter(stack, 'Name').valueAsString });
    expect(propertiesOf(stack).JobName).toEqual({ Ref: 'Name' });
  });

  test('fails at synthesis when two jobs of a stack share it', () => {
    const stack = concreteStack();
    jobIn(stack, { jobName: 'same' }, 'A');
    expect(() => jobIn(stack, { jobName: 'same' }, 'B')).toThrow(/^jobName must be unique, got "same", .*"Movies\/A"/);
  });

  test('fails at synthesis with a trigger that would need a new name each time', () => {
    expect(() => jobIn(concreteStack(), { jobName: 'mine', trigger: ExportTrigger.everyDeployment() }))
      .toThrow(/^jobName cannot be used with ExportTrigger.everyDeployment\(\).*got "mine"/);
  });
});

/** The custom resources of a job, in the order in which they wait, and their logical ids. */
function turnsOf(stack: Stack): { id: string; Type: string; Properties: Record<string, any>; DependsOn?: string[] }[] {
  const resources = Template.fromStack(stack).toJSON().Resources as Record<string, any>;
  const custom = Object.entries(resources).filter(([, { Type }]) => Type.startsWith('Custom::')).map(([id, resource]) => ({ id, ...resource }));
  return custom.sort((a, b) => Number(a.Properties.WaitedSeconds ?? 0) - Number(b.Properties.WaitedSeconds ?? 0));
}

const turns = (props: Partial<DatasetExportJobProps>) => {
  const stack = concreteStack();
  jobIn(stack, props);
  return turnsOf(stack);
};

describe('timeout', () => {
  const { minutes, hours } = Duration;

  test.each<[Duration, number]>([
    [minutes(1), 1], [minutes(55), 1], [Duration.seconds(55 * 60 + 1), 2], [minutes(110), 2], [minutes(111), 3], [hours(12), 14],
  ])('an export of %s has %d custom resources', (timeout, count) => {
    expect(turns({ timeout })).toHaveLength(count);
  });

  test('each resource goes on with the job of the one before, when its time is over', () => {
    const [first, second, third] = turns({ timeout: minutes(120) });

    expect(first.Properties).toMatchObject({ HandsOver: 'true', TimeoutSeconds: '7200' });
    expect(first.Properties).not.toHaveProperty('ContinuesJobArn');
    expect(second.Properties).toMatchObject({
      HandsOver: 'true', TimeoutSeconds: '7200', WaitedSeconds: '3300', ContinuesJobArn: { 'Fn::GetAtt': [first.id, 'DatasetExportJobArn'] },
    });
    expect(third.Properties).toMatchObject({ TimeoutSeconds: '7200', WaitedSeconds: '6600', ContinuesJobArn: { 'Fn::GetAtt': [second.id, 'DatasetExportJobArn'] } });
    expect(third.Properties).not.toHaveProperty('HandsOver');
  });

  test('each of them knows the whole export: it may have to start it', () => {
    const [first, ...others] = turns({ timeout: hours(6), tags: { team: 'ml' } });
    for (const { Properties } of others) {
      const { ContinuesJobArn, WaitedSeconds, HandsOver, ...export_ } = Properties;
      expect({ ...export_, HandsOver: 'true' }).toEqual(first.Properties);
    }
  });

  test('the attributes are those of the last resource, whose logical id stays however long the timeout is', () => {
    const uriWith = (timeout: Duration) => {
      const stack = concreteStack();
      new CfnOutput(stack, 'Uri', { value: jobIn(stack, { timeout }).outputUri });
      expect(Template.fromStack(stack).toJSON().Outputs.Uri.Value).toEqual({ 'Fn::GetAtt': [turnsOf(stack).at(-1)!.id, 'OutputUri'] });
      return turnsOf(stack).at(-1)!.id;
    };
    expect(uriWith(hours(2))).toBe(uriWith(hours(12)));
  });

  test('only the first depends on the policies, and the others on it', () => {
    const [first, ...others] = turns({ timeout: hours(3) });
    expect(first.DependsOn!.length).toBeGreaterThan(0);
    expect(others.map(({ DependsOn }) => DependsOn)).toEqual(others.map(() => undefined));
  });

  test('nothing goes on waiting for an export that the deployment does not wait for', () => {
    const resources = turns({ timeout: hours(6), waitForCompletion: false });
    expect(resources).toHaveLength(1);
    expect(resources[0].Properties).toMatchObject({ WaitForCompletion: 'false' });
    expect(resources[0].Properties).not.toHaveProperty('HandsOver');
  });

  test('a timeout that is a token has one resource', () => {
    const stack = concreteStack();
    const seconds = new CfnParameter(stack, 'Seconds', { type: 'Number' });
    jobIn(stack, { timeout: Duration.seconds(seconds.valueAsNumber) });
    expect(turnsOf(stack).map(({ Properties }) => Properties.TimeoutSeconds)).toEqual([{ Ref: 'Seconds' }]);
  });
});

describe('failOnEmptyExport', () => {
  test('is for the resource that finds out, whichever that is', () => {
    const stack = concreteStack();
    jobIn(stack, { failOnEmptyExport: true, timeout: Duration.hours(2) });
    expect(turnsOf(stack).map(({ Properties }) => Properties.FailOnEmptyExport)).toEqual(['true', 'true', 'true']);
  });

  test.each([undefined, false])('is off: %s', failOnEmptyExport => {
    const stack = concreteStack();
    jobIn(stack, { failOnEmptyExport, waitForCompletion: false });
    expect(turnsOf(stack)[0].Properties).not.toHaveProperty('FailOnEmptyExport');
  });

  test('fails at synthesis if nobody waits for the export', () => {
    expect(() => jobIn(concreteStack(), { failOnEmptyExport: true, waitForCompletion: false })).toThrow(/^failOnEmptyExport cannot be used with waitForCompletion: false/);
  });
});

describe('tags', () => {
  const many = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, i) => [`key${i}`, 'value']));

  test.each<Record<string, string>[]>([[{}], [many(50)], [{ ['k'.repeat(128)]: 'v'.repeat(256) }], [{ 'a b_.:/=+-@é1': '' }]])('%j are accepted', tags => {
    expect(() => jobIn(concreteStack(), { tags })).not.toThrow();
  });

  test.each([
    [many(51), '51'],
    [{ '': 'v' }, '""'],
    [{ ['k'.repeat(129)]: 'v' }, `"${'k'.repeat(129)}"`],
    [{ 'k#': 'v' }, '"k#"'],
    [{ 'aws:team': 'v' }, '"aws:team"'],
    [{ k: 'v'.repeat(257) }, `"${'v'.repeat(257)}" for "k"`],
    [{ k: 'v*' }, '"v\\*" for "k"'],
  ])('fails at synthesis for %j', (tags, got) => {
    expect(() => jobIn(concreteStack(), { tags: tags as Record<string, string> })).toThrow(new RegExp(`^tags must .*got ${got}`));
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
  const lengthOf = (group: string, type: string) => `s3://${'b'.repeat(20)}/dataset_group=${group}/dataset=${type}/date=2026-11-24/${'n'.repeat(10)}/`.length;
  const LENGTH = lengthOf('movies', 'INTERACTIONS');
  test('of 256 characters is accepted', () => {
    const stack = concreteStack();
    expect(() => jobIn(stack, { jobName: 'n'.repeat(10), destination: destination(stack, 256 - LENGTH) })).not.toThrow();
  });

  test('fails at synthesis with 257 characters', () => {
    const stack = concreteStack();
    expect(() => jobIn(stack, { jobName: 'n'.repeat(10), destination: destination(stack, 257 - LENGTH) }))
      .toThrow(/^prefix .*257 characters.*256/);
  });

  test('counts a generated job name with all its 63 characters at most', () => {
    const stack = concreteStack();
    expect(() => jobIn(stack, { destination: destination(stack, 256 - LENGTH) })).toThrow(/^prefix .*256/);
  });

  test('with tokens fails only when it is too long whatever they stand for', () => {
    const stack = concreteStack();
    const withPrefix = (id: string, prefix: string) => () => jobIn(stack, {
      jobName: id, dataset: Dataset.fromDatasetArn(stack, `${id}Dataset`, DATASET_ARN), destination: new ExportDestination(stack, `${id}Exports`, { prefix }),
    }, id);
    expect(withPrefix('A', `${'p'.repeat(170)}/`)).not.toThrow();
    expect(withPrefix('B', `${'p'.repeat(190)}/`)).toThrow(/^prefix .*256/);
    expect(withPrefix('C', Token.asString({ Ref: 'Prefix' }))).not.toThrow();
  });

  test.each([[256, true], [257, false]])('counts a dataset that is not known as short as it may be: %d characters, accepted: %s', (length, fits) => {
    const stack = concreteStack();
    const job = () => jobIn(stack, { dataset: newDataset(stack), jobName: 'n'.repeat(10), destination: destination(stack, length - lengthOf('g', 'ITEMS')) });
    if (fits) { expect(job).not.toThrow(); } else { expect(job).toThrow(/^prefix .*257 characters.*256/); }
  });
});

test('a job in a nested stack has its provider there', () => {
  const parent = concreteStack();
  const nested = new NestedStack(parent, 'Nested');
  jobIn(nested);
  Template.fromStack(nested).resourceCountIs(TYPE, 1);
  Template.fromStack(nested).resourceCountIs('AWS::Lambda::Function', 5);
  Template.fromStack(parent).resourceCountIs('AWS::Lambda::Function', 0);
});

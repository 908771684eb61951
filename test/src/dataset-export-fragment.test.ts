import { CfnParameter, Duration, Stack, aws_s3 as s3, aws_stepfunctions as sfn } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { DatasetExportFragment, DatasetExportFragmentProps, ExportDestination, IngestionMode } from '../../src';
import { ACCOUNT, DATASET_ARN, REGION, concreteStack, definitionOf } from '../stacks';

function machineIn(stack: Stack, props: Partial<DatasetExportFragmentProps> = {}): DatasetExportFragment {
  const fragment = new DatasetExportFragment(stack, 'Export', { datasetArn: DATASET_ARN, ingestionMode: IngestionMode.ALL, ...props });
  new sfn.StateMachine(stack, 'Machine', { definitionBody: sfn.DefinitionBody.fromChainable(fragment) });
  return fragment;
}

function statesOf(stack: Stack): Record<string, any> {
  return definitionOf(stack).States;
}

function statements(stack: Stack): any[] {
  const policies = Template.fromStack(stack).findResources('AWS::IAM::Policy', { Properties: { PolicyName: Match.stringLikeRegexp('^Machine') } });
  return Object.values(policies).flatMap(({ Properties }) => Properties.PolicyDocument.Statement);
}

describe('states', () => {
  test('send nothing that was not asked for', () => {
    const stack = concreteStack();
    const bucket = s3.Bucket.fromBucketName(stack, 'Bucket', 'exports');
    machineIn(stack, { ingestionMode: undefined, destination: new ExportDestination(stack, 'Exports', { bucket }) });
    const { Parameters } = statesOf(stack)['Create dataset export job'];
    expect(Object.keys(Parameters).sort()).toEqual(['DatasetArn.$', 'JobName.$', 'JobOutput', 'RoleArn']);
    expect(Object.keys(Parameters.JobOutput.S3DataDestination)).toEqual(['Path.$']);
  });

  test('look at the job at the poll interval', () => {
    const stack = concreteStack();
    machineIn(stack, { pollInterval: Duration.seconds(90) });
    expect(statesOf(stack)['Wait for dataset export job'].Seconds).toMatch(/: 90 %}$/);
  });

  test('add the slash that a prefix lacks', () => {
    const stack = concreteStack();
    machineIn(stack, { prefix: 'movies', destination: new ExportDestination(stack, 'Exports', { prefix: 'personalize' }) });
    expect(statesOf(stack)['Prepare dataset export'].Parameters).toMatchObject({ given: { destinationPrefix: 'personalize/', prefix: 'movies/' } });
  });

  test('retry with growing intervals and jitter', () => {
    const stack = concreteStack();
    machineIn(stack);
    const retriers = Object.values(statesOf(stack)).flatMap(({ Retry = [] }) => Retry).filter(({ MaxAttempts }) => MaxAttempts !== 0);
    expect(retriers.length).toBeGreaterThan(0);
    for (const { BackoffRate, JitterStrategy } of retriers) {
      expect(BackoffRate).toBeGreaterThan(1);
      expect(JitterStrategy).toBe('FULL');
    }
  });

  test('can be used twice, with a prefix', () => {
    const stack = concreteStack();
    const destination = new ExportDestination(stack, 'Exports');
    const [a, b] = ['A', 'B'].map(id => new DatasetExportFragment(stack, id, {
      datasetArn: DATASET_ARN, ingestionMode: IngestionMode.ALL, destination, resultPath: `$.${id}`,
    }).prefixStates());
    new sfn.StateMachine(stack, 'Machine', { definitionBody: sfn.DefinitionBody.fromChainable(a.next(b)) });
    expect(Object.keys(statesOf(stack))).toEqual(expect.arrayContaining(['A: Create dataset export job', 'B: Create dataset export job']));
  });
});

describe('permissions of the state machine', () => {
  test('are those for the dataset, the jobs of this fragment and the role of the destination', () => {
    const stack = concreteStack();
    machineIn(stack);
    const jobs = { 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, expect.stringMatching(/:dataset-export-job\/Movies_Export.*_\?{32}$/)]] };
    const expected = [
      { Effect: 'Allow', Action: 'personalize:CreateDatasetExportJob', Resource: jobs },
      { Effect: 'Allow', Action: 'personalize:CreateDatasetExportJob', Resource: DATASET_ARN },
      {
        Effect: 'Allow',
        Action: 'iam:PassRole',
        Resource: { 'Fn::GetAtt': [expect.stringMatching('^ExportDestinationRole'), 'Arn'] },
        Condition: { StringEquals: { 'iam:PassedToService': 'personalize.amazonaws.com' } },
      },
      { Effect: 'Allow', Action: 'personalize:DescribeDatasetExportJob', Resource: jobs },
      {
        Effect: 'Allow',
        Action: 's3:ListBucket',
        Resource: { 'Fn::GetAtt': [expect.stringMatching('^ExportDestinationBucket'), 'Arn'] },
        Condition: { StringLike: { 's3:prefix': expect.stringMatching(/^dataset_group=\*\/dataset=\*\/date=\?{4}-\?\?-\?\?\/Movies_Export.*_\?{32}\/$/) } },
      },
    ];
    expect(statements(stack)).toEqual(expect.arrayContaining(expected));
    expect(statements(stack)).toHaveLength(expected.length);
  });

  test('cover tagging when there are tags', () => {
    const stack = concreteStack();
    machineIn(stack, { tags: { team: 'ml' } });
    expect(statements(stack).filter(({ Action }) => Action === 'personalize:TagResource')).toEqual([
      expect.objectContaining({ Resource: { 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, expect.stringMatching(/dataset-export-job\/Movies_Export.*_\?{32}$/)]] } }),
    ]);
  });

  test('cover all datasets of the account when the dataset comes from the input, or the patterns given', () => {
    const onDatasets = (props: Partial<DatasetExportFragmentProps>) => {
      const stack = concreteStack();
      machineIn(stack, { datasetArn: sfn.JsonPath.stringAt('$.dataset'), ...props });
      const created = statements(stack).filter(({ Action }) => Action === 'personalize:CreateDatasetExportJob');
      return JSON.stringify(created[1].Resource);
    };
    expect(onDatasets({})).toContain(':personalize:eu-west-1:111122223333:dataset/*');
    expect(onDatasets({ datasetArnPatterns: [`arn:aws:personalize:${REGION}:${ACCOUNT}:dataset/movies/*`] })).toBe(`"arn:aws:personalize:${REGION}:${ACCOUNT}:dataset/movies/*"`);
  });

  test('are in statements that a role can spread over several policies', () => {
    const stack = concreteStack();
    machineIn(stack, { datasetArnPatterns: Array.from({ length: 300 }, (_, index) => `${DATASET_ARN}${'x'.repeat(20)}${index}`) });
    const managed = Object.values(Template.fromStack(stack).findResources('AWS::IAM::ManagedPolicy'));
    expect(managed.length).toBeGreaterThan(0);
    for (const { Properties } of managed) { expect(JSON.stringify(Properties.PolicyDocument).length).toBeLessThanOrEqual(6144); }
  });
});

describe('ingestionMode', () => {
  test('left out is a warning', () => {
    const stack = concreteStack();
    machineIn(stack, { ingestionMode: undefined });
    Annotations.fromStack(stack).hasWarning('/Movies/Export', Match.stringLikeRegexp('ingestionMode .*PUT'));
  });
});

describe('validation', () => {
  test.each<[Partial<DatasetExportFragmentProps>, string | RegExp]>([
    [{ datasetArn: DATASET_ARN.replace('INTERACTIONS', 'ACTIONS') }, /^datasetArn .*ACTIONS/],
    [{ datasetArn: 'movies' }, /^datasetArn .*got "movies"/],
    [{ prefix: 's3://bucket/movies/' }, /^prefix .*got "s3:\/\/bucket\/movies\/"/],
    [{ prefix: '/movies' }, /^prefix .*got "\/movies"/],
    [{ tags: { 'aws:team': 'ml' } }, /^tags .*"aws:team"/],
    [{ resultPath: '$' }, /^resultPath .*got "\$"/],
    [{ resultPath: 'result' }, /^resultPath .*got "result"/],
  ])('fails at synthesis for %j', (props, message) => {
    expect(() => machineIn(concreteStack(), props)).toThrow(message);
  });

  test('leaves tokens to the run', () => {
    const stack = concreteStack();
    const text = new CfnParameter(stack, 'Text').valueAsString;
    expect(() => machineIn(stack, { datasetArn: text, prefix: text, tags: { team: text } })).not.toThrow();
    expect(statesOf(stack)['Prepare dataset export'].Parameters).toMatchObject({ datasetArn: '<Text>', given: { prefix: '<Text>' } });
  });

  test('leaves a poll interval that is a token to the run', () => {
    const stack = concreteStack();
    machineIn(stack, { pollInterval: Duration.seconds(new CfnParameter(stack, 'Seconds', { type: 'Number' }).valueAsNumber) });
    expect(statesOf(stack)['Wait for dataset export job'].Seconds).toMatch(/\$max\(\[<Seconds>, .* : <Seconds> %}$/);
  });

  test.each([[0, true], [1, false]])('the output path may have 256 characters; %d more: %s', (more, fits) => {
    const stack = concreteStack();
    const bucket = s3.Bucket.fromBucketName(stack, 'Bucket', 'b'.repeat(20));
    const nameLength = 'Movies_Export_'.length + 8 + 32;
    const rest = `s3://${'b'.repeat(20)}/dataset_group=movies/dataset=INTERACTIONS/date=2026-11-24//`.length + nameLength;
    const prefix = `${'p'.repeat(256 - rest + more - 1)}/`;
    const define = () => machineIn(stack, { prefix, destination: new ExportDestination(stack, 'Exports', { bucket }) });
    if (fits) { expect(define).not.toThrow(); } else { expect(define).toThrow(/^prefix .*257 characters/); }
  });
});

import { CfnParameter, Duration, Stack, aws_s3 as s3, aws_stepfunctions as sfn } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { DatasetExportFragment, DatasetExportFragmentProps, ExportDestination, IngestionMode } from '../../src';
import { ACCOUNT, DATASET_ARN, REGION, agnosticStack, concreteStack } from '../stacks';

function machineIn(stack: Stack, props: Partial<DatasetExportFragmentProps> = {}): DatasetExportFragment {
  const fragment = new DatasetExportFragment(stack, 'Export', { datasetArn: DATASET_ARN, ingestionMode: IngestionMode.ALL, ...props });
  new sfn.StateMachine(stack, 'Machine', { definitionBody: sfn.DefinitionBody.fromChainable(fragment) });
  return fragment;
}

function statesOf(stack: Stack): Record<string, any> {
  const [machine] = Object.values(Template.fromStack(stack).findResources('AWS::StepFunctions::StateMachine'));
  const text = machine.Properties.DefinitionString;
  const parts: unknown[] = typeof text === 'string' ? [text] : text['Fn::Join'][1];
  return JSON.parse(parts.map(part => typeof part === 'string' ? part : `<${Object.values(part as object).flat().join('.')}>`).join('')).States;
}

function statements(stack: Stack): any[] {
  const policies = Template.fromStack(stack).findResources('AWS::IAM::Policy', { Properties: { PolicyName: Match.stringLikeRegexp('^Machine') } });
  return Object.values(policies).flatMap(({ Properties }) => Properties.PolicyDocument.Statement);
}


describe('states', () => {
  test('call CreateDatasetExportJob with the props', () => {
    const stack = concreteStack();
    machineIn(stack, { tags: { team: 'ml' }, ingestionMode: IngestionMode.BULK });
    expect(statesOf(stack)['Create dataset export job']).toMatchObject({
      Resource: 'arn:<AWS::Partition>:states:::aws-sdk:personalize:createDatasetExportJob',
      Parameters: {
        'DatasetArn.$': '$.datasetExport.datasetArn',
        'JobName.$': '$.datasetExport.jobName',
        'IngestionMode': 'BULK',
        'RoleArn': expect.stringMatching(/^<ExportDestinationRole.*Arn>$/),
        'JobOutput': { S3DataDestination: { 'Path.$': '$.datasetExport.outputUri', 'KmsKeyArn': expect.stringMatching(/^<ExportDestinationKey.*Arn>$/) } },
        'Tags': [{ TagKey: 'team', TagValue: 'ml' }],
      },
    });
  });

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

  test('take dataset, prefix and run from the input', () => {
    const stack = concreteStack();
    machineIn(stack, {
      datasetArn: sfn.JsonPath.stringAt('$.dataset'), prefix: sfn.JsonPath.stringAt('$.folder'), runId: sfn.JsonPath.stringAt('$.round'), resultPath: '$.backup.export',
    });
    expect(statesOf(stack)['Prepare dataset export']).toMatchObject({
      ResultPath: '$.backup.export', Parameters: { 'datasetArn.$': '$.dataset', 'given': { 'prefix.$': '$.folder', 'runId.$': '$.round' } },
    });
    expect(JSON.stringify(statesOf(stack))).not.toContain('$.datasetExport');
  });

  test('add the slash that a prefix lacks', () => {
    const stack = concreteStack();
    machineIn(stack, { prefix: 'movies', destination: new ExportDestination(stack, 'Exports', { prefix: 'personalize' }) });
    expect(statesOf(stack)['Prepare dataset export'].Parameters).toMatchObject({ given: { destinationPrefix: 'personalize/', prefix: 'movies/' } });
  });

  test('try what passes again with growing intervals and jitter, and give up what does not', () => {
    const stack = concreteStack();
    machineIn(stack);
    expect(statesOf(stack)['Create dataset export job'].Retry).toEqual([
      { ErrorEquals: ['Personalize.LimitExceededException', 'Personalize.ResourceInUseException'], IntervalSeconds: 30, MaxAttempts: 99999999, BackoffRate: 1.05, JitterStrategy: 'FULL' },
      {
        ErrorEquals: [
          'Personalize.ResourceAlreadyExistsException', 'Personalize.ResourceNotFoundException', 'Personalize.InvalidInputException', 'Personalize.TooManyTagsException',
        ],
        MaxAttempts: 0,
      },
      { ErrorEquals: ['States.TaskFailed'], IntervalSeconds: 2, MaxDelaySeconds: 60, MaxAttempts: 15, BackoffRate: 2, JitterStrategy: 'FULL' },
    ]);
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

describe('job names', () => {
  test('leave room for the hash, whatever the names', () => {
    const stack = concreteStack('A'.repeat(128));
    const { jobNamePrefix } = machineIn(stack);
    expect(jobNamePrefix).toMatch(/^[A-Za-z0-9][A-Za-z0-9_-]*$/);
    expect(`${jobNamePrefix}_${'0'.repeat(32)}`.length).toBeLessThanOrEqual(63);
  });

  test('differ between constructs with the same id in different scopes', () => {
    const stack = concreteStack();
    const inner = new Stack(stack, 'Inner', { stackName: 'Movies', env: { account: ACCOUNT, region: REGION } });
    expect(machineIn(stack).jobNamePrefix).not.toBe(machineIn(inner).jobNamePrefix);
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

  test('name no resource as * alone', () => {
    const stack = concreteStack();
    machineIn(stack, { tags: { team: 'ml' }, datasetArn: sfn.JsonPath.stringAt('$.dataset') });
    expect(statements(stack).filter(({ Resource }) => Resource === '*')).toEqual([]);
  });
});

describe('ingestionMode', () => {
  test('left out is a warning, in the words of DatasetExportJob', () => {
    const stack = concreteStack();
    machineIn(stack, { ingestionMode: undefined });
    Annotations.fromStack(stack).hasWarning('/Movies/Export', Match.stringLikeRegexp('ingestionMode .*PUT'));
  });
});

describe('validation', () => {
  test.each<[string, Partial<DatasetExportFragmentProps>, string]>([
    ['the dataset cannot be exported', { datasetArn: DATASET_ARN.replace('INTERACTIONS', 'ACTIONS') }, 'dataset is of type ACTIONS, which Personalize cannot export'],
    ['the dataset is no dataset', { datasetArn: 'movies' }, 'dataset must have an ARN like'],
    ['the dataset is elsewhere', { datasetArn: DATASET_ARN.replace(REGION, 'us-east-1') }, 'dataset must be in the Region of the stack'],
    ['the prefix is a URI', { prefix: 's3://bucket/movies/' }, 'prefix must be a prefix, not a URI: leave out "s3://bucket/"'],
    ['the prefix begins with a slash', { prefix: '/movies' }, 'prefix must not start with "/"'],
    ['the tags are too many', { tags: Object.fromEntries(Array.from({ length: 51 }, (_, index) => [`k${index}`, 'v'])) }, 'tags must be at most 50'],
    ['the poll interval is no whole number of seconds', { pollInterval: Duration.millis(1500) }, 'pollInterval must be one or more whole seconds'],
    ['the poll interval is nothing', { pollInterval: Duration.seconds(0) }, 'pollInterval must be one or more whole seconds'],
    ['the result path is the whole input', { resultPath: '$' }, 'resultPath must name a field of the state\'s input, like $.datasetExport, got "$"'],
    ['the result path is none', { resultPath: 'result' }, 'resultPath must name a field'],
  ])('fails at synth when %s', (_, props, message) => {
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

  test('accepts a dataset of any Region in a stack that can be deployed anywhere', () => {
    expect(() => machineIn(agnosticStack())).not.toThrow();
  });

  // s3:// + 20 + / + prefix + name + /
  test.each([[0, true], [1, false]])('the output path may have 256 characters; %d more: %s', (more, fits) => {
    const stack = concreteStack();
    const bucket = s3.Bucket.fromBucketName(stack, 'Bucket', 'b'.repeat(20));
    const nameLength = 'Movies_Export_'.length + 8 + 32;
    const prefix = `${'p'.repeat(256 - 27 - nameLength + more - 1)}/`;
    const define = () => machineIn(stack, { prefix, destination: new ExportDestination(stack, 'Exports', { bucket }) });
    if (fits) { expect(define).not.toThrow(); } else { expect(define).toThrow('the output path would have 257 characters'); }
  });
});

import { CfnOutput, CfnParameter, Duration, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { DATASET_ARN, concreteStack, importedDataset } from './stacks';
import { DatasetExportJob, DatasetExportJobProps, DatasetExportProvider, ExportDestination, ExportTrigger, IngestionMode } from '../src';

const WAIT = 'AWS::CloudFormation::WaitCondition';
const HANDLE = 'AWS::CloudFormation::WaitConditionHandle';
const LONG = Duration.hours(6);

function jobIn(stack: Stack, props: Partial<DatasetExportJobProps> = {}, id = 'Export'): DatasetExportJob {
  return new DatasetExportJob(stack, id, { dataset: importedDataset(stack), ingestionMode: IngestionMode.ALL, ...props });
}

function resourcesOf(stack: Stack): Record<string, { Type: string; Properties: any; DependsOn?: string[] }> {
  return Template.fromStack(stack).toJSON().Resources;
}

/** The logical ids of the wait's two resources, in a stack made anew. */
function waitIds(props: (stack: Stack) => Partial<DatasetExportJobProps> = () => ({})): string[] {
  const stack = concreteStack();
  jobIn(stack, { timeout: LONG, ...props(stack) });
  return Object.entries(resourcesOf(stack)).filter(([, { Type }]) => [WAIT, HANDLE].includes(Type)).map(([id]) => id).sort();
}

describe('resources', () => {
  const count = (longJobs: number, shortJobs: number) => {
    const stack = concreteStack();
    const destination = new ExportDestination(stack, 'Exports');
    for (let i = 0; i < longJobs; i++) { jobIn(stack, { destination, timeout: LONG }, `Long${i}`); }
    for (let i = 0; i < shortJobs; i++) { jobIn(stack, { destination, timeout: Duration.minutes(55) }, `Short${i}`); }
    return Object.keys(resourcesOf(stack)).length;
  };

  test('55 minutes add nothing', () => {
    expect(count(0, 1)).toBe(21);
  });

  test('more than that adds five to the stack and two for each such job', () => {
    const short = count(0, 2);
    expect(count(1, 1)).toBe(short + 5 + 2);
    expect(count(2, 0)).toBe(short + 5 + 4);
  });

  test('waitForCompletion: false adds nothing, however long the timeout', () => {
    const stack = concreteStack();
    jobIn(stack, { timeout: LONG, waitForCompletion: false });
    const resources = resourcesOf(stack);
    expect(Object.keys(resources)).toHaveLength(21);
    expect(Object.values(resources).find(({ Type }) => Type.startsWith('Custom::'))!.Properties.WaitForCompletion).toBe('false');
  });
});

describe('a job of six hours', () => {
  const stack = concreteStack();
  const job = jobIn(stack, { timeout: LONG });
  new CfnOutput(stack, 'Uri', { value: job.outputUri });
  const template = Template.fromStack(stack);
  const resources = resourcesOf(stack);
  const idOf = (type: string) => Object.entries(resources).find(([, { Type }]) => Type === type)![0];
  const job_ = Object.values(resources).find(({ Type }) => Type.startsWith('Custom::'))!;

  test('hands the handle and the state machine to the custom resource', () => {
    expect(job_.Properties).toMatchObject({
      TimeoutSeconds: '21600', WaitHandleUrl: { Ref: idOf(HANDLE) }, PollerArn: { Ref: expect.stringContaining('LongExportsStateMachine') },
    });
  });

  test('is waited for a little longer than its own time limit, after the custom resource is done', () => {
    expect(resources[idOf(WAIT)]).toMatchObject({
      Properties: { Handle: { Ref: idOf(HANDLE) }, Timeout: '21900', Count: 1 }, DependsOn: [Object.keys(resources).find(id => resources[id] === job_)],
    });
  });

  test('makes whoever uses its attributes wait too', () => {
    expect(template.toJSON().Outputs.Uri.Value).toEqual({
      'Fn::Join': ['', [
        { 'Fn::GetAtt': [expect.anything(), 'OutputUri'] },
        { 'Fn::Select': [0, { 'Fn::Split': ['{', { 'Fn::GetAtt': [idOf(WAIT), 'Data'] }] }] },
      ]],
    });
  });

  test('lets our functions start this state machine, and nothing else', () => {
    template.hasResourceProperties('AWS::IAM::Policy', {
      Roles: [{ Ref: Match.stringLikeRegexp('HandlerRole') }],
      PolicyDocument: { Statement: [{ Effect: 'Allow', Action: 'states:StartExecution', Resource: { Ref: Match.stringLikeRegexp('LongExportsStateMachine') } }] },
    });
  });

  test('starts only when that policy is in place', () => {
    expect(job_.DependsOn).toEqual(expect.arrayContaining([expect.stringContaining('LongExportsStartPolicy')]));
  });

  test('is looked at every minute by a state machine that tries again after any error, and signals when it cannot go on', () => {
    const machine = Object.values(resources).find(({ Type, Properties }) => Type === 'AWS::StepFunctions::StateMachine' && JSON.stringify(Properties).includes('GiveUp'))!;
    const definition = JSON.parse(machine.Properties.DefinitionString['Fn::Join'][1].map((part: unknown) => typeof part === 'string' ? part : 'x').join(''));
    expect(definition.States).toMatchObject({
      Poll: { Next: 'Done?', ResultPath: '$.Poll', Retry: [{ ErrorEquals: ['States.ALL'], MaxAttempts: 10 }], Catch: [{ ErrorEquals: ['States.ALL'], ResultPath: '$.Trouble', Next: 'GiveUp' }] },
      Wait: { Type: 'Wait', Seconds: 60, Next: 'Poll' },
      GiveUp: { End: true, Retry: [{ ErrorEquals: ['States.ALL'] }] },
    });
    expect(definition).not.toHaveProperty('TimeoutSeconds'); // nobody could signal then
  });
});

test('twelve hours are not waited for longer than CloudFormation can', () => {
  const stack = concreteStack();
  jobIn(stack, { timeout: Duration.hours(12) });
  Template.fromStack(stack).hasResourceProperties(WAIT, { Timeout: '43200' });
});

test('a slower poll interval applies to long exports too', () => {
  const stack = concreteStack();
  jobIn(stack, { timeout: LONG, provider: new DatasetExportProvider(stack, 'Mine', { pollInterval: Duration.minutes(2) }) });
  expect(JSON.stringify(resourcesOf(stack))).toContain('\\"Seconds\\":120');
});

describe('the logical ids of the wait', () => {
  test('are the same for the same app', () => {
    expect(waitIds()).toEqual(waitIds());
    expect(waitIds()).toHaveLength(2);
  });

  test.each<[string, (stack: Stack) => Partial<DatasetExportJobProps>]>([
    ['timeout', () => ({ timeout: Duration.hours(7) })],
    ['tags', () => ({ tags: { team: 'ml' } })],
  ])('stay when %s changes', (_, props) => {
    expect(waitIds(props)).toEqual(waitIds());
  });

  test.each<[string, (stack: Stack) => Partial<DatasetExportJobProps>]>([
    ['dataset', stack => ({ dataset: importedDataset(stack, DATASET_ARN.replace('movies', 'books')) })],
    ['ingestionMode', () => ({ ingestionMode: IngestionMode.BULK })],
    ['jobName', () => ({ jobName: 'mine' })],
    ['trigger', () => ({ trigger: ExportTrigger.token('2026-11') })],
    ['destination', stack => ({ destination: new ExportDestination(stack, 'Exports') })],
    ['a token in an input', stack => ({ trigger: ExportTrigger.token(new CfnParameter(stack, 'Month').valueAsString) })],
  ])('change when %s does', (_, props) => {
    const changed = waitIds(props);
    expect(changed).toHaveLength(2);
    expect(changed).toEqual(waitIds(props));
    for (const id of changed) { expect(waitIds()).not.toContain(id); }
  });
});

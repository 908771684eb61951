import { App, CfnOutput, Duration, NestedStack, Stack } from 'aws-cdk-lib';
import { DatasetExportJob, DatasetExportJobProps, IngestionMode } from '../../../src';
import { ACCOUNT, REGION, importedDataset } from '../../stacks';

const FLAG = '@aws-cdk/core:defaultCrossStackReferences';
const HERE = { account: ACCOUNT, region: REGION };

interface Setup {
  readonly app: App;
  readonly producer: Stack;
  readonly consumer: Stack;
  readonly job: DatasetExportJob;
}

function setUp(
  references?: string, consumerEnv = HERE, nestedIn: (stack: Stack) => Stack = stack => stack, props: Partial<DatasetExportJobProps> = {},
): Setup {
  const app = new App({ context: references === undefined ? {} : { [FLAG]: references } });
  const producer = new Stack(app, 'Producer', { env: HERE });
  const scope = nestedIn(producer);
  const job = new DatasetExportJob(scope, 'Export', { dataset: importedDataset(scope), ingestionMode: IngestionMode.ALL, ...props });
  return { app, producer, consumer: new Stack(app, 'Consumer', { env: consumerEnv }), job };
}

const templateOf = ({ app }: Setup, name: string) => app.synth().getStackByName(name).template;
const parametersOf = (template: any) => Object.entries<any>(template.Resources).filter(([, { Type }]) => Type === 'AWS::SSM::Parameter').map(([, resource]) => resource);
const attribute = (resources: Record<string, any>, name: string) => ({ 'Fn::GetAtt': [Object.keys(resources).find(id => resources[id].Type.startsWith('Custom::')), name] });

describe.each([undefined, 'strong', 'weak', 'both'])('with references that are %s', references => {
  test('a stack of the same Region reads a parameter that the job\'s stack writes', () => {
    const setup = setUp(references);
    new CfnOutput(setup.consumer, 'Path', { value: `${setup.job.outputUri}*.csv` });

    const producer = templateOf(setup, 'Producer');
    const [{ Properties }, ...others] = parametersOf(producer);
    expect(others).toEqual([]);
    expect(Properties).toMatchObject({ Type: 'String', Value: attribute(producer.Resources, 'OutputUri') });
    const consumer = templateOf(setup, 'Consumer');
    const [[id, parameter]] = Object.entries<any>(consumer.Parameters).filter(([, { Default }]) => Default === Properties.Name);
    expect(parameter.Type).toBe('AWS::SSM::Parameter::Value<String>');
    expect(consumer.Outputs.Path.Value).toEqual({ 'Fn::Join': ['', [{ Ref: id }, '*.csv']] });
    expect(setup.app.synth().getStackByName('Consumer').dependencies.map(({ id: name }) => name)).toContain('Producer');
  });

  test('nothing is exported', () => {
    const setup = setUp(references);
    new CfnOutput(setup.consumer, 'Uri', { value: setup.job.outputUri });
    expect(JSON.stringify(templateOf(setup, 'Producer').Outputs ?? {})).not.toContain('Export');
  });
});

test('each attribute has a parameter of its own, however often it is used', () => {
  const setup = setUp();
  ['A', 'B'].forEach(id => new CfnOutput(setup.consumer, id, { value: setup.job.outputUri }));
  new CfnOutput(setup.consumer, 'C', { value: setup.job.datasetExportJobName });
  expect(parametersOf(templateOf(setup, 'Producer'))).toHaveLength(2);
});

test.each([Duration.minutes(56), Duration.hours(6)])('the parameter of a job of %s has the name that the default timeout gives it', timeout => {
  const nameWith = (props: Partial<DatasetExportJobProps>) => {
    const setup = setUp(undefined, HERE, stack => stack, props);
    new CfnOutput(setup.consumer, 'Uri', { value: setup.job.outputUri });
    return parametersOf(templateOf(setup, 'Producer'))[0].Properties.Name;
  };
  expect(nameWith({ timeout })).toBe(nameWith({}));
});

test('stacks whose account and Region are not known read a parameter, too', () => {
  const app = new App();
  const producer = new Stack(app, 'Producer');
  const job = new DatasetExportJob(producer, 'Export', { dataset: importedDataset(producer), ingestionMode: IngestionMode.ALL });
  new CfnOutput(new Stack(app, 'Consumer'), 'Uri', { value: job.outputUri });
  const [producerTemplate, consumerTemplate] = ['Producer', 'Consumer'].map(name => app.synth().getStackByName(name).template);
  const [{ Properties: { Name } }] = parametersOf(producerTemplate);
  expect(consumerTemplate.Parameters[consumerTemplate.Outputs.Uri.Value.Ref].Default).toBe(Name);
});

test('the job\'s own stack needs none', () => {
  const setup = setUp();
  new CfnOutput(setup.producer, 'Uri', { value: setup.job.outputUri });
  const { Resources: resources, Outputs: outputs } = templateOf(setup, 'Producer');
  expect(outputs.Uri.Value).toEqual(attribute(resources, 'OutputUri'));
  expect(parametersOf({ Resources: resources })).toEqual([]);
});

test('a stack of another Region reads an output', () => {
  const setup = setUp(undefined, { account: ACCOUNT, region: 'us-east-1' });
  new CfnOutput(setup.consumer, 'Uri', { value: setup.job.outputUri });
  const producer = templateOf(setup, 'Producer');
  const [[id, output]] = Object.entries<any>(producer.Outputs);
  expect(output).toEqual({ Value: attribute(producer.Resources, 'OutputUri') });
  expect(templateOf(setup, 'Consumer').Outputs.Uri.Value).toEqual({ 'Fn::GetStackOutput': { StackName: 'Producer', OutputName: id, Region: REGION } });
});

test('a stack of another account, which cannot read a parameter, reads an output', () => {
  const setup = setUp(undefined, { account: '444455556666', region: REGION });
  new CfnOutput(setup.consumer, 'Uri', { value: setup.job.outputUri });
  expect(parametersOf(templateOf(setup, 'Producer'))).toEqual([]);
  expect(templateOf(setup, 'Consumer').Outputs.Uri.Value).toMatchObject({ 'Fn::GetStackOutput': { RoleArn: expect.anything() } });
});

test('a job in a nested stack is read through the stack that this is nested in', () => {
  const setup = setUp(undefined, HERE, stack => new NestedStack(stack, 'Nested'));
  new CfnOutput(setup.consumer, 'Uri', { value: setup.job.outputUri });
  const [{ Properties }] = parametersOf(templateOf(setup, 'Producer'));
  expect(Properties.Value).toEqual({ 'Fn::GetAtt': [expect.stringMatching(/^Nested/), expect.stringContaining('Outputs.')] });
  expect(Object.values<any>(templateOf(setup, 'Consumer').Parameters).map(({ Default }) => Default)).toContain(Properties.Name);
});

test.each([true, false])('a nested stack is uploaded anew when another stack begins to use an attribute of its job (that stack first: %s)', first => {
  const url = (isUsed: boolean) => {
    const app = new App();
    const stacks = new Map((first ? ['Consumer', 'Producer'] : ['Producer', 'Consumer']).map(id => [id, new Stack(app, id, { env: HERE })]));
    const nested = new NestedStack(new NestedStack(stacks.get('Producer')!, 'Outer'), 'Inner');
    const job = new DatasetExportJob(nested, 'Export', { dataset: importedDataset(nested), ingestionMode: IngestionMode.ALL });
    new CfnOutput(stacks.get('Consumer')!, 'Uri', { value: isUsed ? job.outputUri : 'nothing' });
    const { Resources: resources } = app.synth().getStackByName('Producer').template;
    return JSON.stringify(Object.values<any>(resources).find(({ Type }) => Type === 'AWS::CloudFormation::Stack').Properties.TemplateURL);
  };
  expect(url(true)).not.toBe(url(false));
});

test('another Region cannot read from one that is not known, in the CDK\'s words', () => {
  const app = new App();
  const producer = new Stack(app, 'Producer');
  const job = new DatasetExportJob(producer, 'Export', { dataset: importedDataset(producer), ingestionMode: IngestionMode.ALL });
  const consumer = new Stack(app, 'Consumer', { env: { region: REGION } });
  new CfnOutput(consumer, 'Uri', { value: job.outputUri });
  expect(() => app.synth()).toThrow('explicit region');
});

test('a stack that is nested in the job\'s gets a parameter from it', () => {
  const setup = setUp();
  const nested = new NestedStack(setup.producer, 'Nested');
  new CfnOutput(nested, 'Uri', { value: setup.job.outputUri });
  expect(parametersOf(templateOf(setup, 'Producer'))).toEqual([]);
});

test('a stack that is nested in another one gets the value from that, which the CDK deploys whenever the value may have changed', () => {
  const setup = setUp();
  const nested = new NestedStack(setup.consumer, 'Nested');
  new CfnOutput(nested, 'Uri', { value: setup.job.outputUri });
  const [{ Properties }] = parametersOf(templateOf(setup, 'Producer'));
  const consumer = templateOf(setup, 'Consumer');
  const [[id]] = Object.entries<any>(consumer.Parameters).filter(([, { Default }]) => Default === Properties.Name);
  const [{ Properties: { Parameters: handedDown } }] = Object.values<any>(consumer.Resources).filter(({ Type }) => Type === 'AWS::CloudFormation::Stack');
  expect(Object.values(handedDown)).toEqual([{ Ref: id }]);
});

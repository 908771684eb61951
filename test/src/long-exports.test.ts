import { CfnOutput, CfnParameter, Duration, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { DatasetExportJob, DatasetExportJobProps, ExportDestination, IngestionMode } from '../../src';
import { concreteStack, importedDataset } from '../stacks';

const { minutes, hours } = Duration;

function jobIn(stack: Stack, props: Partial<DatasetExportJobProps> = {}, id = 'Export'): DatasetExportJob {
  return new DatasetExportJob(stack, id, { dataset: importedDataset(stack), ingestionMode: IngestionMode.ALL, ...props });
}

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

test.each<[Duration, number]>([
  [minutes(1), 1], [minutes(55), 1], [Duration.seconds(55 * 60 + 1), 2], [minutes(110), 2], [minutes(111), 3], [hours(6), 7], [hours(12), 14],
])('an export of %s has %d custom resources', (timeout, count) => {
  expect(turns({ timeout })).toHaveLength(count);
});

test('that is all that a long export adds to the stack', () => {
  const count = (timeouts: Duration[]) => {
    const stack = concreteStack();
    const destination = new ExportDestination(stack, 'Exports');
    timeouts.forEach((timeout, index) => jobIn(stack, { destination, timeout }, `Export${index}`));
    return Object.keys(Template.fromStack(stack).toJSON().Resources).length;
  };
  expect(count([hours(2), hours(2)])).toBe(count([minutes(55), minutes(55)]) + 2 + 2);
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

test('fails at synth above twelve hours', () => {
  expect(() => jobIn(concreteStack(), { timeout: Duration.seconds(12 * 3600 + 1) })).toThrow('timeout must be 1 minute to 12 hours in whole seconds');
});

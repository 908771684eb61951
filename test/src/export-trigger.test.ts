import { CfnParameter, Errors } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { DatasetExportJob, ExportTrigger, IngestionMode } from '../../src';
import { concreteStack, importedDataset } from '../stacks';

function tokenOf(trigger?: ExportTrigger | ((stack: ReturnType<typeof concreteStack>) => ExportTrigger)): unknown {
  const stack = concreteStack();
  new DatasetExportJob(stack, 'Export', {
    dataset: importedDataset(stack), ingestionMode: IngestionMode.ALL, trigger: typeof trigger === 'function' ? trigger(stack) : trigger,
  });
  return Object.values(Template.fromStack(stack).findResources('Custom::PersonalizeDatasetExportJob'))[0].Properties.TriggerToken;
}

test('onInputChange, the default, adds nothing to the inputs', () => {
  expect(tokenOf()).toBeUndefined();
  expect(tokenOf(ExportTrigger.onInputChange())).toBeUndefined();
});

test('everyDeployment adds the moment of the synthesis', () => {
  jest.useFakeTimers({ now: Date.UTC(2026, 10, 23, 12) });
  try {
    expect(tokenOf(ExportTrigger.everyDeployment())).toBe('2026-11-23T12:00:00.000Z');
    jest.advanceTimersByTime(1000);
    expect(tokenOf(ExportTrigger.everyDeployment())).toBe('2026-11-23T12:00:01.000Z');
  } finally {
    jest.useRealTimers();
  }
});

test('token adds the text', () => {
  expect(tokenOf(ExportTrigger.token('2026-11'))).toBe('2026-11');
});

test('token takes a CloudFormation parameter', () => {
  expect(tokenOf(stack => ExportTrigger.token(new CfnParameter(stack, 'Month').valueAsString))).toEqual({ Ref: 'Month' });
});

test('fails for an empty token', () => {
  const empty = () => ExportTrigger.token('');
  expect(empty).toThrow(/^ExportTrigger.token must .*got ""/);
  try { empty(); } catch (error) { expect(Errors.isValidationError(error)).toBe(true); }
});

import { Stack, aws_scheduler as scheduler } from 'aws-cdk-lib';
import {
  DatasetExportFragment, DatasetExportJob, DatasetExportProvider, DatasetExportSchedule, DatasetExportWorkflow, ExportDestination, IngestionMode,
} from '../../src';
import { DATASET_ARN, concreteStack, importedDataset, newDataset } from '../stacks';

// What a compiler would have refused.

const ingestionMode = IngestionMode.ALL;
const GROUP_ARN = 'arn:aws:personalize:eu-west-1:111122223333:dataset-group/movies';

describe('an ARN instead of a resource', () => {
  test.each<[string, string, (stack: Stack) => unknown]>([
    ['dataset', `dataset must be made by new CfnDataset() or Dataset.fromDatasetArn(), got "${DATASET_ARN}": write Dataset.fromDatasetArn(this, 'Dataset', "${DATASET_ARN}")`,
      stack => new DatasetExportJob(stack, 'Export', { dataset: DATASET_ARN as any, ingestionMode })],
    ['datasets', `datasets must be made by new CfnDataset() or Dataset.fromDatasetArn(), got "${DATASET_ARN}": write Dataset.fromDatasetArn(this, 'Dataset', "${DATASET_ARN}")`,
      stack => new DatasetExportWorkflow(stack, 'Backup', { datasets: [importedDataset(stack), DATASET_ARN as any], ingestionMode })],
    ['datasetGroups', `datasetGroups must be made by new CfnDatasetGroup() or DatasetGroup.fromDatasetGroupArn(), got "${GROUP_ARN}": `
      + `write DatasetGroup.fromDatasetGroupArn(this, 'DatasetGroup', "${GROUP_ARN}")`,
    stack => new DatasetExportWorkflow(stack, 'Backup', { datasetGroups: [GROUP_ARN as any], ingestionMode })],
  ])('fails at synth with the fix: %s', (_, message, define) => {
    expect(() => define(concreteStack())).toThrow(message);
  });

  test.each([[undefined, 'undefined'], [null, 'null'], [7, '7']])('or %s', (dataset, got) => {
    expect(() => new DatasetExportJob(concreteStack(), 'Export', { dataset: dataset as any, ingestionMode })).toThrow(`got ${got}: write Dataset.fromDatasetArn(`);
  });

  test('or another construct', () => {
    const stack = concreteStack();
    const other = new ExportDestination(stack, 'Exports');
    expect(() => new DatasetExportJob(stack, 'Export', { dataset: other as any, ingestionMode })).toThrow('got Movies/Exports: write Dataset.fromDatasetArn(');
    expect(() => new DatasetExportWorkflow(stack, 'Backup', { datasetGroups: [newDataset(stack) as any], ingestionMode })).toThrow('got Movies/NewDataset [AWS::Personalize::Dataset]: write');
  });
});

describe('a number instead of a Duration', () => {
  const uses: [string, string, (stack: Stack, value: any) => unknown][] = [
    ['timeout', 'seconds', (stack, timeout) => new DatasetExportJob(stack, 'Export', { dataset: importedDataset(stack), ingestionMode, timeout })],
    ['pollInterval', 'seconds', (stack, pollInterval) => new DatasetExportProvider(stack, 'Provider', { pollInterval })],
    ['pollInterval', 'seconds', (stack, pollInterval) => new DatasetExportFragment(stack, 'Export', { datasetArn: DATASET_ARN, ingestionMode, pollInterval })],
    ['pollInterval', 'seconds', (stack, pollInterval) => (
      new DatasetExportWorkflow(stack, 'Backup', { datasets: [importedDataset(stack)], ingestionMode, pollInterval }))],
    ['timeout', 'seconds', (stack, timeout) => new DatasetExportWorkflow(stack, 'Backup', { datasets: [importedDataset(stack)], ingestionMode, timeout })],
    ['maxEventAge', 'seconds', (stack, maxEventAge) => new DatasetExportSchedule(stack, 'Nightly', {
      workflow: new DatasetExportWorkflow(stack, 'Backup', { datasets: [importedDataset(stack)], ingestionMode }),
      schedule: scheduler.ScheduleExpression.expression('rate(1 day)'),
      maxEventAge,
    })],
    ['expiration', 'days', (stack, expiration) => new ExportDestination(stack, 'Exports', { expiration })],
  ];

  describe.each(uses)('%s in %s', (prop, unit, use) => {
    test.each([600, 0])('%d', value => {
      expect(() => use(concreteStack(), value)).toThrow(`${prop} must be a Duration, got ${value}: write Duration.${unit}(${value})`);
    });

    test('text, or something else', () => {
      expect(() => use(concreteStack(), '10m')).toThrow(`${prop} must be a Duration, got "10m": write Duration.${unit}(<number>)`);
      expect(() => use(concreteStack(), {})).toThrow(`${prop} must be a Duration, got [object Object]: write Duration.${unit}(<number>)`);
    });

    test('undefined is left out', () => {
      expect(() => use(concreteStack(), undefined)).not.toThrow();
    });
  });
});

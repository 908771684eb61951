import { App, Duration, Stack, assertions, aws_scheduler as scheduler } from 'aws-cdk-lib';
import { DatasetExportJob, DatasetExportSchedule, DatasetExportWorkflow, ExportDestination, IngestionMode } from '../../src';
import { ACCOUNT, REGION, importedDataset } from '../stacks';

/** A new app each time, as on another machine. */
function synthesized(): { template: Record<string, any>; constructIds: string[] } {
  const stack = new Stack(new App(), 'Movies', { env: { account: ACCOUNT, region: REGION } });
  const dataset = importedDataset(stack);
  new DatasetExportJob(stack, 'Export', { dataset, ingestionMode: IngestionMode.ALL });
  new DatasetExportJob(stack, 'SharedExport', { dataset, ingestionMode: IngestionMode.BULK, destination: new ExportDestination(stack, 'Shared', { prefix: 'a/' }) });
  return {
    template: assertions.Template.fromStack(stack).toJSON(),
    constructIds: stack.node.findAll().map(construct => construct.node.path),
  };
}

test('the same app synthesizes to the same template', () => {
  expect(JSON.stringify(synthesized().template)).toBe(JSON.stringify(synthesized().template));
});

test('logical ids are a contract: another one would replace a bucket, or change a ServiceToken, which CloudFormation refuses', () => {
  const { Resources: resources } = synthesized().template;
  expect(Object.entries<any>(resources).map(([id, { Type }]) => `${id}: ${Type}`)).toMatchSnapshot();
});

test('logical ids of long exports and workflows are a contract, too', () => {
  const stack = new Stack(new App(), 'Movies', { env: { account: ACCOUNT, region: REGION } });
  const dataset = importedDataset(stack);
  new DatasetExportJob(stack, 'Long', { dataset, ingestionMode: IngestionMode.ALL, timeout: Duration.hours(6) });
  const workflow = new DatasetExportWorkflow(stack, 'Backup', { datasets: [dataset], ingestionMode: IngestionMode.ALL });
  new DatasetExportSchedule(stack, 'Nightly', { workflow, schedule: scheduler.ScheduleExpression.cron({ hour: '2', minute: '30' }) });
  const { Resources: resources } = assertions.Template.fromStack(stack).toJSON();
  expect(Object.entries<any>(resources).map(([id, { Type }]) => `${id}: ${Type}`)).toMatchSnapshot();
});

test('the generated job name follows from the names in the app alone', () => {
  const { Resources: resources } = synthesized().template;
  expect(Object.values<any>(resources).map(({ Properties }) => Properties.JobNamePrefix).filter(Boolean)).toMatchSnapshot();
});

test('no path of this machine is in the template', () => {
  expect(JSON.stringify(synthesized().template)).not.toContain(process.cwd());
});

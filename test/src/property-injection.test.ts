import { App, PropertyInjectors, Stack, aws_scheduler as scheduler } from 'aws-cdk-lib';
import {
  DatasetExportFragment, DatasetExportJob, DatasetExportProvider, DatasetExportSchedule, DatasetExportTable, DatasetExportWorkflow, DatasetFieldType,
  DatasetSchema, ExportDestination, IngestionMode,
} from '../../src';
import { ACCOUNT, DATASET_ARN, REGION, importedDataset, jobIn } from '../stacks';

const ingestionMode = IngestionMode.ALL;
const workflowIn = (stack: Stack) => new DatasetExportWorkflow(stack, 'Backup', { datasets: [importedDataset(stack)], ingestionMode });

// what is injected is refused: so it has arrived
test.each<[string, { PROPERTY_INJECTION_ID: string }, (stack: Stack) => unknown, Record<string, unknown>]>([
  ['job', DatasetExportJob, stack => jobIn(stack), { jobName: 'no spaces' }],
  ['provider', DatasetExportProvider, stack => jobIn(stack), { maxConcurrency: 0 }],
  ['destination', ExportDestination, stack => jobIn(stack), { prefix: '/exports' }],
  ['fragment', DatasetExportFragment, stack => new DatasetExportFragment(stack, 'Export', { datasetArn: DATASET_ARN, ingestionMode }), { prefix: '/exports' }],
  ['workflow', DatasetExportWorkflow, workflowIn, { maxConcurrency: 0 }],
  ['schedule', DatasetExportSchedule, stack => (
    new DatasetExportSchedule(stack, 'Nightly', { workflow: workflowIn(stack), schedule: scheduler.ScheduleExpression.expression('rate(1 day)') })
  ), { retryAttempts: -1 }],
  ['table', DatasetExportTable, stack => (
    new DatasetExportTable(stack, 'Table', { job: jobIn(stack), schema: DatasetSchema.fromColumns([{ name: 'USER_ID', type: DatasetFieldType.STRING }]) })
  ), { viewName: 'Users' }],
])('an app can inject props into each %s', (_, { PROPERTY_INJECTION_ID }, define, injected) => {
  const app = new App();
  PropertyInjectors.of(app).add({ constructUniqueId: PROPERTY_INJECTION_ID, inject: props => ({ ...props, ...injected }) });
  const [prop] = Object.keys(injected);
  expect(() => define(new Stack(app, 'Movies', { env: { account: ACCOUNT, region: REGION } }))).toThrow(new RegExp(`^${prop} must`));
});

import { App, CfnOutput, Duration, Stack, aws_scheduler as scheduler } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import {
  DatasetExportJob, DatasetExportSchedule, DatasetExportTable, DatasetExportWorkflow, DatasetFieldType, DatasetGroup, DatasetSchema,
  ExportDestination, IngestionMode,
} from '../../src';
import { ACCOUNT, REGION, concreteStack, importedDataset } from '../stacks';

const ingestionMode = IngestionMode.ALL;

function defineJobs(stack: Stack): DatasetExportJob {
  const dataset = importedDataset(stack);
  const job = new DatasetExportJob(stack, 'Export', { dataset, ingestionMode });
  new DatasetExportJob(stack, 'SharedExport', { dataset, ingestionMode: IngestionMode.BULK, destination: new ExportDestination(stack, 'Shared', { prefix: 'a/' }) });
  return job;
}

function defineLongJobAndWorkflow(stack: Stack, datasetGroups?: string[]): void {
  const dataset = importedDataset(stack);
  new DatasetExportJob(stack, 'Long', { dataset, ingestionMode, timeout: Duration.hours(6) });
  const workflow = new DatasetExportWorkflow(stack, 'Backup', {
    datasets: [dataset], datasetGroups: datasetGroups?.map(arn => DatasetGroup.fromDatasetGroupArn(stack, 'Group', arn)), ingestionMode,
  });
  new DatasetExportSchedule(stack, 'Nightly', { workflow, schedule: scheduler.ScheduleExpression.cron({ hour: '2', minute: '30' }) });
}

function defineTable(stack: Stack): DatasetExportTable {
  const schema = DatasetSchema.fromColumns([{ name: 'USER_ID', type: DatasetFieldType.STRING }]);
  return new DatasetExportTable(stack, 'Interactions', { job: defineJobs(stack), schema });
}

function resourcesOf(define: (stack: Stack) => void): [string, { Type: string; Properties: any }][] {
  const stack = concreteStack();
  define(stack);
  return Object.entries(Template.fromStack(stack).toJSON().Resources);
}

/** The templates of a new app each time, as on another machine. */
function templates(): string {
  const app = new App();
  const env = { account: ACCOUNT, region: REGION };
  const [movies, other] = ['Movies', 'Other'].map(id => new Stack(app, id, { env }));
  new CfnOutput(other, 'Uri', { value: defineJobs(movies).outputUri });
  defineLongJobAndWorkflow(movies, [`arn:aws:personalize:${REGION}:${ACCOUNT}:dataset-group/books`]);
  return JSON.stringify(app.synth().stacks.map(({ template }) => template));
}

test('the same app synthesizes to the same templates', () => {
  expect(templates()).toBe(templates());
});

test('no path of this machine is in a template', () => {
  expect(templates()).not.toContain(process.cwd());
});

test('logical ids are a contract: another one would replace a bucket, or change a ServiceToken, which CloudFormation refuses', () => {
  expect(resourcesOf(defineJobs).map(([id, { Type }]) => `${id}: ${Type}`)).toMatchSnapshot();
});

test('logical ids of long exports and workflows are a contract, too', () => {
  expect(resourcesOf(defineLongJobAndWorkflow).map(([id, { Type }]) => `${id}: ${Type}`)).toMatchSnapshot();
});

test('a table keeps its ids and its names: others would be other tables', () => {
  const names = ({ DatabaseInput, TableInput }: any) => (DatabaseInput ?? TableInput).Name;
  const ofGlue = resourcesOf(defineTable).filter(([, { Type }]) => Type.startsWith('AWS::Glue::'));
  expect(ofGlue.map(([id, { Type, Properties }]) => [id, Type, names(Properties)])).toEqual([
    ['InteractionsTableinteractionscsvC29C9A71', 'AWS::Glue::Table', 'interactions_csv'],
    ['InteractionsViewinteractions2A6EB842', 'AWS::Glue::Table', 'interactions'],
    ['DatasetExportDatabase', 'AWS::Glue::Database', 'movies_exports'],
  ]);
});

test('the generated job name follows from the names in the app alone', () => {
  expect(resourcesOf(defineJobs).map(([, { Properties }]) => Properties.JobNamePrefix).filter(Boolean)).toMatchSnapshot();
});

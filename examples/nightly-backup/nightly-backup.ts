import { App, CfnOutput, Duration, Stack, TimeZone, aws_events_targets as targets, aws_scheduler as scheduler, aws_sns as sns } from 'aws-cdk-lib';
import { DatasetExportSchedule, DatasetExportWorkflow, DatasetGroup, ExportDestination, IngestionMode } from 'cdk-personalize-dataset-export';

const app = new App();
const stack = new Stack(app, 'NightlyBackup');

// cdk deploy -c datasetGroup=my-group -c everyMinutes=60
const datasetGroup: string = app.node.tryGetContext('datasetGroup') ?? 'movies';
const everyMinutes: string | undefined = app.node.tryGetContext('everyMinutes');

const workflow = new DatasetExportWorkflow(stack, 'Backup', {
  datasetGroups: [DatasetGroup.fromDatasetGroupArn(stack, 'Movies', stack.formatArn({
    service: 'personalize', resource: 'dataset-group', resourceName: datasetGroup,
  }))],
  ingestionMode: IngestionMode.ALL,
  destination: new ExportDestination(stack, 'Backups', { prefix: 'personalize/', expiration: Duration.days(90) }),
});

const topic = new sns.Topic(stack, 'BackupFailed');
new DatasetExportSchedule(stack, 'Nightly', {
  workflow,
  schedule: everyMinutes === undefined
    ? scheduler.ScheduleExpression.cron({ hour: '2', minute: '30', timeZone: TimeZone.EUROPE_BERLIN })
    : scheduler.ScheduleExpression.rate(Duration.minutes(Number(everyMinutes))),
  onFailure: new targets.SnsTopic(topic),
});
workflow.addFailureAlarm('BackupAlarm');

new CfnOutput(stack, 'StateMachineArn', { value: workflow.stateMachine.stateMachineArn });

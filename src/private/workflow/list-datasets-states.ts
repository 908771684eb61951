import { Duration, Stack, aws_stepfunctions as sfn } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { jsonataPass, shortened } from './expressions';
import { MAX_LIST_RETRIES } from './history-budget';
import { EXPORTABLE_TYPES, Work, groupReasonLength } from './payload-budget';
import { INVALID_INPUT, NOT_FOUND, callPersonalize, transientRetry } from './personalize-calls';

/** Few, far apart: the history of the execution contains the attempts for all dataset groups. */
const LIST_RETRY: sfn.RetryProps = {
  ...transientRetry(MAX_LIST_RETRIES), interval: Duration.seconds(10), backoffRate: 4, maxDelay: Duration.minutes(3),
};

const path = sfn.JsonPath;

/** Replaces each dataset group in `$.datasetGroups` with its datasets, from all pages: `{ datasets, skipped }`, or with why it could not be listed. */
export function listDatasets(scope: Construct, work: Work): sfn.Map {
  const types = `$uppercase(DatasetType) in ${JSON.stringify(EXPORTABLE_TYPES)}`;
  const collect = jsonataPass(scope, 'Collect datasets', {
    datasetGroupArn: '$states.input.datasetGroupArn',
    datasets: `[$states.input.datasets, $states.input.page.Datasets[${types}].DatasetArn]`,
    skipped: `$states.input.skipped + $count($states.input.page.Datasets[$not(${types})])`,
    nextToken: '$exists($states.input.page.NextToken) ? $states.input.page.NextToken : null',
  });
  const listed = new sfn.Pass(scope, 'Datasets listed', {
    parameters: { datasets: path.listAt('$.datasets'), skipped: path.numberAt('$.skipped') },
  });
  const failed = jsonataPass(scope, 'Datasets not listed', {
    datasetGroupArn: '$states.input.datasetGroupArn',
    status: '"ERROR"',
    failureReason: shortened('$states.input.error.Error & ": " & $states.input.error.Cause', groupReasonLength(Stack.of(scope), work)),
  });
  const nextPage = listPage(scope, 'List next datasets', failed, { NextToken: path.stringAt('$.nextToken') }).next(collect);
  collect.next(new sfn.Choice(scope, 'All pages?').when(sfn.Condition.isString('$.nextToken'), nextPage).otherwise(listed));

  return new sfn.Map(scope, 'For each dataset group', {
    itemsPath: '$.datasetGroups',
    itemSelector: { datasetGroupArn: path.stringAt('$$.Map.Item.Value'), datasets: [], skipped: 0 },
    maxConcurrency: 5,
    resultPath: '$.datasetGroups',
  }).itemProcessor(listPage(scope, 'List datasets', failed).next(collect));
}

function listPage(scope: Construct, id: string, failed: sfn.State, parameters: Record<string, string> = {}): sfn.TaskStateBase {
  const task = callPersonalize(scope, id, 'ListDatasets', {
    iamResources: ['*'], // the action has no resource type
    parameters: { DatasetGroupArn: path.stringAt('$.datasetGroupArn'), MaxResults: 100, ...parameters },
    resultPath: '$.page',
  });
  task.addRetry({ errors: [INVALID_INPUT, NOT_FOUND], maxAttempts: 0 });
  task.addRetry(LIST_RETRY);
  return task.addCatch(failed, { errors: [sfn.Errors.ALL], resultPath: '$.error' });
}

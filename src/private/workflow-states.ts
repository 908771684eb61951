import { ArnFormat, Aws, Duration, Stack, aws_events as events, aws_iam as iam, aws_stepfunctions as sfn, aws_stepfunctions_tasks as tasks } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { DatasetExportFragment } from '../dataset-export-fragment';
import { MAX_LIST_RETRIES } from './history-budget';
import { CAUSE_REASON_LENGTH, Work, groupReasonLength, inlineReasonLength, shortened } from './payload-budget';
import { transientRetry } from './transient-retry';
import { JOB_EVENT, RUN_EVENT, SOURCE } from './workflow-events';

export interface ExportStatesProps extends Work {
  /** Exports `$.datasetArn` for `$.run.executionArn`, and puts the report at `$.datasetExport`. */
  readonly fragment: DatasetExportFragment;
  readonly maxConcurrency: number;
  readonly distributed: boolean;
  readonly eventBus?: events.IEventBus;
  readonly failOnExportFailure: boolean;
}

/** In capitals; whether Personalize answers them so is not documented. */
const EXPORTABLE_TYPES = ['INTERACTIONS', 'ITEMS', 'USERS'];

const SERVICE_RETRY = transientRetry(10);
/** The history of the execution has the attempts of all dataset groups: few, far apart. */
const LIST_RETRY: sfn.RetryProps = {
  ...transientRetry(MAX_LIST_RETRIES), interval: Duration.seconds(10), backoffRate: 4, maxDelay: Duration.minutes(3),
};

const path = sfn.JsonPath;

/** The states around those that export one dataset: which datasets, all of them, the report, the events. */
export class ExportStates {
  public readonly chain: sfn.Chain;

  constructor(private readonly scope: Construct, private readonly props: ExportStatesProps) {
    const start = new sfn.Pass(scope, 'Start run', {
      parameters: {
        run: { executionArn: path.stringAt('$$.Execution.Id'), stateMachineArn: path.stringAt('$$.StateMachine.Id') },
        startTime: path.stringAt('$$.Execution.StartTime'),
        given: props.datasetArns,
        datasetGroups: props.datasetGroupArns,
        skippedDatasets: 0,
      },
    });
    const choose = this.jsonata('Choose datasets', {
      run: '$states.input.run',
      startTime: '$states.input.startTime',
      redriveCount: '$states.context.Execution.RedriveCount',
      datasets: '[$distinct([$states.input.given, $states.input.datasetGroups.datasets])]',
      skippedDatasets: '$states.input.skippedDatasets + $sum([$states.input.datasetGroups.skipped])',
      failedDatasetGroups: '[$states.input.datasetGroups[$exists(failureReason)]]',
    });
    // dataset groups that could not be listed are listed again, and no others
    const again = this.jsonata('Start again', {
      run: '$states.input.run',
      startTime: '$states.input.report.startTime',
      given: '[$states.input.datasets]',
      datasetGroups: '[$states.input.report.failedDatasetGroups.datasetGroupArn]',
      skippedDatasets: '$states.input.report.skippedDatasets',
    });
    const exports = choose.next(props.distributed ? this.exportDistributed() : this.exportInline()).next(this.endOfRun(again));
    const work = props.datasetGroupArns.length > 0 ? this.listGroups().next(exports) : exports;
    again.next(work);
    this.chain = start.next(work);
  }

  /** What only a Distributed Map needs. */
  public grantMapRuns(stateMachine: sfn.StateMachine): void {
    if (!this.props.distributed) { return; }
    const { bucket, encryptionKey } = this.props.fragment.destination;
    stateMachine.addToRolePolicy(new iam.PolicyStatement({
      actions: ['s3:AbortMultipartUpload', 's3:GetObject', 's3:ListMultipartUploadParts', 's3:PutObject'],
      resources: [bucket.arnForObjects(`${this.resultsFolder}/*`)],
    }));
    if (encryptionKey) {
      stateMachine.addToRolePolicy(new iam.PolicyStatement({ actions: ['kms:Decrypt', 'kms:GenerateDataKey'], resources: [encryptionKey.keyArn] }));
    }
    // a policy of its own: it names the state machine, which comes after its role's other policy
    new iam.Policy(this.scope, 'MapRunPolicy', {
      statements: [new iam.PolicyStatement({
        actions: ['states:DescribeMapRun'],
        resources: [Stack.of(this.scope).formatArn({
          service: 'states', resource: 'mapRun', resourceName: `${stateMachine.stateMachineName}/*`, arnFormat: ArnFormat.COLON_RESOURCE_NAME,
        })],
      })],
      roles: [stateMachine.role],
    });
  }

  /** Where the reports of Map Runs are. */
  private get resultsFolder(): string {
    const { destination, jobNamePrefix } = this.props.fragment;
    return `${destination.prefix}${jobNamePrefix}_runs`;
  }

  /** Puts each group's datasets in its place, from all pages: `{ datasets, skipped }`, or why not. */
  private listGroups(): sfn.Map {
    const { scope } = this;
    const types = `$uppercase(DatasetType) in ${JSON.stringify(EXPORTABLE_TYPES)}`;
    const collect = this.jsonata('Collect datasets', {
      datasetGroupArn: '$states.input.datasetGroupArn',
      datasets: `[$states.input.datasets, $states.input.page.Datasets[${types}].DatasetArn]`,
      skipped: `$states.input.skipped + $count($states.input.page.Datasets[$not(${types})])`,
      nextToken: '$exists($states.input.page.NextToken) ? $states.input.page.NextToken : null',
    });
    const listed = new sfn.Pass(scope, 'Datasets listed', {
      parameters: { datasets: path.listAt('$.datasets'), skipped: path.numberAt('$.skipped') },
    });
    const failed = this.jsonata('Datasets not listed', {
      datasetGroupArn: '$states.input.datasetGroupArn',
      status: '"ERROR"',
      failureReason: shortened('$states.input.error.Error & ": " & $states.input.error.Cause', groupReasonLength(Stack.of(this.scope), this.props)),
    });
    const list = (id: string, parameters: Record<string, string> = {}) => {
      const task = new tasks.CallAwsService(scope, id, {
        service: 'personalize',
        action: 'listDatasets',
        iamAction: 'personalize:ListDatasets',
        iamResources: ['*'], // the action has no resource type
        parameters: { DatasetGroupArn: path.stringAt('$.datasetGroupArn'), MaxResults: 100, ...parameters },
        resultPath: '$.page',
      });
      task.addRetry({ errors: ['Personalize.InvalidInputException', 'Personalize.ResourceNotFoundException'], maxAttempts: 0 });
      task.addRetry(LIST_RETRY);
      task.addCatch(failed, { errors: [sfn.Errors.ALL], resultPath: '$.error' });
      return task.next(collect);
    };
    const nextPage = list('List next datasets', { NextToken: path.stringAt('$.nextToken') });
    collect.next(new sfn.Choice(scope, 'All pages?').when(sfn.Condition.isString('$.nextToken'), nextPage).otherwise(listed));

    return new sfn.Map(scope, 'For each dataset group', {
      itemsPath: '$.datasetGroups',
      itemSelector: { datasetGroupArn: path.stringAt('$$.Map.Item.Value'), datasets: [], skipped: 0 },
      maxConcurrency: 5,
      resultPath: '$.datasetGroups',
    }).itemProcessor(list('List datasets'));
  }

  private exportInline(): sfn.IChainable & sfn.INextable {
    const { scope } = this;
    const report = this.jsonata('Report dataset', `$states.input.datasetExport ~> |$[$exists(failureReason)]|{"failureReason": ${
      shortened('failureReason', inlineReasonLength(this.props))}}|`);
    const map = new sfn.Map(scope, 'For each dataset', { ...this.mapProps(), resultPath: '$.reports' }).itemProcessor(this.exportOne(report));
    const failed = '$states.input.reports[status != "ACTIVE"]';
    const first = (list: string) => `[${list}[[0..4]].$merge([$, {"failureReason": ${shortened('failureReason', CAUSE_REASON_LENGTH)}}])]`;
    return map.next(this.reportRun({
      succeeded: '$count($states.input.reports[status = "ACTIVE"])',
      failed: `$count(${failed})`,
      datasets: '[$states.input.reports]',
    }, `$string({"failed": ${first(failed)}, "failedDatasetGroups": ${first('$states.input.failedDatasetGroups')}})`));
  }

  private exportDistributed(): sfn.IChainable & sfn.INextable {
    const { scope } = this;
    const report = new sfn.Pass(scope, 'Report dataset', { outputPath: '$.datasetExport' });
    // a child execution that fails is counted as failed
    const cause = new sfn.Pass(scope, 'Report failed dataset', {
      parameters: { cause: path.jsonToString(path.objectAt('$.datasetExport')) },
    });
    cause.next(new sfn.Fail(scope, 'Dataset export failed', { error: 'DatasetExportFailed', causePath: '$.cause' }));
    const choice = new sfn.Choice(scope, 'Dataset exported?')
      .when(sfn.Condition.stringEquals('$.datasetExport.status', 'ACTIVE'), report)
      .otherwise(cause);
    const map = new DistributedMapWithResults(scope, 'For each dataset', {
      ...this.mapProps(),
      mapExecutionType: sfn.StateMachineType.STANDARD,
      toleratedFailurePercentage: 100,
      resultPath: '$.mapRun',
    }, { Bucket: this.props.fragment.destination.bucket.bucketName, Prefix: this.resultsFolder }).itemProcessor(this.exportOne(choice));
    const count = new sfn.CustomState(scope, 'Count datasets', {
      stateJson: {
        Type: 'Task',
        Resource: `arn:${Aws.PARTITION}:states:::aws-sdk:sfn:describeMapRun`,
        Parameters: { 'MapRunArn.$': '$.mapRun.MapRunArn' },
        ResultSelector: {
          'succeeded.$': '$.ItemCounts.Succeeded',
          'failed.$': 'States.MathAdd($.ItemCounts.Failed, States.MathAdd($.ItemCounts.Aborted, $.ItemCounts.TimedOut))',
        },
        ResultPath: '$.counts',
      },
    });
    count.addRetry(SERVICE_RETRY);
    const details = '$states.input.mapRun.ResultWriterDetails';
    return sfn.Chain.start(map).next(count).next(this.reportRun({
      succeeded: '$states.input.counts.succeeded',
      failed: '$states.input.counts.failed',
      results: `{"bucket": ${details}.Bucket, "key": ${details}.Key}`,
    }, `$string(${details})`));
  }

  /** The report, and beside it what the cause of a failure says and what a redrive starts again with. */
  private reportRun(fields: Record<string, string>, failures: string): sfn.Pass {
    return this.jsonata('Report run', {
      run: '$states.input.run',
      redriveCount: '$states.input.redriveCount',
      datasets: '[$states.input.datasets]',
      report: object({
        executionArn: '$states.input.run.executionArn',
        stateMachineArn: '$states.input.run.stateMachineArn',
        startTime: '$states.input.startTime',
        skippedDatasets: '$states.input.skippedDatasets',
        failedDatasetGroups: '[$states.input.failedDatasetGroups]',
        failures,
        ...fields,
      }),
    });
  }

  private mapProps() {
    return {
      itemsPath: '$.datasets',
      itemSelector: { datasetArn: path.stringAt('$$.Map.Item.Value'), run: path.objectAt('$.run'), redriveCount: path.numberAt('$.redriveCount') },
      maxConcurrency: this.props.maxConcurrency,
    };
  }

  private exportOne(next: sfn.State): sfn.IChainable {
    const { fragment } = this.props;
    const detail = path.jsonMerge(path.objectAt('$.datasetExport'), path.objectAt('$.run'));
    const put = this.putEvent('Put export event', JOB_EVENT, detail, next);
    // what was exported before a redrive has had its event
    for (const end of fragment.endStates) { end.next(end === fragment._exportedBefore ? next : put); }
    return fragment;
  }

  private endOfRun(again: sfn.IChainable): sfn.IChainable {
    const { scope, props: { failOnExportFailure } } = this;
    const done = new sfn.Succeed(scope, 'Run done', { outputPath: '$.report' });
    const put = this.putEvent('Put run event', RUN_EVENT, Object.fromEntries([
      ...['executionArn', 'stateMachineArn', 'startTime', 'status'].map(field => [field, path.stringAt(`$.report.${field}`)]),
      ...['succeeded', 'failed', 'skippedDatasets'].map(field => [field, path.numberAt(`$.report.${field}`)]),
      ['failedDatasetGroups', length('$.report.failedDatasetGroups')],
    ]), failOnExportFailure ? this.failOr(done, again) : done);
    const status = (id: string, text: string) => new sfn.Pass(scope, id, { result: sfn.Result.fromString(text), resultPath: '$.report.status' });
    const isFailed = sfn.Condition.or(sfn.Condition.numberGreaterThan('$.report.failed', 0), sfn.Condition.isPresent('$.report.failedDatasetGroups[0]'));
    return new sfn.Choice(scope, 'Everything exported?')
      // a run that timed out or was stopped, and was redriven: what had failed until then is exported again
      .when(sfn.Condition.and(isFailed, isRedrivenSince('$.redriveCount')), again)
      .when(isFailed, status('Run failed', 'FAILED').next(put))
      .otherwise(status('Run succeeded', 'SUCCEEDED').next(put));
  }

  private failOr(done: sfn.State, again: sfn.IChainable): sfn.State {
    const cause = new sfn.Pass(this.scope, 'Explain failure', {
      parameters: {
        cause: path.format(
          '{} datasets exported, {} not: {}', path.stringAt('$.report.succeeded'), path.stringAt('$.report.failed'), path.stringAt('$.report.failures'),
        ),
      },
      resultPath: '$.failure',
    });
    cause.next(this.failUnlessRedriven()).next(again);
    return new sfn.Choice(this.scope, 'Fail?').when(sfn.Condition.stringEquals('$.report.status', 'FAILED'), cause).otherwise(done);
  }

  /**
   * Fails the execution; after a redrive, goes on with the same input.
   *
   * A redrive enters a Fail state again, which fails again; and it gives a Parallel state all of its retries anew, of which each
   * runs the state from its beginning: there it is seen that there was a redrive.
   *
   * @see https://docs.aws.amazon.com/step-functions/latest/dg/redrive-executions.html
   */
  private failUnlessRedriven(): sfn.Parallel {
    const { scope } = this;
    const error = 'DatasetExportsFailed';
    const choice = new sfn.Choice(scope, 'Redriven?')
      .when(isRedrivenSince('$.redriveCount'), new sfn.Pass(scope, 'Run redriven'))
      .otherwise(new sfn.Fail(scope, 'Fail run', { error, causePath: '$.failure.cause' }));
    return new sfn.Parallel(scope, 'Fail unless redriven', { outputPath: '$[0]' }).branch(choice).addRetry({ errors: [sfn.Errors.ALL], maxAttempts: 1 });
  }

  /** The exports do not depend on whether somebody hears of them: it goes on without the event, if need be. */
  private putEvent(id: string, detailType: string, detail: any, next: sfn.State): sfn.TaskStateBase {
    const put = new tasks.EventBridgePutEvents(this.scope, id, {
      entries: [{ source: SOURCE, detailType, detail: sfn.TaskInput.fromObject(detail), eventBus: this.props.eventBus }],
      resultPath: path.DISCARD,
    });
    put.addRetry(SERVICE_RETRY);
    put.addCatch(next, { errors: [sfn.Errors.ALL], resultPath: path.DISCARD });
    put.next(next);
    return put;
  }

  private jsonata(id: string, output: string | Record<string, string>): sfn.Pass {
    return sfn.Pass.jsonata(this.scope, id, { outputs: `{% ${typeof output === 'string' ? output : object(output)} %}` });
  }
}

/** In JSONata; a field whose expression gives nothing is left out. */
function object(fields: Record<string, string>): string {
  return `{${Object.entries(fields).map(([field, expression]) => `"${field}": ${expression}`).join(', ')}}`;
}

function isRedrivenSince(redriveCount: string): sfn.Condition {
  return sfn.Condition.numberGreaterThanJsonPath('$$.Execution.RedriveCount', redriveCount);
}

function length(list: string): string {
  return path.arrayLength(path.stringAt(list));
}

/**
 * A Distributed Map that writes its results to a bucket.
 *
 * CDK has two result writers, of which a feature flag of the app chooses one, and lets both write and read everywhere in the
 * bucket.
 */
class DistributedMapWithResults extends sfn.DistributedMap {
  constructor(scope: Construct, id: string, props: sfn.DistributedMapProps, private readonly results: { Bucket: string; Prefix: string }) {
    super(scope, id, props);
  }

  public override toStateJson(queryLanguage?: sfn.QueryLanguage): object {
    const Resource = `arn:${Aws.PARTITION}:states:::s3:putObject`;
    return { ...super.toStateJson(queryLanguage), ResultWriter: { Resource, Parameters: this.results } };
  }
}

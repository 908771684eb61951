import { aws_events as events, aws_stepfunctions as sfn } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { distributedMap, inlineMap } from './dataset-map';
import { JOB_EVENT, RUN_EVENT, putEvent } from './events';
import { jsonataObject, jsonataPass } from './expressions';
import { listDatasets } from './list-datasets-states';
import { Work } from './payload-budget';
import { DatasetExportFragment } from '../../dataset-export-fragment';

export interface RunStatesProps extends Work {
  /** Exports `$.datasetArn` for `$.run.executionArn`, and puts the result at `$.datasetExport`. */
  readonly fragment: DatasetExportFragment;
  readonly maxConcurrency: number;
  readonly distributed: boolean;
  readonly eventBus?: events.IEventBus;
  readonly failOnExportFailure: boolean;
}

const path = sfn.JsonPath;

/** The states of a run around those that export one dataset: choose the datasets, export all of them, report, put events. */
export class RunStates {
  public readonly chain: sfn.Chain;

  constructor(private readonly scope: Construct, private readonly props: RunStatesProps) {
    const { datasetArns, datasetGroupArns, distributed, fragment: { destination, jobNamePrefix } } = props;
    const start = new sfn.Pass(scope, 'Start run', {
      parameters: {
        run: { executionArn: path.stringAt('$$.Execution.Id'), stateMachineArn: path.stringAt('$$.StateMachine.Id') },
        startTime: path.stringAt('$$.Execution.StartTime'),
        given: datasetArns,
        datasetGroups: datasetGroupArns,
        skippedDatasets: 0,
      },
    });
    const choose = jsonataPass(scope, 'Choose datasets', {
      run: '$states.input.run',
      startTime: '$states.input.startTime',
      redriveCount: '$states.context.Execution.RedriveCount',
      datasets: '[$distinct([$states.input.given, $states.input.datasetGroups.datasets])]',
      skippedDatasets: '$states.input.skippedDatasets + $sum([$states.input.datasetGroups.skipped])',
      failedDatasetGroups: '[$states.input.datasetGroups[$exists(failureReason)]]',
    });
    // lists again only those dataset groups that could not be listed
    const again = jsonataPass(scope, 'Start again', {
      run: '$states.input.run',
      startTime: '$states.input.report.startTime',
      given: '[$states.input.datasets]',
      datasetGroups: '[$states.input.report.failedDatasetGroups.datasetGroupArn]',
      skippedDatasets: '$states.input.report.skippedDatasets',
    });
    const map = (distributed ? distributedMap : inlineMap)(scope, {
      ...props,
      destination,
      jobNamePrefix,
      exportOne: next => this.exportOne(next),
      reportRun: (fields, failures) => this.reportRun(fields, failures),
    });
    const exports = choose.next(map).next(this.endOfRun(again));
    const work = datasetGroupArns.length > 0 ? listDatasets(scope, props).next(exports) : exports;
    again.next(work);
    this.chain = start.next(work);
  }

  private exportOne(next: sfn.State): sfn.IChainable {
    const { scope, props: { fragment, eventBus } } = this;
    const detail = path.jsonMerge(path.objectAt('$.datasetExport'), path.objectAt('$.run'));
    const put = putEvent(scope, 'Put export event', eventBus, JOB_EVENT, detail, next);
    // an export from before a redrive has had its event
    for (const end of fragment.endStates) { end.next(end === fragment._exportedBefore ? next : put); }
    return fragment;
  }

  /** The report, and beside it what a redrive needs to start again. */
  private reportRun(fields: Record<string, string>, failures: string): sfn.Pass {
    return jsonataPass(this.scope, 'Report run', {
      run: '$states.input.run',
      redriveCount: '$states.input.redriveCount',
      datasets: '[$states.input.datasets]',
      report: jsonataObject({
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

  private endOfRun(again: sfn.IChainable): sfn.IChainable {
    const { scope, props: { failOnExportFailure, eventBus } } = this;
    const done = new sfn.Succeed(scope, 'Run done', { outputPath: '$.report' });
    const put = putEvent(scope, 'Put run event', eventBus, RUN_EVENT, Object.fromEntries([
      ...['executionArn', 'stateMachineArn', 'startTime', 'status'].map(field => [field, path.stringAt(`$.report.${field}`)]),
      ...['succeeded', 'failed', 'skippedDatasets'].map(field => [field, path.numberAt(`$.report.${field}`)]),
      ['failedDatasetGroups', path.arrayLength(path.stringAt('$.report.failedDatasetGroups'))],
    ]), failOnExportFailure ? this.failOr(done, again) : done);
    const status = (id: string, text: string) => new sfn.Pass(scope, id, { result: sfn.Result.fromString(text), resultPath: '$.report.status' });
    const isFailed = sfn.Condition.or(sfn.Condition.numberGreaterThan('$.report.failed', 0), sfn.Condition.isPresent('$.report.failedDatasetGroups[0]'));
    return new sfn.Choice(scope, 'Everything exported?')
      // the run timed out or was stopped, and was redriven: this exports what had failed until then
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
   * Fails the execution; after a redrive, continues with the same input.
   *
   * A redrive enters a Fail state again, which fails again. But it resets the retries of a Parallel state, which then runs from its
   * beginning and can see that there was a redrive.
   *
   * @see https://docs.aws.amazon.com/step-functions/latest/dg/redrive-executions.html
   */
  private failUnlessRedriven(): sfn.Parallel {
    const { scope } = this;
    const choice = new sfn.Choice(scope, 'Redriven?')
      .when(isRedrivenSince('$.redriveCount'), new sfn.Pass(scope, 'Run redriven'))
      .otherwise(new sfn.Fail(scope, 'Fail run', { error: 'DatasetExportsFailed', causePath: '$.failure.cause' }));
    return new sfn.Parallel(scope, 'Fail unless redriven', { outputPath: '$[0]' }).branch(choice).addRetry({ errors: [sfn.Errors.ALL], maxAttempts: 1 });
  }
}

function isRedrivenSince(redriveCount: string): sfn.Condition {
  return sfn.Condition.numberGreaterThanJsonPath('$$.Execution.RedriveCount', redriveCount);
}

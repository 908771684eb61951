import { ArnFormat, Aws, Stack, aws_events as events, aws_iam as iam, aws_stepfunctions as sfn, aws_stepfunctions_tasks as tasks } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { DatasetExportFragment } from '../dataset-export-fragment';
import { transientRetry } from './transient-retry';
import { JOB_EVENT, RUN_EVENT, SOURCE } from './workflow-events';

export interface ExportStatesProps {
  /** Exports `$.datasetArn` for `$.run.executionArn`, and puts the report at `$.datasetExport`. */
  readonly fragment: DatasetExportFragment;
  readonly datasetArns: string[];
  readonly datasetGroupArns: string[];
  readonly maxConcurrency: number;
  readonly distributed: boolean;
  readonly eventBus?: events.IEventBus;
  readonly failOnExportFailure: boolean;
}

/** As in Personalize's documentation and as in ARNs: which of the two it answers is not documented. */
const EXPORTABLE_TYPES = ['INTERACTIONS', 'Interactions', 'ITEMS', 'Items', 'USERS', 'Users'];

const SERVICE_RETRY = transientRetry(10);

const path = sfn.JsonPath;

/** The states around those that export one dataset: which datasets, all of them, the report, the events. */
export class ExportStates {
  public readonly chain: sfn.Chain;

  constructor(private readonly scope: Construct, private readonly props: ExportStatesProps) {
    const start = new sfn.Pass(scope, 'Start run', {
      parameters: {
        run: { executionArn: path.stringAt('$$.Execution.Id'), stateMachineArn: path.stringAt('$$.StateMachine.Id') },
        startTime: path.stringAt('$$.Execution.StartTime'),
        given: props.datasetArns.map(exportable => ({ exportable })),
        datasetGroups: props.datasetGroupArns,
        listed: [],
      },
    });
    const choose = new sfn.Pass(scope, 'Choose datasets', {
      parameters: {
        run: path.objectAt('$.run'),
        startTime: path.stringAt('$.startTime'),
        datasets: path.listAt('$..exportable'),
        skippedDatasets: path.listAt('$.listed[*].sorted[*].skipped'),
        failedDatasetGroups: path.listAt('$.listed[*].failed'),
      },
    });
    const listed = props.datasetGroupArns.length > 0 ? start.next(this.listGroups()) : start;
    this.chain = listed.next(choose).next(props.distributed ? this.exportDistributed() : this.exportInline()).next(this.endOfRun());
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

  /** Lists each group's datasets, page by page: `{ sorted: [{ exportable }, { skipped }, …] }`, or `{ failed }`. */
  private listGroups(): sfn.IChainable & sfn.INextable {
    const { scope } = this;
    const collect = new sfn.Pass(scope, 'Collect pages', {
      parameters: {
        datasetGroupArn: path.stringAt('$.datasetGroupArn'),
        page: path.objectAt('$.page'),
        pages: path.array(path.stringAt('$.datasets'), path.stringAt('$.page.Datasets')),
      },
    });
    const flatten = new sfn.Pass(scope, 'Join pages', {
      parameters: {
        datasetGroupArn: path.stringAt('$.datasetGroupArn'), page: path.objectAt('$.page'), datasets: path.listAt('$.pages[*][*]'),
      },
    });
    const isExportable = sfn.Condition.or(...EXPORTABLE_TYPES.map(type => sfn.Condition.stringEquals('$.DatasetType', type)));
    const sortOne = new sfn.Choice(scope, 'Exportable?')
      .when(isExportable, new sfn.Pass(scope, 'Dataset to export', { parameters: { exportable: path.stringAt('$.DatasetArn') } }))
      .otherwise(new sfn.Pass(scope, 'Dataset to skip', { parameters: { skipped: path.stringAt('$.DatasetArn') } }));
    const sort = new sfn.Map(scope, 'Sort datasets', { itemsPath: '$.datasets', resultPath: '$.sorted' }).itemProcessor(sortOne);
    const listed = new sfn.Pass(scope, 'Datasets listed', { parameters: { sorted: path.listAt('$.sorted') } });
    sort.next(listed);
    const failed = new sfn.Pass(scope, 'Datasets not listed', {
      parameters: {
        failed: {
          datasetGroupArn: path.stringAt('$.datasetGroupArn'),
          status: 'ERROR',
          failureReason: path.format('{}: {}', path.stringAt('$.error.Error'), path.stringAt('$.error.Cause')),
        },
      },
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
      task.addRetry(SERVICE_RETRY);
      task.addCatch(failed, { errors: [sfn.Errors.ALL], resultPath: '$.error' });
      return task.next(collect);
    };
    const nextPage = list('List next datasets', { NextToken: path.stringAt('$.page.NextToken') });
    const isMore = sfn.Condition.and(sfn.Condition.isPresent('$.page.NextToken'), sfn.Condition.isString('$.page.NextToken'));
    collect.next(flatten).next(new sfn.Choice(scope, 'All pages?').when(isMore, nextPage).otherwise(sort));

    return new sfn.Map(scope, 'For each dataset group', {
      itemsPath: '$.datasetGroups',
      itemSelector: { datasetGroupArn: path.stringAt('$$.Map.Item.Value'), datasets: [] },
      maxConcurrency: 5,
      resultPath: '$.listed',
    }).itemProcessor(list('List datasets'));
  }

  private exportInline(): sfn.IChainable & sfn.INextable {
    const { scope } = this;
    const report = new sfn.Pass(scope, 'Report dataset', { outputPath: '$.datasetExport' });
    const map = new sfn.Map(scope, 'For each dataset', { ...this.mapProps(), resultPath: '$.reports' }).itemProcessor(this.exportOne(report));
    const sort = new sfn.Pass(scope, 'Sort reports', {
      parameters: {
        exported: path.listAt('$.reports[?(@.status == \'ACTIVE\')]'),
        failed: path.listAt('$.reports[?(@.failureReason)]'),
      },
      resultPath: '$.sorted',
    });
    const shorten = new sfn.Pass(scope, 'Name first failures', {
      parameters: { failed: path.listAt('$.sorted.failed[0:5]'), failedDatasetGroups: path.listAt('$.failedDatasetGroups[0:5]') },
      resultPath: '$.failures',
    });
    const summary = new sfn.Pass(scope, 'Report run', {
      parameters: {
        ...this.summary(length('$.sorted.exported'), length('$.sorted.failed')),
        datasets: path.listAt('$.reports'),
        failures: path.jsonToString(path.objectAt('$.failures')),
      },
    });
    return sfn.Chain.start(map).next(sort).next(shorten).next(summary);
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
    const summary = new sfn.Pass(scope, 'Report run', {
      parameters: {
        ...this.summary(path.numberAt('$.counts.succeeded'), path.numberAt('$.counts.failed')),
        results: { bucket: path.stringAt('$.mapRun.ResultWriterDetails.Bucket'), key: path.stringAt('$.mapRun.ResultWriterDetails.Key') },
        failures: path.jsonToString(path.objectAt('$.mapRun.ResultWriterDetails')),
      },
    });
    return sfn.Chain.start(map).next(count).next(summary);
  }

  private mapProps() {
    return {
      itemsPath: '$.datasets',
      itemSelector: { datasetArn: path.stringAt('$$.Map.Item.Value'), run: path.objectAt('$.run') },
      maxConcurrency: this.props.maxConcurrency,
    };
  }

  private summary(succeeded: string | number, failed: string | number): Record<string, unknown> {
    return {
      executionArn: path.stringAt('$.run.executionArn'),
      stateMachineArn: path.stringAt('$.run.stateMachineArn'),
      startTime: path.stringAt('$.startTime'),
      succeeded,
      failed,
      skippedDatasets: path.listAt('$.skippedDatasets'),
      failedDatasetGroups: path.listAt('$.failedDatasetGroups'),
    };
  }

  private exportOne(next: sfn.State): sfn.Chain {
    const detail = path.jsonMerge(path.objectAt('$.datasetExport'), path.objectAt('$.run'));
    return sfn.Chain.start(this.props.fragment).next(this.putEvent('Put export event', JOB_EVENT, detail, next));
  }

  private endOfRun(): sfn.IChainable {
    const { scope, props: { failOnExportFailure } } = this;
    const done = new sfn.Succeed(scope, 'Run done');
    const put = this.putEvent('Put run event', RUN_EVENT, Object.fromEntries([
      ...['executionArn', 'stateMachineArn', 'startTime', 'status'].map(field => [field, path.stringAt(`$.${field}`)]),
      ...['succeeded', 'failed'].map(field => [field, path.numberAt(`$.${field}`)]),
      ...['skippedDatasets', 'failedDatasetGroups'].map(field => [field, length(`$.${field}`)]),
    ]), failOnExportFailure ? this.failOr(done) : done);
    const status = (id: string, text: string) => new sfn.Pass(scope, id, { result: sfn.Result.fromString(text), resultPath: '$.status' });
    const isFailed = sfn.Condition.or(sfn.Condition.numberGreaterThan('$.failed', 0), sfn.Condition.isPresent('$.failedDatasetGroups[0]'));
    return new sfn.Choice(scope, 'Everything exported?')
      .when(isFailed, status('Run failed', 'FAILED'))
      .otherwise(status('Run succeeded', 'SUCCEEDED'))
      .afterwards().next(put);
  }

  private failOr(done: sfn.State): sfn.State {
    const cause = new sfn.Pass(this.scope, 'Explain failure', {
      parameters: {
        cause: path.format('{} datasets exported, {} not: {}', path.stringAt('$.succeeded'), path.stringAt('$.failed'), path.stringAt('$.failures')),
      },
    });
    cause.next(new sfn.Fail(this.scope, 'Fail run', { error: 'DatasetExportsFailed', causePath: '$.cause' }));
    return new sfn.Choice(this.scope, 'Fail?').when(sfn.Condition.stringEquals('$.status', 'FAILED'), cause).otherwise(done);
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

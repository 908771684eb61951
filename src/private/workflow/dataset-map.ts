import { ArnFormat, Aws, Duration, Stack, aws_iam as iam, aws_stepfunctions as sfn } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { jsonataPass, shortened } from './expressions';
import { CAUSE_REASON_LENGTH, Work, inlineReasonLength } from './payload-budget';
import { transientRetry } from './personalize-calls';
import { ExportDestination } from '../../export-destination';
import { attachedPolicy } from '../policies/attached-policy';

export interface DatasetMapProps extends Work {
  readonly maxConcurrency: number;
  readonly destination: ExportDestination;
  readonly jobNamePrefix: string;
  /** Makes the states that export `$.datasetArn` and put its result at `$.datasetExport`. */
  readonly exportOne: (next: sfn.State) => sfn.IChainable;
  /**
   * Makes the state that reports the run.
   *
   * @param fields JSONata expressions for what the report says about the datasets
   * @param failures the same for the cause of a failed run
   */
  readonly reportRun: (fields: Record<string, string>, failures: string) => sfn.Pass;
}

const path = sfn.JsonPath;
const FAILED_GROUPS = '$states.input.failedDatasetGroups';

/** Exports the datasets in the execution of the run, whose output contains their reports. */
export function inlineMap(scope: Construct, props: DatasetMapProps): sfn.Chain {
  const reason = shortened('failureReason', inlineReasonLength(props));
  const report = jsonataPass(scope, 'Report dataset', `$states.input.datasetExport ~> |$[$exists(failureReason)]|{"failureReason": ${reason}}|`);
  const map = new sfn.Map(scope, 'For each dataset', { ...mapProps(props), resultPath: '$.reports' }).itemProcessor(props.exportOne(report));
  const failed = '$states.input.reports[status != "ACTIVE"]';
  return map.next(props.reportRun({
    succeeded: '$count($states.input.reports[status = "ACTIVE"])',
    failed: `$count(${failed})`,
    datasets: '[$states.input.reports]',
  }, `$string({"failed": ${first(failed)}, "failedDatasetGroups": ${first(FAILED_GROUPS)}})`));
}

/** The first failures of a list, for the cause of a failed run. */
function first(list: string): string {
  return `[${list}[[0..4]].$merge([$, {"failureReason": ${shortened('failureReason', CAUSE_REASON_LENGTH)}}])]`;
}

/** Exports each dataset in an execution of its own. The Map Run writes their reports to the destination's bucket. */
export function distributedMap(scope: Construct, props: DatasetMapProps): sfn.Chain {
  const map = new DistributedMapWithResults(scope, 'For each dataset', {
    ...mapProps(props),
    mapExecutionType: sfn.StateMachineType.STANDARD,
    toleratedFailurePercentage: 100,
    resultPath: '$.mapRun',
  }, { Bucket: props.destination.bucket.bucketName, Prefix: resultsFolder(props.jobNamePrefix) }).itemProcessor(props.exportOne(reportOrFail(scope)));
  // a Map Run without datasets may have none
  const details = '$states.input.mapRun.ResultWriterDetails';
  const report = props.reportRun({
    succeeded: '$states.input.counts.succeeded',
    failed: '$states.input.counts.failed',
    results: `${details}.{"bucket": Bucket, "key": Key}`,
  }, `$string($exists(${details}) ? ${details} : {"failedDatasetGroups": ${first(FAILED_GROUPS)}})`);
  map.next(countDatasets(scope, report));
  return sfn.Chain.custom(map, [report], report);
}

/** A dataset counts as failed if its child execution fails. */
function reportOrFail(scope: Construct): sfn.Choice {
  const report = new sfn.Pass(scope, 'Report dataset', { outputPath: '$.datasetExport' });
  const cause = new sfn.Pass(scope, 'Report failed dataset', {
    parameters: { cause: path.jsonToString(path.objectAt('$.datasetExport')) },
  });
  cause.next(new sfn.Fail(scope, 'Dataset export failed', { error: 'DatasetExportFailed', causePath: '$.cause' }));
  return new sfn.Choice(scope, 'Dataset exported?')
    .when(sfn.Condition.stringEquals('$.datasetExport.status', 'ACTIVE'), report)
    .otherwise(cause);
}

/** Counts until no dataset counts as unfinished: how soon a Map Run that has ended counts them all is not documented, and a failure must not be missed. */
function countDatasets(scope: Construct, next: sfn.State): sfn.State {
  const count = new sfn.CustomState(scope, 'Count datasets', {
    stateJson: {
      Type: 'Task',
      Resource: `arn:${Aws.PARTITION}:states:::aws-sdk:sfn:describeMapRun`,
      Parameters: { 'MapRunArn.$': '$.mapRun.MapRunArn' },
      ResultSelector: {
        'succeeded.$': '$.ItemCounts.Succeeded',
        'failed.$': 'States.MathAdd($.ItemCounts.Failed, States.MathAdd($.ItemCounts.Aborted, $.ItemCounts.TimedOut))',
        'unfinished.$': 'States.MathAdd($.ItemCounts.Pending, $.ItemCounts.Running)',
      },
      ResultPath: '$.counts',
    },
  });
  const wait = new sfn.Wait(scope, 'Wait for counts', { time: sfn.WaitTime.duration(Duration.seconds(10)) });
  const choice = new sfn.Choice(scope, 'All datasets counted?')
    .when(sfn.Condition.numberEquals('$.counts.unfinished', 0), next)
    .otherwise(wait.next(count));
  count.addRetry(transientRetry(10)).next(choice);
  return count;
}

function mapProps({ maxConcurrency }: DatasetMapProps) {
  return {
    itemsPath: '$.datasets',
    itemSelector: {
      datasetArn: path.stringAt('$$.Map.Item.Value'),
      run: path.objectAt('$.run'),
      startTime: path.stringAt('$.startTime'),
      redriveCount: path.numberAt('$.redriveCount'),
    },
    maxConcurrency,
  };
}

type ResultsTarget = Pick<DatasetMapProps, 'destination' | 'jobNamePrefix'>;

/** Where Map Runs write the reports of datasets: outside of all prefixes, so that nobody reads them as data. Hive and Athena skip an underscore. */
function resultsFolder(jobNamePrefix: string): string {
  return `_map_runs/${jobNamePrefix}`;
}

/** Lets a state machine start and describe its Map Runs, and the Map Runs write their results. */
export function grantMapRuns(scope: Construct, stateMachine: sfn.StateMachine, target: ResultsTarget): void {
  const { bucket, encryptionKey } = target.destination;
  stateMachine.addToRolePolicy(new iam.PolicyStatement({
    actions: ['s3:AbortMultipartUpload', 's3:GetObject', 's3:ListMultipartUploadParts', 's3:PutObject'],
    resources: [bucket.arnForObjects(`${resultsFolder(target.jobNamePrefix)}/*`)],
  }));
  if (encryptionKey) {
    stateMachine.addToRolePolicy(new iam.PolicyStatement({ actions: ['kms:Decrypt', 'kms:GenerateDataKey'], resources: [encryptionKey.keyArn] }));
  }
  // the CDK attaches its policy before it knows the statements, which would be missing in its report of roles that exist already
  stateMachine.role.attachInlinePolicy(stateMachine.node.findChild('DistributedMapPolicy') as iam.Policy);
  // not in the role's default policy: the state machine depends on that, and this names the state machine
  attachedPolicy(scope, 'MapRunPolicy', stateMachine.role, [new iam.PolicyStatement({
    actions: ['states:DescribeMapRun'],
    resources: [Stack.of(scope).formatArn({
      service: 'states', resource: 'mapRun', resourceName: `${stateMachine.stateMachineName}/*`, arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    })],
  })]);
}

/**
 * A Distributed Map that writes its results to a bucket.
 *
 * The CDK has two result writers, chosen by a feature flag of the app, and both grant writing and reading in the whole bucket.
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

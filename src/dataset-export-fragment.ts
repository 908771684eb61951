import { Duration, Stack, aws_stepfunctions as sfn } from 'aws-cdk-lib';
import { propertyInjectable } from 'aws-cdk-lib/core/lib/prop-injectable';
import { Construct } from 'constructs';
import { datasetArnProblem, prefixProblem } from './contract/api-constraints';
import { ExportDestination } from './export-destination';
import { IngestionMode } from './ingestion-mode';
import { warnOfMissingDatasetKey } from './private/dataset-key-warning';
import { DEFAULT_POLL_INTERVAL } from './private/defaults';
import { environmentProblem } from './private/environments';
import { tagsProblem, validateDestination, warnOfDefaultIngestionMode } from './private/export-inputs';
import { runJobNamePattern, runJobNamePrefix } from './private/job-name';
import { warnOfDatasetsNotRetained } from './private/retention-warning';
import { checkKnown, durationProblem, literal, normalizedPrefix, rejectIf } from './private/validation';
import { ExportStates } from './private/workflow/export-states';
import { ResultPath, resultPathProblem } from './private/workflow/expressions';

/**
 * Properties of the states that export one dataset.
 *
 * @see https://docs.aws.amazon.com/personalize/latest/dg/API_CreateDatasetExportJob.html
 */
export interface DatasetExportFragmentProps {
  /**
   * The ARN of the dataset to export, or a path in the state's input: `sfn.JsonPath.stringAt('$.datasetArn')`.
   *
   * Synthesis fails if the ARN is known to be in another account or Region than the stack, or of a dataset of type Actions or Action
   * interactions, which Personalize cannot export. An ARN from the input is not checked: if Personalize refuses it,
   * the result has the status `ERROR`.
   */
  readonly datasetArn: string;

  /**
   * Which datasets the state machine may export: ARNs, in which `*` and `?` are wildcards.
   *
   * @default - `datasetArn`; if that is a path, all datasets in the stack's account and Region
   */
  readonly datasetArnPatterns?: string[];

  /**
   * Which records to export, by how they were added to the dataset.
   *
   * If it is not set, Personalize exports no bulk imports, and synthesis warns about that.
   *
   * @default - Personalize's default, PUT: only records that were added individually
   */
  readonly ingestionMode?: IngestionMode;

  /**
   * The bucket, encryption key and service role for the exports.
   *
   * Synthesis fails if it is known to be in another account or Region.
   *
   * @default - a new ExportDestination: an encrypted bucket, a KMS key and a service role
   */
  readonly destination?: ExportDestination;

  /**
   * A folder below the destination's prefix, or a path in the state's input: `sfn.JsonPath.stringAt('$.prefix')`.
   *
   * A prefix from the input must be empty or end with `/`. Synthesis fails if the prefix starts with `/`, contains `//` or characters
   * other than letters, digits, spaces and `!_.'()-=+@:,&/`, or if the whole output path has more than 256 characters.
   *
   * @default - directly below the destination's prefix
   */
  readonly prefix?: string;

  /**
   * Whether the result has the status `ERROR` if the export is complete, but has written no objects.
   *
   * An export whose objects could not be counted succeeds. After a redrive, an empty export is done again.
   *
   * @default false
   */
  readonly failOnEmptyExport?: boolean;

  /**
   * Tags of the jobs, at most 50. The stack's tags do not apply to them.
   *
   * Synthesis fails if there are more, if a key has more than 128 characters or starts with `aws:`, or if a value has more than
   * 256 characters.
   *
   * @default - no tags
   */
  readonly tags?: { readonly [key: string]: string };

  /**
   * How often the status of a running job is checked: one or more whole seconds. Synthesis fails if the value is anything else.
   *
   * The interval grows to a tenth of the time that the job has been running, up to an hour; after 100 hours, to a hundredth: Step Functions
   * limits the history of an execution to 25,000 events, which is enough for even the longest job.
   *
   * Unlike in the other constructs, the value has no maximum and may be a token: nothing is computed from it at synthesis.
   *
   * @default Duration.minutes(1)
   */
  readonly pollInterval?: Duration;

  /**
   * Identifies a run, or a path in the state's input that does.
   *
   * Each run exports a dataset once, however often the state machine retries; a redrive exports it again if its job failed. A loop that exports the same dataset several times needs a new value for each iteration.
   *
   * @default - the ARN of the state machine's execution
   */
  readonly runId?: string;

  /**
   * Where in the state's input to put the result. While the states run, they keep their own data there.
   *
   * Synthesis fails if it is not a path of names, like `$.exports.movies`.
   *
   * @default '$.datasetExport'
   */
  readonly resultPath?: string;

  /**
   * How many redrives may have started jobs: the states look for jobs of as many names before they create one.
   *
   * @internal
   */
  readonly _redrives?: string;

  /**
   * When the run started, if that is not when the execution did.
   *
   * @internal
   */
  readonly _startTime?: string;
}

/**
 * Defines the states that export one dataset, for a state machine of your own.
 *
 * The state machine does not fail when an export fails. The result, at `resultPath`, contains `datasetArn`, `jobName`,
 * `datasetExportJobArn`, `outputUri` and one of these `status` values:
 *
 * - `ACTIVE`: the export is done. The result also has `creationDateTime`, `lastUpdatedDateTime`, `objectCount` and `objectBytes`: how many
 *   objects are in the folder of the job, and how large they are in bytes. Both are numbers, or `unknown` if the folder could not be listed or
 *   has more than 400 objects.
 * - `CREATE FAILED`: the job failed. The result also has these times and `failureReason`. A time that Personalize does not tell is left out.
 * - `ERROR`: the job could not be created or described, or has written nothing and `failOnEmptyExport` is set. The result also has `failureReason`.
 *
 * A reason is cut off after 5,000 characters.
 *
 * LimitExceeded and ResourceInUse are retried, with growing intervals, for as long as the state machine may run: give it a timeout.
 * Throttling and service failures are retried for some minutes. The state machine's role gets the permissions that it needs. To use
 * the fragment twice in a state machine, call `prefixStates()`.
 *
 * @see https://docs.aws.amazon.com/step-functions/latest/dg/supported-services-awssdk.html
 */
@propertyInjectable
export class DatasetExportFragment extends sfn.StateMachineFragment {
  /** Identifies the class to property injectors. */
  public static readonly PROPERTY_INJECTION_ID: string = 'cdk-personalize-dataset-export.DatasetExportFragment';

  /**
   * The first state.
   */
  public readonly startState: sfn.State;

  /**
   * The last states, one for each way in which an export can end.
   */
  public readonly endStates: sfn.INextable[];

  /**
   * The bucket, encryption key and service role of the exports.
   */
  public readonly destination: ExportDestination;

  /**
   * The beginning of all jobs' names.
   */
  public readonly jobNamePrefix: string;

  /**
   * The one of the last states for a dataset that was already exported before a redrive.
   *
   * @internal
   */
  public readonly _exportedBefore: sfn.INextable;

  /**
   * Defines the states.
   *
   * @param scope the parent construct
   * @param id the construct's id
   * @param props what to export, and how
   */
  constructor(scope: Construct, id: string, props: DatasetExportFragmentProps) {
    super(scope, id);
    this.validate(props);
    this.destination = props.destination ?? new ExportDestination(this, 'Destination');
    warnOfMissingDatasetKey(this, this.destination, [props.datasetArn]);
    warnOfDatasetsNotRetained([props.datasetArn]);
    this.jobNamePrefix = runJobNamePrefix(this);
    const prefix = normalizedPrefix(props.prefix);
    validateDestination(this, this.destination, { arn: props.datasetArn, prefix, jobName: runJobNamePattern(this.jobNamePrefix) });

    const states = new ExportStates(this, {
      datasetArn: props.datasetArn,
      allowedDatasets: props.datasetArnPatterns ?? [this.defaultDatasetPattern(props.datasetArn)],
      ingestionMode: props.ingestionMode,
      destination: this.destination,
      prefix,
      tags: props.tags,
      pollInterval: props.pollInterval ?? DEFAULT_POLL_INTERVAL,
      runId: props.runId ?? sfn.JsonPath.stringAt('$$.Execution.Id'),
      startTime: props._startTime ?? sfn.JsonPath.stringAt('$$.Execution.StartTime'),
      redrives: props._redrives ?? sfn.JsonPath.stringAt('$$.Execution.RedriveCount'),
      path: new ResultPath(props.resultPath ?? '$.datasetExport'),
      jobNamePrefix: this.jobNamePrefix,
      failOnEmptyExport: props.failOnEmptyExport ?? false,
    });
    this.startState = states.start;
    this._exportedBefore = states.exportedBefore;
    this.endStates = [states.exported, states.exportedBefore, states.failed, states.error, ...states.empty ? [states.empty] : []];
  }

  private validate(props: DatasetExportFragmentProps): void {
    rejectIf(
      checkKnown(props.datasetArn, arn => datasetArnProblem(arn, 'datasetArn')) ?? environmentProblem(this, 'datasetArn', props.datasetArn),
      literal`InvalidDataset`, this,
    );
    rejectIf(props.prefix === undefined ? undefined : checkKnown(props.prefix, prefixProblem), literal`InvalidPrefix`, this);
    rejectIf(props.tags && tagsProblem(props.tags), literal`InvalidTags`, this);
    rejectIf(durationProblem('pollInterval', props.pollInterval, { unit: 'seconds', token: true }), literal`InvalidPollInterval`, this);
    rejectIf(props.resultPath === undefined ? undefined : resultPathProblem(props.resultPath), literal`InvalidResultPath`, this);
    warnOfDefaultIngestionMode(this, props.ingestionMode);
  }

  private defaultDatasetPattern(datasetArn: string): string {
    if (!sfn.JsonPath.isEncodedJsonPath(datasetArn)) { return datasetArn; }
    return Stack.of(this).formatArn({ service: 'personalize', resource: 'dataset', resourceName: '*' });
  }
}

import { Duration, Stack, aws_iam as iam, aws_stepfunctions as sfn, aws_stepfunctions_tasks as tasks } from 'aws-cdk-lib';
import { propertyInjectable } from 'aws-cdk-lib/core/lib/prop-injectable';
import { Construct } from 'constructs';
import { ExportDestination } from './export-destination';
import { IngestionMode } from './ingestion-mode';
import { datasetArnProblem, prefixProblem } from './private/api-constraints';
import { warnOfMissingDatasetKey } from './private/dataset-key';
import { environmentProblem } from './private/environments';
import { normalizedPrefix, tagsProblem, validateDestination, warnOfDefaultIngestionMode } from './private/export-inputs';
import { runJobNamePattern, runJobNamePrefix } from './private/job-name';
import { PASS_ROLE } from './private/personalize-service';
import { transientRetry } from './private/transient-retry';
import { checkDuration, checkKnown, literal, rejectIf } from './private/validation';

/**
 * How one dataset is exported by a state machine.
 *
 * @see https://docs.aws.amazon.com/personalize/latest/dg/API_CreateDatasetExportJob.html
 */
export interface DatasetExportFragmentProps {
  /**
   * The ARN of the dataset to export; may be taken from the state's input: `sfn.JsonPath.stringAt('$.datasetArn')`.
   *
   * Fails at synth when it is known to be in another account or Region than the stack. Of an ARN from the input only the run can tell: Personalize refuses
   * the export of datasets of type Actions and Action interactions, and the result says so.
   */
  readonly datasetArn: string;

  /**
   * Which datasets the state machine may export, as ARNs in which `*` and `?` are wildcards.
   *
   * @default - `datasetArn`; when that comes from the input, all datasets in the account and Region of the stack
   */
  readonly datasetArnPatterns?: string[];

  /**
   * Which records to export, by the way they came into the dataset.
   *
   * Left out, Personalize exports none of the records that were imported in bulk: a warning at synth says so.
   *
   * @default - Personalize's own default, PUT: only records that were added one by one
   */
  readonly ingestionMode?: IngestionMode;

  /**
   * Where to write, and as whom.
   *
   * Fails at synth when it is known to be in another account or Region.
   *
   * @default - a new ExportDestination: an encrypted bucket, a KMS key and a service role
   */
  readonly destination?: ExportDestination;

  /**
   * Where to write below the prefix of the destination; may be taken from the state's input:
   * `sfn.JsonPath.stringAt('$.prefix')`. One from the input must be empty or end with `/`.
   *
   * Fails at synth with a `/` at its beginning, with `//`, with characters other than letters, digits, spaces and
   * `!_.'()-=+@:,&/`, and when the whole path has more than 256 characters.
   *
   * @default - directly below the prefix of the destination
   */
  readonly prefix?: string;

  /**
   * Tags of the jobs, 50 at most. The tags of the stack do not reach them.
   *
   * What Personalize would refuse fails at synth: more than 50, keys of more than 128 or values of more than 256 characters, keys
   * that begin with `aws:`.
   *
   * @default - no tags
   */
  readonly tags?: { readonly [key: string]: string };

  /**
   * How often a running job is looked at, in whole seconds: one or more, anything else fails at synth.
   *
   * @default Duration.minutes(1)
   */
  readonly pollInterval?: Duration;

  /**
   * What tells one run from another: a dataset is exported once in each run, however often the state machine tries. May be
   * taken from the state's input.
   *
   * In a loop that exports the same dataset several times, each round needs a value of its own.
   *
   * @default - the ARN of the state machine's execution
   */
  readonly runId?: string;

  /**
   * Where in the state's input to put the result. The states keep what they need there until they are done.
   *
   * Fails at synth when it is no path of names, like `$.exports.movies`.
   *
   * @default '$.datasetExport'
   */
  readonly resultPath?: string;
}

/**
 * Defines the states that export one dataset, for a state machine of your own: create the job, wait, describe it, choose.
 *
 * Nothing that Personalize does makes the state machine fail. The result, at `resultPath`, has `datasetArn`, `jobName`,
 * `datasetExportJobArn`, `outputUri`, and `status`: `ACTIVE` when the export is done, with `creationDateTime` and
 * `lastUpdatedDateTime`; `CREATE FAILED` when the job failed, with these and `failureReason`; `ERROR` when there was no job to
 * be created or described, with `failureReason`.
 *
 * LimitExceeded and ResourceInUse are tried again, with growing intervals, for as long as the state machine may run: give it
 * a timeout. Throttling and failures of the service are tried again for some minutes. The state machine's role gets what it
 * needs. To use the fragment twice in a state machine, call `prefixStates()`.
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
   * The last states, one for each way that an export can end.
   */
  public readonly endStates: sfn.INextable[];

  /**
   * Where the jobs write, and as whom.
   */
  public readonly destination: ExportDestination;

  /**
   * What the names of all jobs begin with.
   */
  public readonly jobNamePrefix: string;

  /**
   * Fails at synth when a prop is not what its description asks for; the message names the prop, its value and what is allowed.
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
    this.jobNamePrefix = runJobNamePrefix(this);
    const prefix = normalizedPrefix(props.prefix);
    validateDestination(this, this.destination, `${sfn.JsonPath.isEncodedJsonPath(prefix) ? '' : prefix}${runJobNamePattern(this.jobNamePrefix)}`);

    const path = new ResultPath(props.resultPath ?? '$.datasetExport');
    const inputs = new sfn.Pass(this, 'Prepare dataset export', {
      parameters: {
        datasetArn: props.datasetArn,
        runId: props.runId ?? sfn.JsonPath.stringAt('$$.Execution.Id'),
        bucketName: this.destination.bucket.bucketName,
        destinationPrefix: this.destination.prefix,
        prefix,
        jobArnPrefix: this.jobArn(''),
      },
      resultPath: path.whole,
    });
    const hash = new sfn.Pass(this, 'Hash run and dataset', {
      parameters: {
        value: sfn.JsonPath.hash(sfn.JsonPath.format('{} {}', path.of('runId'), path.of('datasetArn')), 'MD5'),
      },
      resultPath: path.text('hash'),
    });
    const jobName = sfn.JsonPath.format(`${this.jobNamePrefix}_{}`, path.of('hash.value'));
    const name = new sfn.Pass(this, 'Name dataset export job', {
      parameters: {
        datasetArn: path.of('datasetArn'),
        jobName,
        datasetExportJobArn: sfn.JsonPath.format(`{}${this.jobNamePrefix}_{}`, path.of('jobArnPrefix'), path.of('hash.value')),
        outputUri: sfn.JsonPath.format(
          `s3://{}/{}{}${this.jobNamePrefix}_{}/`, path.of('bucketName'), path.of('destinationPrefix'), path.of('prefix'), path.of('hash.value'),
        ),
      },
      resultPath: path.whole,
    });
    const create = this.createTask(props, path);
    const wait = new sfn.Wait(this, 'Wait for dataset export job', { time: sfn.WaitTime.duration(props.pollInterval ?? DEFAULT_POLL_INTERVAL) });
    const describe = this.describeTask(path);

    const exported = this.end('Dataset exported', path, {
      status: 'ACTIVE',
      creationDateTime: path.of('job.CreationDateTime'),
      lastUpdatedDateTime: path.of('job.LastUpdatedDateTime'),
    });
    const failed = (endId: string, failureReason: string) => this.end(endId, path, {
      status: 'CREATE FAILED',
      failureReason,
      creationDateTime: path.of('job.CreationDateTime'),
      lastUpdatedDateTime: path.of('job.LastUpdatedDateTime'),
    });
    const failedWithReason = failed('Dataset export job failed', path.of('job.Description.FailureReason'));
    const failedWithoutReason = failed('Dataset export job failed without reason', 'Personalize gives no reason');
    const error = this.end('Dataset not exported', path, {
      status: 'ERROR',
      failureReason: sfn.JsonPath.format('{}: {}', path.of('error.Error'), path.of('error.Cause')),
    });

    const status = path.text('job.Status');
    const isFailed = sfn.Condition.stringEquals(status, 'CREATE FAILED');
    const choose = new sfn.Choice(this, 'Dataset export job done?')
      .when(sfn.Condition.stringEquals(status, 'ACTIVE'), exported)
      .when(sfn.Condition.and(isFailed, sfn.Condition.isPresent(path.text('job.Description.FailureReason'))), failedWithReason)
      .when(isFailed, failedWithoutReason)
      // a status that nobody has heard of yet is no failure
      .otherwise(wait);

    // the answer to an earlier try was lost: the name is ours alone
    create.addCatch(wait, { errors: ['Personalize.ResourceAlreadyExistsException'], resultPath: sfn.JsonPath.DISCARD });
    create.addCatch(error, { errors: [sfn.Errors.ALL], resultPath: path.text('error') });
    describe.addCatch(error, { errors: [sfn.Errors.ALL], resultPath: path.text('error') });
    inputs.next(hash).next(name).next(create).next(wait).next(describe).next(choose);

    this.startState = inputs;
    this.endStates = [exported, failedWithReason, failedWithoutReason, error];
  }

  private validate(props: DatasetExportFragmentProps): void {
    rejectIf(
      checkKnown(props.datasetArn, datasetArnProblem) ?? environmentProblem(this, 'dataset', props.datasetArn), literal`InvalidDataset`, this,
    );
    rejectIf(props.prefix === undefined ? undefined : checkKnown(props.prefix, prefixProblem), literal`InvalidPrefix`, this);
    rejectIf(props.tags && tagsProblem(props.tags), literal`InvalidTags`, this);
    rejectIf(checkDuration('pollInterval', props.pollInterval, 'seconds', pollIntervalProblem), literal`InvalidPollInterval`, this);
    rejectIf(props.resultPath === undefined ? undefined : resultPathProblem(props.resultPath), literal`InvalidResultPath`, this);
    warnOfDefaultIngestionMode(this, props.ingestionMode);
  }

  private createTask(props: DatasetExportFragmentProps, path: ResultPath): sfn.TaskStateBase {
    const { role, encryptionKey } = this.destination;
    const jobs = this.jobArn(runJobNamePattern(this.jobNamePrefix));
    const tags = Object.entries(props.tags ?? {});
    const statements = [
      ...inStatements(props.datasetArnPatterns ?? [this.defaultDatasetPattern(props.datasetArn)]).map(resources => (
        new iam.PolicyStatement({ actions: ['personalize:CreateDatasetExportJob'], resources }))),
      new iam.PolicyStatement({ ...PASS_ROLE, resources: [role.roleArn] }),
      ...tags.length > 0 ? [new iam.PolicyStatement({ actions: ['personalize:TagResource'], resources: [jobs] })] : [],
    ];
    const task = new tasks.CallAwsService(this, 'Create dataset export job', {
      service: 'personalize',
      action: 'createDatasetExportJob',
      iamAction: 'personalize:CreateDatasetExportJob',
      iamResources: [jobs],
      additionalIamStatements: statements,
      parameters: {
        DatasetArn: path.of('datasetArn'),
        JobName: path.of('jobName'),
        IngestionMode: props.ingestionMode,
        RoleArn: role.roleArn,
        JobOutput: { S3DataDestination: { Path: path.of('outputUri'), KmsKeyArn: encryptionKey?.keyArn } },
        Tags: tags.length > 0 ? tags.map(([key, value]) => ({ TagKey: key, TagValue: value })) : undefined,
      },
      resultPath: sfn.JsonPath.DISCARD,
    });
    // tried again for as long as the execution may run: the place in Personalize's queue becomes free some time
    task.addRetry({
      errors: ['Personalize.LimitExceededException', 'Personalize.ResourceInUseException'],
      interval: Duration.seconds(30),
      backoffRate: 2,
      maxDelay: Duration.minutes(5),
      maxAttempts: MAX_ATTEMPTS,
      jitterStrategy: sfn.JitterType.FULL,
    });
    // another try would be refused as well
    task.addRetry({
      errors: ['AlreadyExists', 'NotFound'].map(what => `Personalize.Resource${what}Exception`)
        .concat('Personalize.InvalidInputException', 'Personalize.TooManyTagsException'),
      maxAttempts: 0,
    });
    return task.addRetry(TRANSIENT);
  }

  private describeTask(path: ResultPath): sfn.TaskStateBase {
    return new tasks.CallAwsService(this, 'Describe dataset export job', {
      service: 'personalize',
      action: 'describeDatasetExportJob',
      iamAction: 'personalize:DescribeDatasetExportJob',
      iamResources: [this.jobArn(runJobNamePattern(this.jobNamePrefix))],
      parameters: { DatasetExportJobArn: path.of('datasetExportJobArn') },
      resultSelector: {
        Status: sfn.JsonPath.stringAt('$.DatasetExportJob.Status'),
        CreationDateTime: sfn.JsonPath.stringAt('$.DatasetExportJob.CreationDateTime'),
        LastUpdatedDateTime: sfn.JsonPath.stringAt('$.DatasetExportJob.LastUpdatedDateTime'),
        Description: sfn.JsonPath.objectAt('$.DatasetExportJob'),
      },
      resultPath: path.text('job'),
    }).addRetry(TRANSIENT);
  }

  private end(id: string, path: ResultPath, report: Record<string, string>): sfn.Pass {
    const always = ['datasetArn', 'jobName', 'datasetExportJobArn', 'outputUri'];
    return new sfn.Pass(this, id, {
      parameters: { ...Object.fromEntries(always.map(field => [field, path.of(field)])), ...report },
      resultPath: path.whole,
    });
  }

  private jobArn(resourceName: string): string {
    return Stack.of(this).formatArn({ service: 'personalize', resource: 'dataset-export-job', resourceName });
  }

  private defaultDatasetPattern(datasetArn: string): string {
    if (!sfn.JsonPath.isEncodedJsonPath(datasetArn)) { return datasetArn; }
    return Stack.of(this).formatArn({ service: 'personalize', resource: 'dataset', resourceName: '*' });
  }
}

const DEFAULT_POLL_INTERVAL = Duration.minutes(1);
/** The most that Step Functions takes. */
const MAX_ATTEMPTS = 99_999_999;
const MAX_RESOURCES_PER_STATEMENT = 20;

const TRANSIENT = transientRetry(15);

/** Fields of an object in the state's input. */
class ResultPath {
  constructor(public readonly whole: string) {}

  public text(field: string): string {
    return `${this.whole}.${field}`;
  }

  public of(field: string): string {
    return sfn.JsonPath.stringAt(this.text(field));
  }
}

/** IAM limits the size of a policy, and a role can move whole statements, not parts of them, to further policies. */
function inStatements(resources: string[]): string[][] {
  return Array.from({ length: Math.ceil(resources.length / MAX_RESOURCES_PER_STATEMENT) }, (_, index) => (
    resources.slice(index * MAX_RESOURCES_PER_STATEMENT, (index + 1) * MAX_RESOURCES_PER_STATEMENT)));
}

function resultPathProblem(resultPath: string): string | undefined {
  if (/^\$(\.[A-Za-z_][A-Za-z0-9_]*)+$/.test(resultPath)) { return undefined; }
  return `resultPath must name a field of the state's input, like $.datasetExport, got ${JSON.stringify(resultPath)}`;
}

function pollIntervalProblem(pollInterval: Duration): string | undefined {
  if (pollInterval.isUnresolved()) { return undefined; }
  const seconds = pollInterval.toSeconds({ integral: false });
  return Number.isInteger(seconds) && seconds >= 1 ? undefined : `pollInterval must be one or more whole seconds, got ${pollInterval.toHumanString()}`;
}

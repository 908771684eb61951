import { Duration, IResolvable, Stack, Tokenization, aws_iam as iam, aws_stepfunctions as sfn, aws_stepfunctions_tasks as tasks } from 'aws-cdk-lib';
import { propertyInjectable } from 'aws-cdk-lib/core/lib/prop-injectable';
import { Construct } from 'constructs';
import { datasetArnProblem, prefixProblem } from './contract/api-constraints';
import { ExportDestination } from './export-destination';
import { IngestionMode } from './ingestion-mode';
import { warnOfMissingDatasetKey } from './private/dataset-key';
import { environmentProblem } from './private/environments';
import { tagsProblem, validateDestination, warnOfDefaultIngestionMode } from './private/export-inputs';
import { runJobNamePattern, runJobNamePrefix } from './private/job-name';
import { MAX_REASON_LENGTH, shortened } from './private/payload-budget';
import { PASS_ROLE } from './private/personalize-service';
import { transientRetry } from './private/transient-retry';
import { checkDuration, checkKnown, literal, normalizedPrefix, rejectIf } from './private/validation';

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
   * How soon and how often a running job is looked at, in whole seconds: one or more, anything else fails at synth.
   *
   * As a job goes on it is looked at less often: after a tenth of the time that has passed, once that is longer. So the history of an
   * execution, which Step Functions ends at 25,000 events, holds even the longest job.
   *
   * @default Duration.minutes(1)
   */
  readonly pollInterval?: Duration;

  /**
   * What tells one run from another: a dataset is exported once in each run, however often the state machine tries, and once more
   * after a redrive of the execution if the job has failed. May be taken from the state's input.
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

  /**
   * How many redrives may have started jobs before: as many names are looked at before a new one is made.
   *
   * @internal
   */
  readonly _redrives?: string;
}

/**
 * Defines the states that export one dataset, for a state machine of your own: create the job, wait, describe it, choose.
 *
 * Nothing that Personalize does makes the state machine fail. The result, at `resultPath`, has `datasetArn`, `jobName`,
 * `datasetExportJobArn`, `outputUri`, and `status`: `ACTIVE` when the export is done, with `creationDateTime` and
 * `lastUpdatedDateTime`; `CREATE FAILED` when the job failed, with these and `failureReason`; `ERROR` when there was no job to
 * be created or described, with `failureReason`. Of a reason the result has the first 5,000 characters.
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
   * The one of the last states for a dataset that was exported before a redrive.
   *
   * @internal
   */
  public readonly _exportedBefore: sfn.INextable;

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
    const runId = props.runId ?? sfn.JsonPath.stringAt('$$.Execution.Id');
    const start = new sfn.Pass(this, 'Prepare dataset export', {
      parameters: {
        datasetArn: props.datasetArn,
        run: runId,
        attempt: 0,
        redrives: props._redrives ?? sfn.JsonPath.stringAt('$$.Execution.RedriveCount'),
        given: {
          runId,
          bucketName: this.destination.bucket.bucketName,
          destinationPrefix: this.destination.prefix,
          prefix,
          jobArnPrefix: this.jobArn(''),
        },
      },
      resultPath: path.whole,
    });
    const hash = new sfn.Pass(this, 'Hash run and dataset', {
      parameters: { value: sfn.JsonPath.hash(sfn.JsonPath.format('{} {}', path.of('run'), path.of('datasetArn')), 'MD5') },
      resultPath: path.text('hash'),
    });
    const name = this.namePass(path);
    const create = this.createTask(props, path);
    const wait = this.waitState(props.pollInterval ?? DEFAULT_POLL_INTERVAL, path);
    const describe = this.describeTask('Describe dataset export job', path).addRetry(TRANSIENT);

    const times = { creationDateTime: path.of('job.CreationDateTime'), lastUpdatedDateTime: path.of('job.LastUpdatedDateTime') };
    const exported = this.end('Dataset exported', path, { status: 'ACTIVE', ...times });
    const exportedBefore = this.end('Dataset exported before', path, { status: 'ACTIVE', ...times });
    const failed = this.failedEnd('Dataset export job failed', path, {
      status: '"CREATE FAILED"', creationDateTime: 'job.CreationDateTime', lastUpdatedDateTime: 'job.LastUpdatedDateTime',
    }, '$exists(job.Description.FailureReason) ? job.Description.FailureReason : "Personalize gives no reason"');
    const error = this.failedEnd('Dataset not exported', path, { status: '"ERROR"' }, 'error.Error & ": " & error.Cause');

    const isActive = sfn.Condition.stringEquals(path.text('job.Status'), 'ACTIVE');
    const isFailed = sfn.Condition.stringEquals(path.text('job.Status'), 'CREATE FAILED');
    const choose = new sfn.Choice(this, 'Dataset export job done?')
      .when(isActive, exported)
      .when(isFailed, failed)
      // a status that nobody has heard of yet is no failure
      .otherwise(wait);

    // after a redrive: the jobs of before, one after the other, until there is one that has not failed, or none
    const find = this.describeTask('Find earlier dataset export job', path).addRetry({ errors: [NOT_FOUND], maxAttempts: 0 }).addRetry(TRANSIENT);
    const again = new sfn.Pass(this, 'Try again under another name', {
      parameters: {
        datasetArn: path.of('datasetArn'),
        run: sfn.JsonPath.format('{} {}', path.of('given.runId'), path.sum('attempt', 1)),
        attempt: path.sum('attempt', 1),
        redrives: path.number('redrives'),
        given: path.object('given'),
      },
      resultPath: path.whole,
    });
    const wasBefore = new sfn.Choice(this, 'Earlier dataset export job failed?')
      .when(isActive, exportedBefore)
      .when(isFailed, again)
      .otherwise(wait);
    const isFirst = new sfn.Choice(this, 'No earlier dataset export job?')
      .when(sfn.Condition.numberGreaterThanEqualsJsonPath(path.text('attempt'), path.text('redrives')), create)
      .otherwise(find);

    // the answer to an earlier try was lost: the name is ours alone
    create.addCatch(wait, { errors: ['Personalize.ResourceAlreadyExistsException'], resultPath: sfn.JsonPath.DISCARD });
    create.addCatch(error, { errors: [sfn.Errors.ALL], resultPath: path.text('error') });
    describe.addCatch(error, { errors: [sfn.Errors.ALL], resultPath: path.text('error') });
    find.addCatch(create, { errors: [NOT_FOUND], resultPath: sfn.JsonPath.DISCARD });
    find.addCatch(error, { errors: [sfn.Errors.ALL], resultPath: path.text('error') });
    start.next(hash).next(name).next(isFirst);
    find.next(wasBefore);
    again.next(hash);
    create.next(wait).next(describe).next(choose);

    this.startState = start;
    this._exportedBefore = exportedBefore;
    this.endStates = [exported, exportedBefore, failed, error];
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
    // tried again for as long as the execution may run: the place in Personalize's queue becomes free some time.
    // The delay grows without an end, slowly, as the history of an execution must hold a year of attempts
    task.addRetry({
      errors: ['Personalize.LimitExceededException', 'Personalize.ResourceInUseException'],
      interval: Duration.seconds(30),
      backoffRate: 1.05,
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

  private namePass(path: ResultPath): sfn.Pass {
    const { jobNamePrefix } = this;
    return new sfn.Pass(this, 'Name dataset export job', {
      parameters: {
        datasetArn: path.of('datasetArn'),
        attempt: path.number('attempt'),
        redrives: path.number('redrives'),
        given: path.object('given'),
        jobName: sfn.JsonPath.format(`${jobNamePrefix}_{}`, path.of('hash.value')),
        datasetExportJobArn: sfn.JsonPath.format(`{}${jobNamePrefix}_{}`, path.of('given.jobArnPrefix'), path.of('hash.value')),
        outputUri: sfn.JsonPath.format(
          `s3://{}/{}{}${jobNamePrefix}_{}/`,
          path.of('given.bucketName'), path.of('given.destinationPrefix'), path.of('given.prefix'), path.of('hash.value'),
        ),
      },
      resultPath: path.whole,
    });
  }

  /** Waits for the interval, or for a tenth of the time since the first wait, or since a redrive after that, if it is longer. */
  private waitState(pollInterval: Duration, path: ResultPath): sfn.Wait {
    const seconds = Tokenization.stringifyNumber(pollInterval.toSeconds());
    const since = `${path.query}.since`;
    const redrive = '$states.context.Execution.RedriveTime';
    const start = `$max([${since}, $exists(${redrive}) ? $toMillis(${redrive}) : 0])`;
    return sfn.Wait.jsonata(this, 'Wait for dataset export job', {
      time: sfn.WaitTime.seconds(`{% $exists(${since}) ? $max([${seconds}, $floor(($millis() - ${start}) / 10000)]) : ${seconds} %}`),
      outputs: `{% ${path.changed('{"since": $exists(since) ? since : $millis()}')} %}`,
    });
  }

  private describeTask(id: string, path: ResultPath): sfn.TaskStateBase {
    return new tasks.CallAwsService(this, id, {
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
    });
  }

  private end(id: string, path: ResultPath, report: Record<string, string>): sfn.Pass {
    return new sfn.Pass(this, id, {
      parameters: { ...Object.fromEntries(REPORTED.map(field => [field, path.of(field)])), ...report },
      resultPath: path.whole,
    });
  }

  /** @param reason a JSONata expression; what it gives has no documented limit, while all that Step Functions passes on has one */
  private failedEnd(id: string, path: ResultPath, report: Record<string, string>, reason: string): sfn.Pass {
    const fields = { ...Object.fromEntries(REPORTED.map(field => [field, field])), ...report, failureReason: shortened(reason, MAX_REASON_LENGTH) };
    const object = Object.entries(fields).map(([field, expression]) => `"${field}": ${expression}`).join(', ');
    return sfn.Pass.jsonata(this, id, { outputs: `{% ${path.replaced(`${path.query}.{${object}}`)} %}` });
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

const NOT_FOUND = 'Personalize.ResourceNotFoundException';
/** What the report of each export has, however it ended. */
const REPORTED = ['datasetArn', 'jobName', 'datasetExportJobArn', 'outputUri'];

/** Fields of an object in the state's input, in JSONPath and in JSONata. */
class ResultPath {
  private readonly names: string[];

  constructor(public readonly whole: string) {
    this.names = whole.split('.').slice(1).map(name => `\`${name}\``);
  }

  /** The object in JSONata. */
  public get query(): string {
    return ['$states.input', ...this.names].join('.');
  }

  public text(field: string): string {
    return `${this.whole}.${field}`;
  }

  public of(field: string): string {
    return sfn.JsonPath.stringAt(this.text(field));
  }

  public number(field: string): number {
    return sfn.JsonPath.numberAt(this.text(field));
  }

  public object(field: string): IResolvable {
    return sfn.JsonPath.objectAt(this.text(field));
  }

  public sum(field: string, summand: number): string {
    return sfn.JsonPath.mathAdd(this.number(field), summand);
  }

  /** The state's input with other fields in the object, in JSONata. */
  public changed(fields: string): string {
    return `$states.input ~> |${this.names.join('.')}|${fields}|`;
  }

  /** The state's input with another object, in JSONata. */
  public replaced(object: string): string {
    const last = this.names[this.names.length - 1].slice(1, -1);
    return `$states.input ~> |${this.names.slice(0, -1).join('.') || '$'}|{"${last}": ${object}}|`;
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

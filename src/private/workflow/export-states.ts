import { Duration, Stack, Tokenization, aws_iam as iam, aws_stepfunctions as sfn } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { ResultPath, jsonataObject, jsonataPass, reasonOf, shortened } from './expressions';
import { LONGEST_POLL_SECONDS, growingWaitExpression } from './growing-wait';
import { COUNTS, ListingStates } from './listing-states';
import { MAX_REASON_LENGTH } from './payload-budget';
import { INVALID_INPUT, NOT_FOUND, callPersonalize, describeJob, hasStatus, transientRetry } from './personalize-calls';
import { exportFolder } from '../../contract/export-folder';
import { ExportDestination } from '../../export-destination';
import { IngestionMode } from '../../ingestion-mode';
import { runJobNamePattern } from '../job-name';
import { datasetStatements } from '../policies/dataset-policies';
import { PASS_ROLE } from '../policies/grants';

export interface ExportStatesProps {
  readonly datasetArn: string;
  /** As ARNs with wildcards. */
  readonly allowedDatasets: readonly string[];
  readonly ingestionMode?: IngestionMode;
  readonly destination: ExportDestination;
  /** Below the destination's; empty, or ends with `/`. */
  readonly prefix: string;
  readonly tags?: { readonly [key: string]: string };
  readonly pollInterval: Duration;
  readonly runId: string;
  /** The jobs' folders have its date. */
  readonly startTime: string;
  /** How many redrives may have started jobs before. */
  readonly redrives: string;
  /** Where the states keep what they need, and put the result. */
  readonly path: ResultPath;
  readonly jobNamePrefix: string;
  /** Whether an export without objects counts as failed. */
  readonly failOnEmptyExport: boolean;
}

/** The most that Step Functions accepts. */
const MAX_ATTEMPTS = 99_999_999;
const TRANSIENT = transientRetry(15);
/** Where the job writes. An earlier execution may have created it, on another date. Personalize may leave out the last slash. */
const PATH = 'job.DatasetExportJob.JobOutput.S3DataDestination.Path';
const OUTPUT_URI = `$exists(${PATH}) ? ($substring(${PATH}, -1) = "/" ? ${PATH} : ${PATH} & "/") : outputUri`;
const NO_OBJECTS = '"The dataset export job is ACTIVE, but has written no objects"';
/** What the result of each export has, however it ended. */
const REPORTED = { datasetArn: 'datasetArn', jobName: 'jobName', datasetExportJobArn: 'datasetExportJobArn', outputUri: OUTPUT_URI };
const TIMES = { creationDateTime: 'job.DatasetExportJob.CreationDateTime', lastUpdatedDateTime: 'job.DatasetExportJob.LastUpdatedDateTime' };

/** The states that export one dataset. */
export class ExportStates {
  public readonly start: sfn.State;
  public readonly exported: sfn.Pass;
  /** For a job that was started before this redrive and is done. */
  public readonly exportedBefore: sfn.Pass;
  public readonly failed: sfn.Pass;
  /** Only with `failOnEmptyExport`. */
  public readonly empty?: sfn.Pass;
  public readonly error: sfn.Pass;
  private readonly path: ResultPath;
  private readonly jobArnPattern: string;

  constructor(private readonly scope: Construct, private readonly props: ExportStatesProps) {
    const { path } = this.props;
    this.path = path;
    this.jobArnPattern = this.jobArn(runJobNamePattern(props.jobNamePrefix));
    this.exported = this.end('Dataset exported', { status: '"ACTIVE"', ...TIMES, ...COUNTS });
    this.exportedBefore = this.end('Dataset exported before', { status: '"ACTIVE"', ...TIMES, ...COUNTS });
    this.empty = props.failOnEmptyExport ? this.failedEnd('Dataset export empty', { status: '"ERROR"', ...TIMES, ...COUNTS }, NO_OBJECTS) : undefined;
    this.failed = this.failedEnd('Dataset export job failed', { status: '"CREATE FAILED"', ...TIMES }, reasonOf('job.DatasetExportJob.FailureReason'));
    this.error = this.failedEnd('Dataset not exported', { status: '"ERROR"' }, 'error.Error & ": " & error.Cause');

    const [hash, wait] = [this.hash(), this.wait()];
    const create = this.create(wait);
    const again = this.again(hash);
    const list = this.list(again);
    this.start = this.prepare().next(hash).next(this.name()).next(this.findOrCreate(create, wait, list, again)).startState;
    const describe = this.catchErrors(this.describe('Describe dataset export job').addRetry(TRANSIENT));
    create.next(wait).next(describe).next(this.choose('Dataset export job done?', list, this.failed, wait));
  }

  private prepare(): sfn.Pass {
    const { props: { datasetArn, runId, startTime, redrives, destination, prefix }, path } = this;
    const date = sfn.JsonPath.arrayGetItem(sfn.JsonPath.stringSplit(startTime, 'T'), 0);
    return new sfn.Pass(this.scope, 'Prepare dataset export', {
      parameters: {
        datasetArn,
        run: runId,
        attempt: 0,
        redrives,
        given: { runId, date, bucketName: destination.bucket.bucketName, destinationPrefix: destination.prefix, prefix, jobArnPrefix: this.jobArn('') },
      },
      resultPath: path.whole,
    });
  }

  private hash(): sfn.Pass {
    const { path } = this;
    return new sfn.Pass(this.scope, 'Hash run and dataset', {
      parameters: { value: sfn.JsonPath.hash(sfn.JsonPath.format('{} {}', path.of('run'), path.of('datasetArn')), 'MD5') },
      resultPath: path.text('hash'),
    });
  }

  private name(): sfn.Pass {
    const { props: { jobNamePrefix }, path } = this;
    const inText = (expression: string) => `" & ${expression} & "`;
    const jobName = `${jobNamePrefix}_${inText('hash.value')}`;
    // an ARN from the input may have no such parts: Personalize refuses it
    const partOfArn = (index: number) => inText(`$split(datasetArn, "/")[${index}]`);
    const folder = exportFolder({ datasetGroup: partOfArn(1), datasetType: partOfArn(2), date: inText('given.date'), jobName });
    return jsonataPass(this.scope, 'Name dataset export job', path.replaced(`${path.query}.${jsonataObject({
      ...Object.fromEntries(['datasetArn', 'attempt', 'redrives', 'given'].map(field => [field, field])),
      jobName: `"${jobName}"`,
      datasetExportJobArn: `given.jobArnPrefix & "${jobName}"`,
      outputUri: `"s3://" & given.bucketName & "/" & given.destinationPrefix & given.prefix & "${folder}"`,
    })}`));
  }

  /** After a redrive, looks at the jobs of earlier drives, one after the other, until one has not failed or does not exist. */
  private findOrCreate(create: sfn.State, wait: sfn.State, list: sfn.State, again: sfn.State): sfn.Choice {
    const { scope, path } = this;
    const find = this.describe('Find earlier dataset export job').addRetry({ errors: [NOT_FOUND], maxAttempts: 0 }).addRetry(TRANSIENT);
    find.addCatch(create, { errors: [NOT_FOUND], resultPath: sfn.JsonPath.DISCARD });
    this.catchErrors(find).next(this.choose('Earlier dataset export job failed?', list, again, wait));
    return new sfn.Choice(scope, 'No earlier dataset export job?')
      .when(sfn.Condition.numberGreaterThanEqualsJsonPath(path.text('attempt'), path.text('redrives')), create)
      .otherwise(find);
  }

  private again(hash: sfn.State): sfn.Pass {
    const { scope, path } = this;
    const again = new sfn.Pass(scope, 'Try again under another name', {
      parameters: {
        datasetArn: path.of('datasetArn'),
        run: sfn.JsonPath.format('{} {}', path.of('given.runId'), path.sum('attempt', 1)),
        attempt: path.sum('attempt', 1),
        redrives: path.number('redrives'),
        given: path.object('given'),
      },
      resultPath: path.whole,
    });
    again.next(hash);
    return again;
  }

  /** Looks at what a job that is ACTIVE has written. An earlier drive's job that has written nothing counts as one that has failed. */
  private list(again: sfn.State): sfn.State {
    const { scope, path, empty, props: { destination, prefix, jobNamePrefix } } = this;
    const { start, done, isEmpty } = new ListingStates(scope, {
      path,
      bucket: destination.bucket,
      prefix: sfn.JsonPath.isEncodedJsonPath(prefix) ? prefix : `${destination.prefix}${prefix}`,
      jobNames: runJobNamePattern(jobNamePrefix),
      outputUri: `(${OUTPUT_URI})`,
    });
    const isWaitedFor = sfn.Condition.isPresent(path.text('since'));
    if (empty) { done.when(sfn.Condition.and(isEmpty, isWaitedFor), empty).when(isEmpty, again); }
    done.when(isWaitedFor, this.exported).otherwise(this.exportedBefore);
    return start;
  }

  private create(wait: sfn.State): sfn.TaskStateBase {
    const { props: { ingestionMode, destination: { role, encryptionKey }, allowedDatasets }, jobArnPattern, path } = this;
    const tags = Object.entries(this.props.tags ?? {});
    const task = callPersonalize(this.scope, 'Create dataset export job', 'CreateDatasetExportJob', {
      iamResources: [jobArnPattern],
      additionalIamStatements: [
        ...datasetStatements(allowedDatasets),
        new iam.PolicyStatement({ ...PASS_ROLE, resources: [role.roleArn] }),
        ...tags.length > 0 ? [new iam.PolicyStatement({ actions: ['personalize:TagResource'], resources: [jobArnPattern] })] : [],
      ],
      parameters: {
        DatasetArn: path.of('datasetArn'),
        JobName: path.of('jobName'),
        IngestionMode: ingestionMode,
        RoleArn: role.roleArn,
        JobOutput: { S3DataDestination: { Path: path.of('outputUri'), KmsKeyArn: encryptionKey?.keyArn } },
        Tags: tags.length > 0 ? tags.map(([key, value]) => ({ TagKey: key, TagValue: value })) : undefined,
      },
      resultPath: sfn.JsonPath.DISCARD,
    });
    this.retryCreation(task);
    // the answer to an earlier attempt was lost: only this export uses the name
    task.addCatch(wait, { errors: ['Personalize.ResourceAlreadyExistsException'], resultPath: sfn.JsonPath.DISCARD });
    return this.catchErrors(task);
  }

  private retryCreation(task: sfn.TaskStateBase): void {
    // for as long as the execution may run, until there is room for the job. The delay grows slowly, without a limit: the history of an
    // execution must hold a year of attempts
    task.addRetry({
      errors: ['Personalize.LimitExceededException', 'Personalize.ResourceInUseException'],
      interval: Duration.seconds(30),
      backoffRate: 1.05,
      maxAttempts: MAX_ATTEMPTS,
      jitterStrategy: sfn.JitterType.FULL,
    });
    // another attempt would be refused, too
    task.addRetry({
      errors: ['Personalize.ResourceAlreadyExistsException', NOT_FOUND, INVALID_INPUT, 'Personalize.TooManyTagsException'],
      maxAttempts: 0,
    });
    task.addRetry(TRANSIENT);
  }

  /** Waits longer and longer, counted from the first wait or from a later redrive. */
  private wait(): sfn.Wait {
    const { path } = this;
    const seconds = Tokenization.stringifyNumber(this.props.pollInterval.toSeconds());
    const since = `${path.query}.since`;
    const redrive = '$states.context.Execution.RedriveTime';
    const start = `$max([${since}, $exists(${redrive}) ? $toMillis(${redrive}) : 0])`;
    return sfn.Wait.jsonata(this.scope, 'Wait for dataset export job', {
      time: sfn.WaitTime.seconds(`{% $exists(${since}) ? ${growingWaitExpression(seconds, `$millis() - ${start}`, LONGEST_POLL_SECONDS)} : ${seconds} %}`),
      outputs: `{% ${path.changed('{"since": $exists(since) ? since : $millis()}')} %}`,
    });
  }

  private describe(id: string): sfn.TaskStateBase {
    const { path } = this;
    return describeJob(this.scope, id, [this.jobArnPattern], path.of('datasetExportJobArn'), path.text('job'));
  }

  /** An unknown status, or none, is no failure: the job may still be running. */
  private choose(id: string, active: sfn.State, failed: sfn.State, otherwise: sfn.State): sfn.Choice {
    const job = this.path.text('job');
    return new sfn.Choice(this.scope, id).when(hasStatus(job, 'ACTIVE'), active).when(hasStatus(job, 'CREATE FAILED'), failed).otherwise(otherwise);
  }

  private catchErrors(task: sfn.TaskStateBase): sfn.TaskStateBase {
    return task.addCatch(this.error, { errors: [sfn.Errors.ALL], resultPath: this.path.text('error') });
  }

  /** @param report JSONata expressions */
  private end(id: string, report: Record<string, string>): sfn.Pass {
    const { path } = this;
    return jsonataPass(this.scope, id, path.replaced(`${path.query}.${jsonataObject({ ...REPORTED, ...report })}`));
  }

  /** @param reason a JSONata expression. No limit of its length is documented, while Step Functions limits what it passes on */
  private failedEnd(id: string, report: Record<string, string>, reason: string): sfn.Pass {
    return this.end(id, { ...report, failureReason: shortened(reason, MAX_REASON_LENGTH) });
  }

  private jobArn(resourceName: string): string {
    return Stack.of(this.scope).formatArn({ service: 'personalize', resource: 'dataset-export-job', resourceName });
  }
}

import { ArnFormat, CustomResource, Duration, IResource, RemovalPolicy, Resource, Stack, Tokenization, aws_personalize as personalize } from 'aws-cdk-lib';
import { propertyInjectable } from 'aws-cdk-lib/core/lib/prop-injectable';
import { Construct, DependencyGroup, IDependable } from 'constructs';
import { timeoutProblem } from './contract/api-constraints';
import { MAX_CUSTOM_RESOURCE_SECONDS } from './contract/limits';
import { DatasetExportJobResourceProperties } from './contract/resource-properties';
import { DatasetExportJobGrants } from './dataset-export-job-grants';
import { DatasetExportProvider } from './dataset-export-provider';
import { ExportDestination } from './export-destination';
import { ExportTrigger } from './export-trigger';
import { IngestionMode } from './ingestion-mode';
import { attributeOf } from './private/attribute';
import { warnOfMissingDatasetKey } from './private/dataset-key';
import { datasetProblem, inputsProblem, tagsProblem, validateDestination, warnOfDefaultIngestionMode } from './private/export-inputs';
import { generatedJobNamePattern, jobNamePrefix } from './private/job-name';
import { checkDuration, literal, rejectIf } from './private/validation';

/** Change it when the handler must look at each job of a deployed stack once. */
const CONTRACT_VERSION = '2';

/** What every job's first resource has. Forgetting a new input does not compile. */
type FirstResourceProperties = {
  readonly [name in Exclude<keyof DatasetExportJobResourceProperties, 'ServiceToken' | 'HandsOver' | 'ContinuesJobArn' | 'WaitedSeconds'>]:
  DatasetExportJobResourceProperties[name];
};

/**
 * A dataset export job of Amazon Personalize.
 *
 * @see https://docs.aws.amazon.com/personalize/latest/dg/API_DatasetExportJob.html
 */
export interface IDatasetExportJob extends IResource {
  /**
   * The ARN of the dataset export job.
   *
   * @attribute
   */
  readonly datasetExportJobArn: string;

  /**
   * The name of the dataset export job.
   *
   * @attribute
   */
  readonly datasetExportJobName: string;
}

/**
 * What to export, and how.
 *
 * @see https://docs.aws.amazon.com/personalize/latest/dg/API_CreateDatasetExportJob.html
 */
export interface DatasetExportJobProps {
  /**
   * The dataset to export: a `CfnDataset`, or `Dataset.fromDatasetArn()`.
   *
   * It must be in the account and Region of the stack. Fails for datasets of type Actions and Action interactions, which
   * Personalize cannot export: at synth when the type is known, else in the deployment.
   */
  readonly dataset: personalize.IDatasetRef;

  /**
   * Which records to export, by the way they came into the dataset.
   *
   * Left out, Personalize exports none of the records that were imported in bulk: a warning at synth says so.
   *
   * @see https://docs.aws.amazon.com/personalize/latest/dg/API_CreateDatasetExportJob.html
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
   * The name of the job: 1 to 63 letters, digits, hyphens and underscores, the first a letter or a digit.
   *
   * Personalize never frees the name of an export job: with a name of your own, each change of the export's inputs needs a
   * new name, and the deployment fails without one. Fails at synth when it is no such name, when another job of the provider has it,
   * and together with `ExportTrigger.everyDeployment()`.
   *
   * @default - generated from the stack, the construct and the deployment's request: unique for each export
   */
  readonly jobName?: string;

  /**
   * When a later deployment exports again.
   *
   * @default ExportTrigger.onInputChange()
   */
  readonly trigger?: ExportTrigger;

  /**
   * How long the deployment waits for the job, from 1 minute to 12 hours in whole seconds. Anything else fails at synth.
   *
   * When it is over, the deployment fails; the job itself goes on, as Personalize cannot stop it.
   *
   * CloudFormation waits an hour for a custom resource: for each 55 minutes, or part of them, after the first 55 the job has one more
   * custom resource, which goes on waiting. A timeout that is a token is at most 55 minutes.
   *
   * @default Duration.minutes(55)
   */
  readonly timeout?: Duration;

  /**
   * Whether the deployment waits until the job is done, and fails if it fails.
   *
   * With `false`, the deployment is done as soon as Personalize has created the job; nothing in the stack tells how it ended.
   * Personalize sends no event: describe the job, or use a `DatasetExportWorkflow`, which sends one for each export.
   *
   * @default true
   */
  readonly waitForCompletion?: boolean;

  /**
   * Tags of the job, 50 at most. The tags of the stack do not reach it.
   *
   * They are given to a job when it is created: a change of tags alone starts no export and takes effect with the next one.
   * What Personalize would refuse fails at synth: more than 50, keys of more than 128 or values of more than 256 characters, keys
   * that begin with `aws:`.
   *
   * @see https://docs.aws.amazon.com/personalize/latest/dg/tagging-resources.html
   * @default - no tags
   */
  readonly tags?: { readonly [key: string]: string };

  /**
   * What starts the job and waits for it. Fails at synth when it is not in the same stack.
   *
   * @default - the one that all jobs of the stack share
   */
  readonly provider?: DatasetExportProvider;
}

/**
 * Defines a dataset export job: the deployment exports a dataset of Amazon Personalize to S3 and is done when the data is
 * there. When the export fails, so does the deployment, with Personalize's reason.
 *
 * Deleting the job from the stack deletes nothing: Personalize keeps the job's record, and the exported objects stay.
 *
 * @see https://docs.aws.amazon.com/personalize/latest/dg/API_CreateDatasetExportJob.html
 * @resource Custom::PersonalizeDatasetExportJob
 */
@propertyInjectable
export class DatasetExportJob extends Resource implements IDatasetExportJob {
  /** Identifies the class to property injectors. */
  public static readonly PROPERTY_INJECTION_ID: string = 'cdk-personalize-dataset-export.DatasetExportJob';

  /**
   * Reference an existing dataset export job by its ARN.
   *
   * @param scope the parent construct
   * @param id the construct's id
   * @param datasetExportJobArn such as `arn:aws:personalize:eu-west-1:111122223333:dataset-export-job/my-export`
   */
  public static fromDatasetExportJobArn(scope: Construct, id: string, datasetExportJobArn: string): IDatasetExportJob {
    class Import extends Resource implements IDatasetExportJob {
      public readonly datasetExportJobArn = datasetExportJobArn;
      public readonly datasetExportJobName = Stack.of(scope).splitArn(datasetExportJobArn, ArnFormat.SLASH_RESOURCE_NAME).resourceName!;
    }
    return new Import(scope, id, { environmentFromArn: datasetExportJobArn });
  }

  /**
   * The ARN of the job, known when the export is done.
   *
   * @attribute
   */
  public readonly datasetExportJobArn: string;

  /**
   * The name of the job, known when the export is done.
   *
   * @attribute
   */
  public readonly datasetExportJobName: string;

  /**
   * Where the exported objects are, known when the export is done: `s3://<bucket>/<prefix><jobName>/`.
   *
   * Personalize does not document the names of the objects below it: list them.
   *
   * @attribute
   */
  public readonly outputUri: string;

  /**
   * Where the job writes, and as whom.
   */
  public readonly destination: ExportDestination;

  /**
   * Grants on the exported objects.
   */
  public readonly grants: DatasetExportJobGrants;

  /**
   * Fails at synth when a prop is not what its description asks for; the message names the prop, its value and what is allowed.
   *
   * @param scope the parent construct
   * @param id the construct's id
   * @param props what to export, and how
   */
  constructor(scope: Construct, id: string, props: DatasetExportJobProps) {
    super(scope, id);
    this.validate(props);

    this.destination = props.destination ?? new ExportDestination(this, 'Destination');
    const generatedPrefix = jobNamePrefix(this);
    const jobNamePattern = props.jobName ?? generatedJobNamePattern(generatedPrefix);
    validateDestination(this, this.destination, jobNamePattern);
    this.grants = DatasetExportJobGrants._fromDestination(this.destination, jobNamePattern);

    const provider = props.provider ?? DatasetExportProvider.getOrCreate(this);
    const { datasetArn } = props.dataset.datasetRef;
    warnOfMissingDatasetKey(this, this.destination, [datasetArn]);
    const tagged = Object.keys(props.tags ?? {}).length > 0;
    const permissions = provider._register(this, {
      datasetArn, roleArn: this.destination.role.roleArn, jobName: props.jobName, tagged,
    });

    const waitForCompletion = props.waitForCompletion ?? true;
    const properties: FirstResourceProperties = {
      ContractVersion: CONTRACT_VERSION,
      DatasetArn: datasetArn,
      IngestionMode: props.ingestionMode,
      JobName: props.jobName,
      JobNamePrefix: props.jobName === undefined ? generatedPrefix : undefined,
      RoleArn: this.destination.role.roleArn,
      BucketName: this.destination.bucket.bucketName,
      Prefix: this.destination.prefix || undefined,
      KmsKeyArn: this.destination.encryptionKey?.keyArn,
      Tags: tagged ? props.tags : undefined,
      TriggerToken: props.trigger?._token(),
      TimeoutSeconds: props.timeout && Tokenization.stringifyNumber(props.timeout.toSeconds()),
      WaitForCompletion: waitForCompletion ? undefined : 'false',
    };
    const inPlace = new DependencyGroup(permissions, this.destination._inPlace);
    const resources = waitForCompletion && isLong(props.timeout)
      ? this.resourcesInTurn(provider, properties, props.timeout!.toSeconds(), inPlace)
      : [this.resource('Resource', 'Job', provider, properties, inPlace)];
    provider._queue(resources);
    const complete = resources.at(-1)!;
    this.datasetExportJobArn = attributeOf(complete, 'DatasetExportJobArn');
    this.datasetExportJobName = attributeOf(complete, 'DatasetExportJobName');
    this.outputUri = attributeOf(complete, 'OutputUri');
  }

  /**
   * One resource that starts the export, and further ones that go on waiting for it: CloudFormation waits no longer for a single one.
   * The last one has the same id however many there are, so that other stacks' references to it stay.
   */
  private resourcesInTurn(
    provider: DatasetExportProvider, properties: Omit<DatasetExportJobResourceProperties, 'ServiceToken'>, timeoutSeconds: number, inPlace: IDependable,
  ): CustomResource[] {
    const turns = Math.ceil(timeoutSeconds / MAX_CUSTOM_RESOURCE_SECONDS);
    const resources = [this.resource('Resource', 'Job', provider, { ...properties, HandsOver: 'true' }, inPlace)];
    for (let turn = 1; turn < turns; turn++) {
      const isLast = turn === turns - 1;
      resources.push(this.resource(isLast ? 'Completion' : `Wait${turn}`, 'Wait', provider, {
        ...properties,
        ContinuesJobArn: resources.at(-1)!.getAttString('DatasetExportJobArn'),
        WaitedSeconds: `${turn * MAX_CUSTOM_RESOURCE_SECONDS}`,
        HandsOver: isLast ? undefined : 'true',
      }));
    }
    return resources;
  }

  private resource(
    id: string, kind: 'Job' | 'Wait', provider: DatasetExportProvider, properties: Omit<DatasetExportJobResourceProperties, 'ServiceToken'>,
    inPlace?: IDependable,
  ): CustomResource {
    const resource = new CustomResource(this, id, {
      serviceToken: provider.serviceToken,
      resourceType: `Custom::PersonalizeDatasetExport${kind}`,
      properties,
      // nothing is to be done for a deletion: without asking, it neither waits for the jobs' turns nor for Lambda
      removalPolicy: RemovalPolicy.RETAIN,
    });
    // the policies come before the job and leave after it
    if (inPlace) { resource.node.addDependency(inPlace); }
    return resource;
  }

  private validate(props: DatasetExportJobProps): void {
    rejectIf(datasetProblem(this, props.dataset), literal`InvalidDataset`, this);
    rejectIf(inputsProblem(props), literal`InvalidInput`, this);
    rejectIf(triggerProblem(props), literal`JobNameWithTrigger`, this);
    rejectIf(checkDuration('timeout', props.timeout, 'seconds', timeoutProp), literal`InvalidTimeout`, this);
    rejectIf(props.tags && tagsProblem(props.tags), literal`InvalidTags`, this);
    warnOfDefaultIngestionMode(this, props.ingestionMode);
  }
}

function triggerProblem(props: DatasetExportJobProps): string | undefined {
  if (props.jobName === undefined || !props.trigger?._isEveryDeployment) { return undefined; }
  return `jobName cannot be used with ExportTrigger.everyDeployment(), as each export needs a name of its own, got ${JSON.stringify(props.jobName)}: leave jobName out`;
}

function timeoutProp(timeout: Duration): string | undefined {
  return timeout.isUnresolved() ? undefined : timeoutProblem(timeout.toSeconds({ integral: false }), timeout.toHumanString());
}

/** Longer than CloudFormation waits for a custom resource. A token is taken for short: the handler refuses it if it is not. */
function isLong(timeout?: Duration): boolean {
  return timeout !== undefined && !timeout.isUnresolved() && timeout.toSeconds() > MAX_CUSTOM_RESOURCE_SECONDS;
}

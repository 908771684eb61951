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
import { attributeOf } from './private/cross-stack-attribute';
import { datasetPatterns } from './private/dataset-arn';
import { warnOfMissingDatasetKey } from './private/dataset-key-warning';
import { datasetProblem, inputsProblem, tagsProblem, validateDestination, warnOfDefaultIngestionMode } from './private/export-inputs';
import { generatedJobNamePattern, jobNamePrefix } from './private/job-name';
import { warnOfDatasetsNotRetained } from './private/retention-warning';
import { durationProblem, literal, rejectIf } from './private/validation';

/** Change it when the handler must look at each job of a deployed stack once. */
const CONTRACT_VERSION = '2';

/** What every job's first resource has. Omitting an input is a compile error. */
type FirstResourceProperties = {
  readonly [name in Exclude<keyof DatasetExportJobResourceProperties, 'ServiceToken' | 'HandsOver' | 'ContinuesJobArn' | 'WaitedSeconds'>]:
  DatasetExportJobResourceProperties[name];
};

/**
 * A dataset export job in Amazon Personalize.
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
 * Properties of a dataset export job.
 *
 * @see https://docs.aws.amazon.com/personalize/latest/dg/API_CreateDatasetExportJob.html
 */
export interface DatasetExportJobProps {
  /**
   * The dataset to export: a `CfnDataset`, or `Dataset.fromDatasetArn()`.
   *
   * It must be in the stack's account and Region. Personalize cannot export datasets of type Actions and Action interactions:
   * synthesis fails if the type is known, otherwise the deployment fails.
   */
  readonly dataset: personalize.IDatasetRef;

  /**
   * Which records to export, by how they were added to the dataset.
   *
   * If it is not set, Personalize exports no bulk imports, and synthesis warns about that.
   *
   * @see https://docs.aws.amazon.com/personalize/latest/dg/API_CreateDatasetExportJob.html
   * @default - Personalize's default, PUT: only records that were added individually
   */
  readonly ingestionMode?: IngestionMode;

  /**
   * The bucket, encryption key and service role for the export.
   *
   * Synthesis fails if it is known to be in another account or Region.
   *
   * @default - a new ExportDestination: an encrypted bucket, a KMS key and a service role
   */
  readonly destination?: ExportDestination;

  /**
   * The name of the job: 1 to 63 letters, digits, hyphens and underscores, starting with a letter or digit.
   *
   * Personalize never frees the name of an export job. If you set one, change it whenever you change an input of the export, or
   * the deployment fails. Synthesis fails if the name is invalid, already used by another job of this provider, or combined with
   * `ExportTrigger.everyDeployment()`.
   *
   * @default - generated from the stack, the construct and the deployment's request; unique for each export
   */
  readonly jobName?: string;

  /**
   * When later deployments export again.
   *
   * @default ExportTrigger.onInputChange()
   */
  readonly trigger?: ExportTrigger;

  /**
   * How long the deployment waits for the job: 1 minute to 12 hours, in whole seconds.
   *
   * After that, the deployment fails. The job continues, because Personalize cannot stop it. Synthesis fails if the value is out of
   * range.
   *
   * CloudFormation waits one hour for a custom resource, so each further 55 minutes, or part thereof, adds a custom resource that
   * continues to wait. A token must not resolve to more than 55 minutes.
   *
   * @default Duration.minutes(55)
   */
  readonly timeout?: Duration;

  /**
   * Whether the deployment waits until the job is done, and fails if the job fails.
   *
   * If it is `false`, the deployment continues as soon as Personalize has created the job, for which it waits at most 55 minutes, and
   * the stack does not show how the job ended. Personalize sends no event: describe the job, or use a `DatasetExportWorkflow`, which sends one for each export.
   *
   * @default true
   */
  readonly waitForCompletion?: boolean;

  /**
   * Whether the deployment fails if the export is complete, but has written no objects.
   *
   * By default, the log of the provider's functions contains a warning, and `objectCount` is `0`. Only a job that the deployment has started
   * makes it fail, and only if the folder of the export can be listed. Synthesis fails if it is combined with `waitForCompletion: false`.
   *
   * @default false
   */
  readonly failOnEmptyExport?: boolean;

  /**
   * Tags of the job, at most 50. The stack's tags do not apply to it.
   *
   * Synthesis fails if there are more, if a key has more than 128 characters or starts with `aws:`, or if a value has more than
   * 256 characters.
   *
   * A job gets its tags when it is created: changing only the tags starts no export and takes effect with the next one.
   *
   * @see https://docs.aws.amazon.com/personalize/latest/dg/tagging-resources.html
   * @default - no tags
   */
  readonly tags?: { readonly [key: string]: string };

  /**
   * The provider that starts the job and waits for it. Synthesis fails if it is in another stack.
   *
   * @default - the provider that all jobs of the stack share
   */
  readonly provider?: DatasetExportProvider;
}

/**
 * Defines a dataset export job, which exports a dataset from Amazon Personalize to S3 during the deployment.
 *
 * The deployment waits until the data is exported. If the export fails, the deployment fails with Personalize's reason.
 *
 * Removing the job from the stack deletes nothing: Personalize keeps the job's record, and the exported objects stay.
 *
 * @see https://docs.aws.amazon.com/personalize/latest/dg/API_CreateDatasetExportJob.html
 * @resource Custom::PersonalizeDatasetExportJob
 */
@propertyInjectable
export class DatasetExportJob extends Resource implements IDatasetExportJob {
  /** Identifies the class to property injectors. */
  public static readonly PROPERTY_INJECTION_ID: string = 'cdk-personalize-dataset-export.DatasetExportJob';

  /**
   * References an existing dataset export job by its ARN.
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
   * The ARN of the job, available when the export is done.
   *
   * @attribute
   */
  public readonly datasetExportJobArn: string;

  /**
   * The name of the job, available when the export is done.
   *
   * @attribute
   */
  public readonly datasetExportJobName: string;

  /**
   * Where the exported objects are: `s3://<bucket>/<prefix>dataset_group=<group>/dataset=<TYPE>/date=<YYYY-MM-DD>/<jobName>/`. Available when
   * the export is done.
   *
   * Query engines read dataset group, dataset and date in the path as partitions. The date is that of the job's creation, in UTC. Personalize does not document the names of the objects below that path: list them.
   *
   * @attribute
   */
  public readonly outputUri: string;

  /**
   * How many objects the export has written, as a text: of the job's folder, when the deployment last looked at the job.
   *
   * It is `unknown` if the folder could not be listed, such as in a bucket of another account whose policy does not allow it or in a VPC
   * without an endpoint for S3, and with `waitForCompletion: false`. Available when the export is done.
   *
   * @attribute
   */
  public readonly objectCount: string;

  /**
   * The size of these objects in bytes, as a text, or `unknown`. Available when the export is done.
   *
   * @attribute
   */
  public readonly objectBytes: string;

  /**
   * The bucket, encryption key and service role of the export.
   */
  public readonly destination: ExportDestination;

  /**
   * Grants on the exported objects.
   */
  public readonly grants: DatasetExportJobGrants;

  /**
   * Whether the export is complete when the attributes are known.
   *
   * @internal
   */
  public readonly _isComplete: boolean;

  /**
   * Defines a dataset export job.
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
    const { datasetArn } = props.dataset.datasetRef;
    validateDestination(this, this.destination, { arn: datasetArn, jobName: jobNamePattern });
    this.grants = DatasetExportJobGrants._fromDestination(this.destination, { ...datasetPatterns(datasetArn), jobName: jobNamePattern });

    const provider = props.provider ?? DatasetExportProvider.getOrCreate(this);
    warnOfMissingDatasetKey(this, this.destination, [datasetArn]);
    warnOfDatasetsNotRetained([datasetArn]);
    const tagged = Object.keys(props.tags ?? {}).length > 0;
    const waitForCompletion = props.waitForCompletion ?? true;
    this._isComplete = waitForCompletion;
    const { bucket, prefix, role } = this.destination;
    const permissions = provider._register(this, {
      datasetArn, roleArn: role.roleArn, jobName: props.jobName, tagged, ...waitForCompletion && { listed: { bucketArn: bucket.bucketArn, prefix } },
    });

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
      FailOnEmptyExport: props.failOnEmptyExport ? 'true' : undefined,
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
    this.objectCount = attributeOf(complete, 'ObjectCount');
    this.objectBytes = attributeOf(complete, 'ObjectBytes');
  }

  /**
   * One resource that starts the export, and further ones that continue to wait for it, because CloudFormation waits only an hour for each.
   * The id of the last one does not depend on their number, so references from other stacks stay the same.
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
      // a deletion has nothing to do: retained, the resources are removed without waiting for each other or for Lambda
      removalPolicy: RemovalPolicy.RETAIN,
    });
    // the policies are created before the job and deleted after it
    if (inPlace) { resource.node.addDependency(inPlace); }
    return resource;
  }

  private validate(props: DatasetExportJobProps): void {
    rejectIf(datasetProblem(this, props.dataset), literal`InvalidDataset`, this);
    rejectIf(inputsProblem(props), literal`InvalidInput`, this);
    rejectIf(triggerProblem(props), literal`JobNameWithTrigger`, this);
    rejectIf(durationProblem('timeout', props.timeout, { unit: 'seconds', check: timeoutProblem, token: true }), literal`InvalidTimeout`, this);
    rejectIf(props.tags && tagsProblem(props.tags), literal`InvalidTags`, this);
    rejectIf(emptyExportProblem(props), literal`FailOnEmptyExportWithoutWaiting`, this);
    warnOfDefaultIngestionMode(this, props.ingestionMode);
  }
}

function triggerProblem(props: DatasetExportJobProps): string | undefined {
  if (props.jobName === undefined || !props.trigger?._isEveryDeployment) { return undefined; }
  return 'jobName cannot be used with ExportTrigger.everyDeployment(), because each export needs a new name, '
    + `got ${JSON.stringify(props.jobName)}: leave jobName out`;
}

function emptyExportProblem({ failOnEmptyExport, waitForCompletion }: DatasetExportJobProps): string | undefined {
  if (!failOnEmptyExport || waitForCompletion !== false) { return undefined; }
  return 'failOnEmptyExport cannot be used with waitForCompletion: false, because the deployment does not see what the export writes, '
    + 'got true: leave out one of the two';
}

/** Longer than CloudFormation waits for a custom resource. A token counts as short: the handler refuses it if it is not. */
function isLong(timeout?: Duration): boolean {
  return timeout !== undefined && !timeout.isUnresolved() && timeout.toSeconds() > MAX_CUSTOM_RESOURCE_SECONDS;
}

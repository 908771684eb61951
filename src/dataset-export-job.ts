import {
  Annotations, Arn, ArnFormat, CustomResource, Duration, IResource, Resource, Stack, Token, Tokenization, aws_personalize as personalize,
} from 'aws-cdk-lib';
import { propertyInjectable } from 'aws-cdk-lib/core/lib/prop-injectable';
import { Construct } from 'constructs';
import { DatasetExportJobGrants } from './dataset-export-job-grants';
import { DatasetExportProvider } from './dataset-export-provider';
import { ExportDestination } from './export-destination';
import { ExportTrigger } from './export-trigger';
import { IngestionMode } from './ingestion-mode';
import {
  datasetArnProblem, datasetTypeProblem, jobNameProblem, outputPathLengthProblem, tagKeyProblem, tagsCountProblem, tagValueProblem, timeoutProblem,
} from './private/api-constraints';
import { DatasetExportJobResourceAttributes, DatasetExportJobResourceProperties } from './private/contract';
import { generatedJobNamePattern, jobNamePrefix } from './private/job-name';
import { checkKnown, literal, rejectIf } from './private/validation';

/**
 * A dataset export job of Amazon Personalize.
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
   * @default - a new ExportDestination: an encrypted bucket, a KMS key and a service role
   */
  readonly destination?: ExportDestination;

  /**
   * The name of the job: 1 to 63 letters, digits, hyphens and underscores, the first a letter or a digit.
   *
   * Personalize never frees the name of an export job: with a name of your own, each change of the export's inputs needs a
   * new name, and the deployment fails without one. Fails at synth together with `ExportTrigger.everyDeployment()`.
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
   * How long the deployment waits for the job, from 1 to 55 minutes.
   *
   * When it is over, the deployment fails; the job itself goes on, as Personalize cannot stop it.
   *
   * @default Duration.minutes(55)
   */
  readonly timeout?: Duration;

  /**
   * Tags of the job, 50 at most. The tags of the stack do not reach it.
   *
   * They are given to a job when it is created: a change of tags alone starts no export and takes effect with the next one.
   *
   * @see https://docs.aws.amazon.com/personalize/latest/dg/tagging-resources.html
   * @default - no tags
   */
  readonly tags?: { readonly [key: string]: string };

  /**
   * What starts the job and waits for it; must be in the same stack.
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

  constructor(scope: Construct, id: string, props: DatasetExportJobProps) {
    super(scope, id);
    this.validate(props);

    this.destination = props.destination ?? new ExportDestination(this, 'Destination');
    const generatedPrefix = jobNamePrefix(this);
    const jobNamePattern = props.jobName ?? generatedJobNamePattern(generatedPrefix);
    this.validateOutputPath(jobNamePattern);
    this.grants = DatasetExportJobGrants._fromDestination(this.destination, jobNamePattern);

    const provider = props.provider ?? DatasetExportProvider.getOrCreate(this);
    const { datasetArn } = props.dataset.datasetRef;
    const tagged = Object.keys(props.tags ?? {}).length > 0;
    const permissions = provider._register(this, {
      datasetArn, roleArn: this.destination.role.roleArn, jobName: props.jobName, tagged,
    });

    const properties: Omit<DatasetExportJobResourceProperties, 'ServiceToken'> = {
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
      TimeoutSeconds: timeoutSeconds(props.timeout ?? DEFAULT_TIMEOUT),
    };
    const resource = new CustomResource(this, 'Resource', {
      serviceToken: provider.serviceToken,
      resourceType: 'Custom::PersonalizeDatasetExportJob',
      properties,
    });
    // the policies come before the job and leave after it
    resource.node.addDependency(permissions, this.destination._inPlace);

    const attribute = (name: keyof DatasetExportJobResourceAttributes) => resource.getAttString(name);
    this.datasetExportJobArn = attribute('DatasetExportJobArn');
    this.datasetExportJobName = attribute('DatasetExportJobName');
    this.outputUri = attribute('OutputUri');
  }

  private validate(props: DatasetExportJobProps): void {
    rejectIf(this.datasetProblem(props.dataset), literal`InvalidDataset`, this);
    rejectIf(props.jobName === undefined ? undefined : checkKnown(props.jobName, jobNameProblem), literal`InvalidJobName`, this);
    rejectIf(triggerProblem(props), literal`JobNameWithTrigger`, this);
    rejectIf(props.timeout && timeoutProp(props.timeout), literal`InvalidTimeout`, this);
    rejectIf(props.tags && tagsProblem(props.tags), literal`InvalidTags`, this);

    if (props.ingestionMode === undefined) {
      Annotations.of(this).addWarningV2(
        'cdk-personalize-dataset-export:ingestionModeDefault',
        'ingestionMode is left out: Personalize exports only records that were added one by one (PUT) then, none that were imported in bulk; set IngestionMode.ALL, BULK or PUT',
      );
    }
  }

  private datasetProblem(dataset: personalize.IDatasetRef): string | undefined {
    if (personalize.CfnDataset.isCfnDataset(dataset)) {
      return checkKnown(dataset.datasetType, type => datasetTypeProblem(type, dataset.node.path));
    }
    const { datasetArn } = dataset.datasetRef;
    return checkKnown(datasetArn, datasetArnProblem) ?? this.environmentProblem(datasetArn);
  }

  private environmentProblem(datasetArn: string): string | undefined {
    if (Token.isUnresolved(datasetArn)) { return undefined; }
    const { account, region } = Arn.split(datasetArn, ArnFormat.SLASH_RESOURCE_NAME);
    for (const [name, ofDataset, ofStack] of [['account', account!, this.stack.account], ['Region', region!, this.stack.region]]) {
      if (!Token.isUnresolved(ofStack) && ofDataset !== ofStack) {
        return `dataset must be in the ${name} of the stack, ${ofStack}, got ${JSON.stringify(datasetArn)}`;
      }
    }
    return undefined;
  }

  private validateOutputPath(jobName: string): void {
    const { bucket, prefix } = this.destination;
    const path = `s3://${bucket.bucketName}/${prefix}${jobName}/`;
    const length = ['s3://', '/', '/'].join('').length
      + minimumLength(bucket.bucketName, MIN_BUCKET_NAME_LENGTH) + minimumLength(prefix, 0) + minimumLength(jobName, 1);
    rejectIf(outputPathLengthProblem(length, Token.isUnresolved(path) ? prefix : path), literal`OutputPathTooLong`, this);
  }
}

const DEFAULT_TIMEOUT = Duration.minutes(55);
const MIN_BUCKET_NAME_LENGTH = 3;

/** The length of a text that is known, the least possible one of a token: the handler checks the real one. */
function minimumLength(value: string, ofToken: number): number {
  return Token.isUnresolved(value) ? ofToken : value.length;
}

function triggerProblem(props: DatasetExportJobProps): string | undefined {
  if (props.jobName === undefined || !props.trigger?._isEveryDeployment) { return undefined; }
  return `jobName cannot be used with ExportTrigger.everyDeployment(), as each export needs a name of its own, got ${JSON.stringify(props.jobName)}: leave jobName out`;
}

function timeoutProp(timeout: Duration): string | undefined {
  return timeout.isUnresolved() ? undefined : timeoutProblem(timeout.toSeconds({ integral: false }), timeout.toHumanString());
}

function timeoutSeconds(timeout: Duration): string {
  return Tokenization.stringifyNumber(timeout.toSeconds());
}

function tagsProblem(tags: { readonly [key: string]: string }): string | undefined {
  const problems = Object.entries(tags).map(([key, value]) => tagKeyProblem(key) ?? checkKnown(value, known => tagValueProblem(key, known)));
  return tagsCountProblem(problems.length) ?? problems.find(problem => problem !== undefined);
}

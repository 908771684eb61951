import { Duration, RemovalPolicy, Stack, Token, aws_iam as iam, aws_kms as kms, aws_s3 as s3 } from 'aws-cdk-lib';
import { propertyInjectable } from 'aws-cdk-lib/core/lib/prop-injectable';
import { Construct, IDependable } from 'constructs';
import { kmsKeyArnProblem, prefixProblem, roleArnProblem } from './contract/api-constraints';
import { keyRegionProblem, partitionProblem, roleAccountProblem } from './private/environments';
import { grantPersonalizeAccess } from './private/personalize-access';
import { PERSONALIZE } from './private/personalize-service';
import { sourceConditions } from './private/source-conditions';
import { checkDuration, checkKnown, literal, normalizedPrefix, rejectIf } from './private/validation';

/**
 * Where dataset exports are written, and as whom.
 *
 * @see https://docs.aws.amazon.com/personalize/latest/dg/export-permissions.html
 */
export interface ExportDestinationProps {
  /**
   * The bucket to write to, in the Region of the dataset.
   *
   * Its policy must let Personalize write to it. That is added for a bucket of this app; for an imported bucket a warning at
   * synth holds the statements to add.
   *
   * @default - a new private bucket: TLS only, encrypted, versioned, kept when the stack is deleted
   */
  readonly bucket?: s3.IBucket;

  /**
   * How the new bucket is encrypted: `BucketEncryption.KMS` or `BucketEncryption.S3_MANAGED`.
   *
   * Other values fail at synth, and so does any value together with `bucket`.
   *
   * @default BucketEncryption.KMS
   */
  readonly encryption?: s3.BucketEncryption;

  /**
   * The KMS key that encrypts the exported objects.
   *
   * Its policy must let Personalize and the role use it. That is added for a key of this app; for an imported key a warning
   * at synth holds the statement to add. An alias fails: Personalize takes only the ARN of a key. So does a key that is known
   * to be in another Region than the bucket.
   *
   * @default - the encryption key of `bucket`, if it is known to have one; for a new bucket, a new key with yearly rotation
   */
  readonly encryptionKey?: kms.IKey;

  /**
   * The service role that Personalize assumes to write.
   *
   * It must trust `personalize.amazonaws.com`. What it needs is added to its policy. A role of another account fails at synth,
   * as far as that is known there: roles cannot be passed across accounts.
   *
   * @default - a new role that only Personalize can assume, only for this account and Region
   */
  readonly role?: iam.IRole;

  /**
   * Where in the bucket to write. Each job writes below `<prefix><jobName>/`.
   *
   * A missing `/` at the end is added, unless the prefix is a token. Fails at synth with a `/` at its beginning, with `//`, with
   * characters other than letters, digits, spaces and `!_.'()-=+@:,&/`, and when the whole path
   * `s3://<bucket>/<prefix><jobName>/` has more than 256 characters.
   *
   * @default - the root of the bucket
   */
  readonly prefix?: string;

  /**
   * What becomes of the new bucket and the new key when they leave the stack: `RemovalPolicy.RETAIN`,
   * `RETAIN_ON_UPDATE_OR_DELETE` or `DESTROY`. Other values fail at synth, and so does any value together with `bucket`.
   *
   * Exported objects are never deleted for you: CloudFormation deletes only empty buckets. A bucket that stays keeps its bucket
   * policy.
   *
   * - `RETAIN`: bucket and key stay, always. Each failed first deployment leaves a bucket and a key behind.
   * - `RETAIN_ON_UPDATE_OR_DELETE`: bucket and key stay when they are removed from the stack or the stack is deleted, and go when the
   *   deployment that made them is rolled back: a failed first deployment leaves nothing behind. If the bucket holds objects by
   *   then, that rollback ends in ROLLBACK_FAILED, bucket and key stay, and deleting the stack takes the stack away and keeps both.
   *   If it was an update that made them, CloudFormation gives up on the bucket and may go on to the key, which KMS then deletes
   *   after 30 days: cancel that to keep the objects readable.
   * - `DESTROY`: an empty bucket goes. With objects in it, deleting the stack fails, and an update that removes it leaves it behind. The
   *   key stays, always, because CloudFormation deletes a key whether or not there is still something that it encrypts.
   *
   * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-attribute-deletionpolicy.html
   * @default RemovalPolicy.RETAIN
   */
  readonly removalPolicy?: RemovalPolicy;

  /**
   * How long the new bucket keeps exported objects, in whole days.
   *
   * Anything else fails at synth, and so does any value together with `bucket`.
   *
   * @default - for ever
   */
  readonly expiration?: Duration;

  /**
   * Whether the new bucket keeps the versions of objects that are overwritten or deleted.
   *
   * Fails at synth together with `bucket`.
   *
   * @default true
   */
  readonly versioned?: boolean;

  /**
   * The KMS key of the dataset group, when the dataset group was created with one of its own.
   *
   * Personalize needs further rights on both keys then. A warning at synth says so when it is left out and the dataset group is a
   * `CfnDatasetGroup` of this app that names a key. An alias fails at synth: policies must name the key.
   *
   * @see https://docs.aws.amazon.com/personalize/latest/dg/granting-personalize-key-access.html
   * @default - the dataset group has no key of its own
   */
  readonly datasetEncryptionKey?: kms.IKey;

  /**
   * Whether the bucket's and the keys' policies let Personalize in only when it acts for this account and Region
   * (`aws:SourceAccount`, `aws:SourceArn`), as the new role's trust policy always does.
   *
   * Not the default, because it is not documented that Personalize's own calls to S3 and KMS carry these keys: if they do not,
   * every export fails with "Insufficient privileges". Try it with an export of yours first.
   *
   * @see https://docs.aws.amazon.com/personalize/latest/dg/cross-service-confused-deputy-prevention.html
   * @default false
   */
  readonly sourceConditions?: boolean;
}

/**
 * Defines where dataset exports are written, and as whom: the bucket, the KMS key that encrypts the objects, and the service
 * role that Personalize assumes, with all policies that Personalize needs.
 *
 * Several jobs can share one destination: each writes below a prefix of its own.
 *
 * @see https://docs.aws.amazon.com/personalize/latest/dg/export-permissions.html
 */
@propertyInjectable
export class ExportDestination extends Construct {
  /** Identifies the class to property injectors. */
  public static readonly PROPERTY_INJECTION_ID: string = 'cdk-personalize-dataset-export.ExportDestination';

  /**
   * The bucket that the exports are written to.
   */
  public readonly bucket: s3.IBucket;

  /**
   * The key that encrypts the exported objects; undefined with `BucketEncryption.S3_MANAGED` and for an imported bucket whose
   * key is not known.
   */
  public readonly encryptionKey?: kms.IKey;

  /**
   * The service role that Personalize assumes.
   */
  public readonly role: iam.IRole;

  /**
   * Where in the bucket the jobs write: empty, or ends with `/`.
   */
  public readonly prefix: string;

  /**
   * What a job must depend on.
   *
   * @internal
   */
  public readonly _inPlace: IDependable;

  /**
   * The dataset group's own key.
   *
   * @internal
   */
  public readonly _datasetEncryptionKey?: kms.IKey;

  /**
   * Fails at synth when a prop is not what its description asks for; the message names the prop, its value and what is allowed.
   *
   * @param scope the parent construct
   * @param id the construct's id
   * @param props where to write, and as whom
   */
  constructor(scope: Construct, id: string, props: ExportDestinationProps = {}) {
    super(scope, id);
    this.validate(props);

    this.prefix = normalizedPrefix(props.prefix);
    this.encryptionKey = props.encryptionKey ?? props.bucket?.encryptionKey ?? this.newKey(props);
    this.bucket = props.bucket ?? this.newBucket(props);
    this.role = props.role ?? this.newRole();
    this._datasetEncryptionKey = props.datasetEncryptionKey;
    this._inPlace = grantPersonalizeAccess(this, {
      bucket: this.bucket,
      prefix: this.prefix,
      role: this.role,
      outputKeys: [this.encryptionKey, this.bucket.encryptionKey].filter(key => key !== undefined),
      datasetEncryptionKey: props.datasetEncryptionKey,
      sourceConditions: props.sourceConditions ? sourceConditions(Stack.of(this)) : undefined,
    });
    // it goes with the bucket, and never before
    if (props.bucket === undefined) { this.bucket.policy?.applyRemovalPolicy(RemovalPolicy.RETAIN); }
  }

  private validate(props: ExportDestinationProps): void {
    rejectIf(props.prefix === undefined ? undefined : checkKnown(props.prefix, prefixProblem), literal`InvalidPrefix`, this);
    rejectIf(props.role && roleProblem(props.role, Stack.of(this)), literal`InvalidRole`, this);
    rejectIf(props.bucket?.encryptionKey && keyProblem(props.bucket.encryptionKey, 'the encryptionKey of bucket', Stack.of(this).region), literal`InvalidBucketKey`, this);
    rejectIf(props.datasetEncryptionKey && keyProblem(props.datasetEncryptionKey, 'datasetEncryptionKey', Stack.of(this).region), literal`InvalidDatasetEncryptionKey`, this);
    const bucketRegion = props.bucket?.env.region ?? Stack.of(this).region;
    rejectIf(props.encryptionKey && (keyProblem(props.encryptionKey, 'encryptionKey', bucketRegion) ?? keyRegionProblem(props.encryptionKey, bucketRegion)), literal`InvalidEncryptionKey`, this);
    rejectIf(encryptionProblem(props), literal`InvalidEncryption`, this);
    rejectIf(conflictProblem(props), literal`ConflictingDestinationProps`, this);
    rejectIf(removalPolicyProblem(props.removalPolicy), literal`InvalidRemovalPolicy`, this);
    rejectIf(checkDuration('expiration', props.expiration, 'days', expirationProblem), literal`InvalidExpiration`, this);
  }

  private newKey(props: ExportDestinationProps): kms.IKey | undefined {
    if (props.bucket !== undefined || props.encryption === s3.BucketEncryption.S3_MANAGED) { return undefined; }
    return new kms.Key(this, 'Key', {
      description: `Encrypts the Personalize dataset exports of ${this.node.path}`,
      enableKeyRotation: true,
      removalPolicy: keyRemovalPolicy(props.removalPolicy),
    });
  }

  private newBucket(props: ExportDestinationProps): s3.IBucket {
    const versioned = props.versioned ?? true;
    return new s3.Bucket(this, 'Bucket', {
      encryption: this.encryptionKey ? s3.BucketEncryption.KMS : s3.BucketEncryption.S3_MANAGED,
      encryptionKey: this.encryptionKey,
      blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL,
      enforceSSL: true,
      versioned,
      lifecycleRules: [{
        abortIncompleteMultipartUploadAfter: Duration.days(7),
        expiration: props.expiration,
        noncurrentVersionExpiration: versioned ? props.expiration : undefined,
      }],
      removalPolicy: props.removalPolicy ?? RemovalPolicy.RETAIN,
    });
  }

  private newRole(): iam.IRole {
    return new iam.Role(this, 'Role', {
      description: `Lets Amazon Personalize write the dataset exports of ${this.node.path}`.slice(0, 1000),
      assumedBy: new iam.ServicePrincipal(PERSONALIZE, { conditions: sourceConditions(Stack.of(this)) }),
    });
  }
}

function roleProblem(role: iam.IRole, { account, region }: Stack): string | undefined {
  return checkKnown(role.roleArn, roleArnProblem) ?? roleAccountProblem(role, account) ?? partitionProblem('role', role.roleArn, region);
}

/** The text of an ARN shows that it is an alias even where the Region or the account in it is a token. */
function keyProblem({ keyArn }: kms.IKey, name: string, region: string): string | undefined {
  return Token.isUnresolved(keyArn) && !/:alias\//.test(keyArn) ? undefined : kmsKeyArnProblem(keyArn, name) ?? partitionProblem(name, keyArn, region);
}

function encryptionProblem(props: ExportDestinationProps): string | undefined {
  const { encryption, encryptionKey } = props;
  if (encryption === undefined) { return undefined; }
  if (encryption !== s3.BucketEncryption.KMS && encryption !== s3.BucketEncryption.S3_MANAGED) {
    return `encryption must be BucketEncryption.KMS or BucketEncryption.S3_MANAGED, got ${JSON.stringify(encryption)}: `
      + 'exports are always encrypted, and Personalize cannot be let into a key that AWS manages';
  }
  if (encryption === s3.BucketEncryption.S3_MANAGED && encryptionKey !== undefined) {
    return 'encryptionKey cannot be used with encryption BucketEncryption.S3_MANAGED: leave one of them out';
  }
  return undefined;
}

function conflictProblem(props: ExportDestinationProps): string | undefined {
  if (props.bucket === undefined) { return undefined; }
  const conflicts = (['encryption', 'removalPolicy', 'expiration', 'versioned'] as const).filter(name => props[name] !== undefined);
  if (conflicts.length === 0) { return undefined; }
  return `${conflicts.join(', ')} cannot be used with bucket: they describe the bucket that is made when bucket is left out, configure your bucket itself`;
}

const REMOVAL_POLICIES = [RemovalPolicy.RETAIN, RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE, RemovalPolicy.DESTROY];

function removalPolicyProblem(removalPolicy: RemovalPolicy | undefined): string | undefined {
  if (removalPolicy === undefined || REMOVAL_POLICIES.includes(removalPolicy)) { return undefined; }
  return `removalPolicy must be RemovalPolicy.RETAIN, RETAIN_ON_UPDATE_OR_DELETE or DESTROY, got ${JSON.stringify(removalPolicy)}: `
    + 'there are no snapshots of buckets and keys, choose RETAIN to keep both';
}

/**
 * The key outlives whatever it encrypts. CloudFormation does not know what that is: in the cleanup of an update, and when a bucket
 * that could not be deleted is left behind, it deletes the key all the same.
 *
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/troubleshooting.html
 */
function keyRemovalPolicy(removalPolicy: RemovalPolicy | undefined): RemovalPolicy {
  return removalPolicy === RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE ? removalPolicy : RemovalPolicy.RETAIN;
}

function expirationProblem(expiration: Duration): string | undefined {
  if (expiration.isUnresolved()) { return undefined; }
  const days = expiration.toDays({ integral: false });
  return Number.isInteger(days) && days >= 1 ? undefined : `expiration must be one or more whole days, got ${expiration.toHumanString()}`;
}

import { Duration, RemovalPolicy, Stack, Token, aws_iam as iam, aws_kms as kms, aws_s3 as s3 } from 'aws-cdk-lib';
import { propertyInjectable } from 'aws-cdk-lib/core/lib/prop-injectable';
import { Construct, IDependable } from 'constructs';
import { kmsKeyArnProblem, prefixProblem, roleArnProblem } from './contract/api-constraints';
import { keyRegionProblem, partitionProblem, roleAccountProblem } from './private/environments';
import { PERSONALIZE, PersonalizeAccessProps, grantImport, grantPersonalizeAccess, sourceConditions } from './private/personalize-access';
import { checkKnown, durationProblem, literal, normalizedPrefix, rejectIf } from './private/validation';

/**
 * Properties of a destination for dataset exports.
 *
 * @see https://docs.aws.amazon.com/personalize/latest/dg/export-permissions.html
 */
export interface ExportDestinationProps {
  /**
   * The bucket to write to, in the dataset's Region.
   *
   * Its policy must let Personalize write to it. The construct adds the statements to the policy of a bucket of this app; for an imported
   * bucket, a warning at synthesis contains the statements to add.
   *
   * @default - a new private bucket: TLS only, encrypted, versioned, retained when the stack is deleted
   */
  readonly bucket?: s3.IBucket;

  /**
   * The encryption of the new bucket: `BucketEncryption.KMS` or `BucketEncryption.S3_MANAGED`.
   *
   * Synthesis fails for other values, and for any value combined with `bucket`.
   *
   * @default BucketEncryption.KMS
   */
  readonly encryption?: s3.BucketEncryption;

  /**
   * The KMS key that encrypts the exported objects.
   *
   * Its policy must let Personalize and the role use it. The construct adds the statement to the policy of a key of this app; for an
   * imported key, a warning at synthesis contains the statement to add. Synthesis fails for an alias, because Personalize accepts only
   * the ARN of a key, and for a key that is known to be in another Region than the bucket.
   *
   * @default - the encryption key of `bucket`, if it is known; for a new bucket, a new key with yearly rotation
   */
  readonly encryptionKey?: kms.IKey;

  /**
   * The service role that Personalize assumes to write the exports.
   *
   * It must trust `personalize.amazonaws.com`. The construct adds the permissions to its policy. Synthesis fails if the role is known to
   * be in another account, because roles cannot be passed across accounts.
   *
   * @default - a new role that only Personalize can assume, and only for this account and Region
   */
  readonly role?: iam.IRole;

  /**
   * The folder to write to in the bucket. Each job writes to `<prefix><jobName>/`.
   *
   * A missing `/` at the end is added, unless the prefix is a token. Synthesis fails if the prefix starts with `/`, contains `//` or
   * characters other than letters, digits, spaces and `!_.'()-=+@:,&/`, or if the output path `s3://<bucket>/<prefix><jobName>/` has
   * more than 256 characters.
   *
   * @default - the root of the bucket
   */
  readonly prefix?: string;

  /**
   * What happens to the new bucket and the new key when they are removed from the stack: `RemovalPolicy.RETAIN`,
   * `RETAIN_ON_UPDATE_OR_DELETE` or `DESTROY`.
   *
   * Exported objects are never deleted: CloudFormation deletes only empty buckets. A retained bucket keeps its bucket policy. Synthesis
   * fails for other values, and for any value combined with `bucket`.
   *
   * - `RETAIN`: bucket and key are always retained. Each failed first deployment leaves a bucket and a key behind.
   * - `RETAIN_ON_UPDATE_OR_DELETE`: bucket and key are retained when they are removed from the stack or the stack is deleted, and
   *   deleted when the deployment that created them is rolled back, so a failed first deployment leaves nothing behind. If the bucket
   *   contains objects by then, the rollback ends in ROLLBACK_FAILED, and deleting the stack retains bucket and key. If an update
   *   created them, CloudFormation skips the bucket and may still delete the key, which KMS does after 30 days: cancel the key deletion
   *   to keep the objects readable.
   * - `DESTROY`: an empty bucket is deleted. If it contains objects, deleting the stack fails, and an update that removes the bucket
   *   leaves it behind. The key is always retained, because CloudFormation would delete it even if objects are still encrypted with it.
   *
   * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-attribute-deletionpolicy.html
   * @default RemovalPolicy.RETAIN
   */
  readonly removalPolicy?: RemovalPolicy;

  /**
   * How long the new bucket keeps exported objects: one or more whole days.
   *
   * Synthesis fails for other values, and for any value combined with `bucket`.
   *
   * @default - objects do not expire
   */
  readonly expiration?: Duration;

  /**
   * Whether the new bucket keeps the versions of objects that are overwritten or deleted.
   *
   * Synthesis fails if it is combined with `bucket`.
   *
   * @default true
   */
  readonly versioned?: boolean;

  /**
   * The KMS key of the dataset group, if it was created with one.
   *
   * Personalize then needs further permissions on both keys. If it is not set, synthesis warns about a `CfnDatasetGroup` of this app that
   * has a key. Synthesis fails for an alias, because policies must name the key.
   *
   * @see https://docs.aws.amazon.com/personalize/latest/dg/granting-personalize-key-access.html
   * @default - the dataset group has no key of its own
   */
  readonly datasetEncryptionKey?: kms.IKey;

  /**
   * Whether the policies of the bucket and the keys allow Personalize only calls for this account and Region (`aws:SourceAccount`,
   * `aws:SourceArn`). The new role's trust policy always does.
   *
   * Not the default, because AWS does not document that Personalize's calls to S3 and KMS carry these condition keys. If they do not,
   * every export fails with "Insufficient privileges": test it with one export first.
   *
   * @see https://docs.aws.amazon.com/personalize/latest/dg/cross-service-confused-deputy-prevention.html
   * @default false
   */
  readonly sourceConditions?: boolean;
}

/**
 * Defines a destination for dataset exports: the bucket, the KMS key that encrypts the objects, the service role that Personalize
 * assumes, and all policies that Personalize needs.
 *
 * Several jobs can share a destination: each writes to a folder of its own.
 *
 * @see https://docs.aws.amazon.com/personalize/latest/dg/export-permissions.html
 */
@propertyInjectable
export class ExportDestination extends Construct {
  /** Identifies the class to property injectors. */
  public static readonly PROPERTY_INJECTION_ID: string = 'cdk-personalize-dataset-export.ExportDestination';

  /**
   * The bucket for the exports.
   */
  public readonly bucket: s3.IBucket;

  /**
   * The key that encrypts the exported objects. Undefined with `BucketEncryption.S3_MANAGED` and for an imported bucket whose key is
   * unknown.
   */
  public readonly encryptionKey?: kms.IKey;

  /**
   * The service role that Personalize assumes.
   */
  public readonly role: iam.IRole;

  /**
   * The folder that the jobs write to: empty, or ends with `/`.
   */
  public readonly prefix: string;

  /**
   * What jobs must depend on.
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

  private readonly access: PersonalizeAccessProps;

  /**
   * Defines a destination.
   *
   * @param scope the parent construct
   * @param id the construct's id
   * @param props the bucket, the encryption key and the role
   */
  constructor(scope: Construct, id: string, props: ExportDestinationProps = {}) {
    super(scope, id);
    this.validate(props);

    this.prefix = normalizedPrefix(props.prefix);
    this.encryptionKey = props.encryptionKey ?? props.bucket?.encryptionKey ?? this.newKey(props);
    this.bucket = props.bucket ?? this.newBucket(props);
    this.role = props.role ?? this.newRole();
    this._datasetEncryptionKey = props.datasetEncryptionKey;
    this.access = {
      bucket: this.bucket,
      prefix: this.prefix,
      role: this.role,
      outputKeys: [this.encryptionKey, this.bucket.encryptionKey].filter(key => key !== undefined),
      datasetEncryptionKey: props.datasetEncryptionKey,
      sourceConditions: props.sourceConditions ? sourceConditions(Stack.of(this)) : undefined,
    };
    this._inPlace = grantPersonalizeAccess(this, this.access);
    // never deleted before the bucket
    if (props.bucket === undefined) { this.bucket.policy?.applyRemovalPolicy(RemovalPolicy.RETAIN); }
  }

  /**
   * Lets Personalize import objects with this role.
   *
   * @internal
   */
  public _grantImport(role: iam.IRole, keyPattern: string): IDependable {
    return grantImport(this, { ...this.access, role }, keyPattern);
  }

  private validate(props: ExportDestinationProps): void {
    const { region } = Stack.of(this);
    rejectIf(props.prefix === undefined ? undefined : checkKnown(props.prefix, prefixProblem), literal`InvalidPrefix`, this);
    rejectIf(props.role && roleProblem(props.role, Stack.of(this)), literal`InvalidRole`, this);
    rejectIf(keyProblem(props.bucket?.encryptionKey, 'the encryptionKey of bucket', region), literal`InvalidBucketKey`, this);
    rejectIf(keyProblem(props.datasetEncryptionKey, 'datasetEncryptionKey', region), literal`InvalidDatasetEncryptionKey`, this);
    const bucketRegion = props.bucket?.env.region ?? region;
    rejectIf(
      keyProblem(props.encryptionKey, 'encryptionKey', bucketRegion) ?? keyRegionProblem(props.encryptionKey, bucketRegion), literal`InvalidEncryptionKey`, this,
    );
    rejectIf(encryptionProblem(props), literal`InvalidEncryption`, this);
    rejectIf(conflictProblem(props), literal`ConflictingDestinationProps`, this);
    rejectIf(removalPolicyProblem(props.removalPolicy), literal`InvalidRemovalPolicy`, this);
    rejectIf(durationProblem('expiration', props.expiration, { unit: 'days', token: true }), literal`InvalidExpiration`, this);
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

/** An alias is recognized even if the Region or the account in its ARN is a token. */
function keyProblem(key: kms.IKey | undefined, name: string, region: string): string | undefined {
  if (key === undefined || (Token.isUnresolved(key.keyArn) && !/:alias\//.test(key.keyArn))) { return undefined; }
  return kmsKeyArnProblem(key.keyArn, name) ?? partitionProblem(name, key.keyArn, region);
}

function encryptionProblem(props: ExportDestinationProps): string | undefined {
  const { encryption, encryptionKey } = props;
  if (encryption === undefined) { return undefined; }
  if (encryption !== s3.BucketEncryption.KMS && encryption !== s3.BucketEncryption.S3_MANAGED) {
    return `encryption must be BucketEncryption.KMS or BucketEncryption.S3_MANAGED, got ${JSON.stringify(encryption)}: `
      + 'exports are always encrypted, and Personalize cannot get access to an AWS managed key';
  }
  if (encryption === s3.BucketEncryption.S3_MANAGED && encryptionKey !== undefined) {
    return 'encryptionKey cannot be used with encryption BucketEncryption.S3_MANAGED: leave out one of them';
  }
  return undefined;
}

function conflictProblem(props: ExportDestinationProps): string | undefined {
  if (props.bucket === undefined) { return undefined; }
  const conflicts = (['encryption', 'removalPolicy', 'expiration', 'versioned'] as const).filter(name => props[name] !== undefined);
  if (conflicts.length === 0) { return undefined; }
  return `${conflicts.join(', ')} cannot be used with bucket, because they configure the new bucket: configure your own bucket instead`;
}

const REMOVAL_POLICIES = [RemovalPolicy.RETAIN, RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE, RemovalPolicy.DESTROY];

function removalPolicyProblem(removalPolicy: RemovalPolicy | undefined): string | undefined {
  if (removalPolicy === undefined || REMOVAL_POLICIES.includes(removalPolicy)) { return undefined; }
  return `removalPolicy must be RemovalPolicy.RETAIN, RETAIN_ON_UPDATE_OR_DELETE or DESTROY, got ${JSON.stringify(removalPolicy)}: `
    + 'buckets and keys have no snapshots. Use RETAIN to keep both';
}

/**
 * The key must outlive what it encrypts, which CloudFormation does not know: it deletes the key even when the bucket could not be deleted,
 * and in the cleanup of an update.
 *
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/troubleshooting.html
 */
function keyRemovalPolicy(removalPolicy: RemovalPolicy | undefined): RemovalPolicy {
  return removalPolicy === RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE ? removalPolicy : RemovalPolicy.RETAIN;
}

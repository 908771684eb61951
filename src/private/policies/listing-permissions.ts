import { Stack, aws_iam as iam } from 'aws-cdk-lib';
import { DATE_PATTERN, exportFolder } from '../../contract/export-folder';
import { ANY_DATASET } from '../dataset-arn';
import { jsonLength } from '../lengths';

/** Folders of a job, of which the functions tell what is in them. */
export interface ListedFolders {
  readonly bucketArn: string;
  /** The prefix of the destination. */
  readonly prefix: string;
  /** A pattern for the names of the jobs. */
  readonly jobNames: string;
}

interface Bucket {
  readonly arn: string;
  readonly isOfStack: boolean;
  /** By the prefixes of destinations. */
  readonly jobNames: Map<string, Set<string>>;
  /** Policies for which all jobs with the bucket wait. */
  readonly holders: Set<string>;
}

interface Settled {
  readonly ofHolders: ReadonlyMap<string, iam.PolicyStatement[]>;
  readonly ofRole: readonly iam.PolicyStatement[];
  readonly lengthInHolders: number;
  readonly lengthInRole: number;
}

/** More patterns than this become one. */
const MAX_PATTERNS = 3;
/** The most that statements for single buckets may take of the role's own policy. */
const MAX_LENGTH_IN_ROLE = 1_000;

/** Requests for the folders of these jobs, and for no others. */
export function listProps(patterns: readonly string[]): iam.PolicyStatementProps {
  return { actions: ['s3:ListBucket'], conditions: { StringLike: { 's3:prefix': patterns.length === 1 ? patterns[0] : patterns } } };
}

export function folderPattern(prefix: string, jobNames: string): string {
  return prefix + exportFolder({ ...ANY_DATASET, date: DATE_PATTERN, jobName: jobNames });
}

/**
 * Lets the provider's functions list what their jobs have written.
 *
 * A policy that names a bucket of the stack depends on it, and the bucket may depend on another job. So the statement goes into a policy for
 * which only jobs with that bucket wait: the one that names their role. Where there is none, or no room, the statement names all buckets,
 * and only the folders restrict it.
 */
export class ListingPermissions {
  private readonly buckets = new Map<string, Bucket>();
  private readonly lengths = new Map<string, number>();

  /** @param roomInHolders how long the statements in other policies than the role's own may be */
  constructor(private readonly stack: Stack, private readonly roomInHolders: () => number) {}

  /** @param holder a policy for which only jobs of the same role wait, if there is one */
  public add({ bucketArn: arn, prefix, jobNames }: ListedFolders, isOfStack: boolean, holder = ''): void {
    const bucket: Bucket = this.buckets.get(arn) ?? { arn, isOfStack, jobNames: new Map(), holders: new Set() };
    this.buckets.set(arn, bucket);
    bucket.holders.add(holder);
    bucket.jobNames.set(prefix, (bucket.jobNames.get(prefix) ?? new Set()).add(jobNames));
  }

  public settle(): Settled {
    const holdersOfOne = this.holdersOfOneBucket();
    const ofHolders = new Map<string, iam.PolicyStatement[]>();
    const ofRole: iam.PolicyStatement[] = [];
    const others: Bucket[] = [];
    let [lengthInHolders, lengthInRole] = [0, 0];
    for (const bucket of this.buckets.values()) {
      const statement = listStatement(bucket.arn, [bucket]);
      const length = this.lengthOf(statement);
      const holders = [...bucket.holders];
      const ofAll = length * holders.length;
      if (!bucket.isOfStack && lengthInRole + length <= MAX_LENGTH_IN_ROLE) {
        ofRole.push(statement);
        lengthInRole += length;
      } else if (bucket.isOfStack && holders.every(holder => holdersOfOne.has(holder)) && lengthInHolders + ofAll <= this.roomInHolders()) {
        for (const holder of holders) { ofHolders.set(holder, [statement]); }
        lengthInHolders += ofAll;
      } else {
        others.push(bucket);
      }
    }
    if (others.length > 0) {
      const statement = listStatement(this.stack.formatArn({ service: 's3', region: '', account: '', resource: '*' }), others);
      ofRole.push(statement);
      lengthInRole += this.lengthOf(statement);
    }
    return { ofHolders, ofRole, lengthInHolders, lengthInRole };
  }

  /** A policy that named several buckets would make jobs wait for the buckets of others. */
  private holdersOfOneBucket(): Set<string> {
    const all = [...this.buckets.values()].flatMap(({ holders }) => [...holders]);
    return new Set(all.filter(holder => holder !== '' && all.indexOf(holder) === all.lastIndexOf(holder)));
  }

  private lengthOf(statement: iam.PolicyStatement): number {
    const json = statement.toStatementJson();
    const key = JSON.stringify(json);
    const length = this.lengths.get(key) ?? jsonLength(this.stack, json) + ','.length;
    this.lengths.set(key, length);
    return length;
  }
}

function listStatement(resource: string, buckets: readonly Bucket[]): iam.PolicyStatement {
  return new iam.PolicyStatement({ ...listProps(patternsOf(buckets)), resources: [resource] });
}

function patternsOf(buckets: readonly Bucket[]): string[] {
  const all = new Set(buckets.flatMap(({ jobNames }) => [...jobNames].flatMap(([prefix, names]) => (
    names.size > MAX_PATTERNS ? [folderPattern(prefix, '*')] : [...names].map(name => folderPattern(prefix, name))))));
  return all.size > MAX_PATTERNS ? [folderPattern('*', '*')] : [...all];
}

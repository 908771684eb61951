import { aws_iam as iam, aws_s3 as s3, aws_stepfunctions as sfn, aws_stepfunctions_tasks as tasks } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { ResultPath } from './expressions';
import { transientRetry } from './personalize-calls';
import { UNKNOWN } from '../../contract/limits';
import { folderPattern, listProps } from '../policies/listing-permissions';

/** The response must fit into the payload of a state, with keys of the 1,024 bytes that S3 permits. */
const OBJECTS_PER_PAGE = 200;
/** More would take too much of the history of an execution that exports a hundred datasets. */
export const MAX_PAGES = 2;

const OBJECTS = '$states.result.Contents[Size > 0 or $substring(Key, -1) != "/"]';
/** Beside what the states of the export keep. */
const LISTING = `{"listing": {
  "objects": $sum([listing.objects, $count(${OBJECTS})]), "bytes": $sum([listing.bytes, $states.result.Contents.Size]),
  "pages": $sum([listing.pages, 1]), "after": $states.result.Contents[-1].Key, "more": $states.result.IsTruncated = true
}}`.replace(/\n */g, ' ');

/** What the result of an export says about its objects, as JSONata expressions. */
export const COUNTS = {
  objectCount: `listing.more = false ? listing.objects : "${UNKNOWN}"`,
  objectBytes: `listing.more = false ? listing.bytes : "${UNKNOWN}"`,
};

export interface ListingProps {
  readonly path: ResultPath;
  readonly bucket: s3.IBucket;
  /** Of the jobs' folders; a path in the state's input may be anything. */
  readonly prefix: string;
  /** A pattern. */
  readonly jobNames: string;
  /** The URI of the folder, as a JSONata expression. */
  readonly outputUri: string;
}

/** The states that count the objects in the folder of an export. An export does not depend on it: the states go on if that fails. */
export class ListingStates {
  public readonly start: sfn.State;
  public readonly done: sfn.Choice;
  /** The state that lists has found nothing. */
  public readonly isEmpty: sfn.Condition;

  constructor(scope: Construct, props: ListingProps) {
    const { path } = props;
    const [more, pages, objects] = ['more', 'pages', 'objects'].map(field => path.text(`listing.${field}`)) as [string, string, string];
    const isListed = sfn.Condition.isPresent(more);
    const hasMore = sfn.Condition.and(isListed, sfn.Condition.booleanEquals(more, true), sfn.Condition.numberLessThan(pages, MAX_PAGES));
    this.isEmpty = sfn.Condition.and(isListed, sfn.Condition.booleanEquals(more, false), sfn.Condition.numberEquals(objects, 0));
    const list = new ListFolder(scope, 'List exported objects', props);
    this.start = list;
    this.done = new sfn.Choice(scope, 'Exported objects listed?').when(hasMore, list);
    list.addRetry(transientRetry(3));
    list.addCatch(this.done, { errors: [sfn.Errors.ALL], outputs: `{% ${path.changed('{"listing": {}}')} %}` });
    list.next(this.done);
  }
}

/** With a condition on the folder, for which the CDK's task has no place. */
class ListFolder extends tasks.CallAwsService {
  protected override readonly taskPolicies: iam.PolicyStatement[];

  constructor(scope: Construct, id: string, { path, bucket, prefix, jobNames, outputUri }: ListingProps) {
    const inBucket = `$substringAfter(${outputUri}, "s3://")`;
    const expression = (text: string) => `{% ${path.query}.(${text}) %}`;
    super(scope, id, {
      queryLanguage: sfn.QueryLanguage.JSONATA,
      service: 's3',
      action: 'listObjectsV2',
      iamResources: [bucket.bucketArn],
      parameters: {
        Bucket: expression(`$substringBefore(${inBucket}, "/")`),
        Prefix: expression(`$substringAfter(${inBucket}, "/")`),
        // after the folder itself, then after the last page
        StartAfter: expression(`$exists(listing.after) ? listing.after : $substringAfter(${inBucket}, "/")`),
        MaxKeys: OBJECTS_PER_PAGE,
      },
      outputs: `{% ${path.changed(LISTING)} %}`,
    });
    const known = sfn.JsonPath.isEncodedJsonPath(prefix) ? '*' : prefix;
    this.taskPolicies = [new iam.PolicyStatement({ ...listProps([folderPattern(known, jobNames)]), resources: [bucket.bucketArn] })];
  }
}

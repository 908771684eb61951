import { Aws } from 'aws-cdk-lib';
import { jsonataObject } from './expressions';
import { addPartition, notRegistered } from './not-registered';

/** What begins a file: the names of the fields, in quotes or not, and what follows. No more, because the history of an execution shows it. */
export function rangeOf(fields: readonly string[]): string {
  return `bytes=0-${fields.reduce((length, field) => length + field.length + '"",'.length, -1)}`;
}

export interface HeaderStatesProps {
  readonly bucketName: string;
  /** What is next, by how the headers are. */
  readonly expected: string;
  readonly unexpected: string;
  /** If the objects cannot be listed or read. The error is at `$.error`. */
  readonly error: string;
}

/** The first of the states; it needs `$.table.header` and `$.table.range`. */
export const LOOK_AT_EXPORT = 'Look at export';

/** Two tell more than one: in files but the first, a header may be missing. All of them would be too many for the history of an execution. */
const OBJECTS = 2;
/** There may be others among the first ones, which engines skip. */
const LISTED = 20;
/** Engines skip the other names, of folders too. */
const IS_DATA = '$not($contains($substringAfter(Key, $states.input.look.folder), /(^|\\/)[_.]/))';

/**
 * The states that compare the headers of exported files with the columns of a table. Its columns are those of the files in this order, whatever
 * their headers say, and AWS does not document the order.
 *
 * @see https://docs.aws.amazon.com/athena/latest/ug/handling-schema-updates-chapter.html
 */
export function headerStates({ bucketName, expected, unexpected, error }: HeaderStatesProps): Record<string, object> {
  const task = (action: string, rest: object) => ({
    Type: 'Task',
    Resource: `arn:${Aws.PARTITION}:states:::aws-sdk:s3:${action}`,
    Retry: [{ ErrorEquals: ['States.TaskFailed'], IntervalSeconds: 2, BackoffRate: 3, MaxAttempts: 3, JitterStrategy: 'FULL' }],
    ...rest,
  });
  const Catch = [{ ErrorEquals: ['States.ALL'], ResultPath: '$.error', Next: error }];
  const folder = '$substringAfter($substringAfter($states.input.datasetExport.outputUri, "//"), "/")';
  return {
    [LOOK_AT_EXPORT]: jsonata({ folder }, 'List first objects'),
    'List first objects': task('listObjectsV2', {
      Parameters: { 'Bucket': bucketName, 'Prefix.$': '$.look.folder', 'MaxKeys': LISTED }, ResultPath: '$.look.list', Catch, Next: 'Choose objects',
    }),
    'Choose objects': jsonata({ keys: `[($states.input.look.list.Contents[Size > 0 and ${IS_DATA}].Key)[[0..${OBJECTS - 1}]]]` }, 'Read headers'),
    'Read headers': {
      Type: 'Map',
      ItemsPath: '$.look.keys',
      ItemSelector: { 'Key.$': '$$.Map.Item.Value', 'Range.$': '$.table.range', 'header.$': '$.table.header' },
      ItemProcessor: {
        ProcessorConfig: { Mode: 'INLINE' },
        StartAt: 'Read header',
        States: {
          'Read header': task('getObject', {
            QueryLanguage: 'JSONata',
            Arguments: { Bucket: bucketName, Key: '{% $states.input.Key %}', Range: '{% $states.input.Range %}' },
            Output: `{% ${comparedHeader()} %}`,
            End: true,
          }),
        },
      },
      ResultPath: '$.look.headers',
      Catch,
      Next: 'Compare headers',
    },
    'Compare headers': jsonata({ unexpected: '$merge($states.input.look.headers[$exists(begin)][0])' }, 'Headers as expected?'),
    'Headers as expected?': {
      Type: 'Choice', Choices: [{ Variable: '$.look.unexpected.Key', IsPresent: true, Next: 'Headers not as expected' }], Default: expected,
    },
    'Headers not as expected': notAsExpected(unexpected),
  };
}

/**
 * The object, and its first line if that does not have these names in this order. What was read goes no further if it has none of them: it may
 * be a record.
 */
function comparedHeader(): string {
  const names = '$split(header, ",")';
  const shown = '$count($split($line, ",")[$ in $names]) > 0 ? "begins with " & $line : "begins with no header"';
  const line = '$replace($split($states.result.Body & "", /[\\r\\n]/)[0], "\\"", "")';
  return `$states.input.($line := ${line}; $names := ${names}; $merge([{"Key": Key}, $line != header ? {"begin": ${shown}}]))`;
}

/** A redrive helps nobody here: it compares with the same schema again. */
function notAsExpected(Next: string): object {
  const begins = 'look.unexpected.Key & " " & look.unexpected.begin';
  const advice = '"Exported, but not registered in its table: its header is another. Correct the table\'s schema if it is wrong, deploy, then run "';
  return notRegistered(`${advice} & ${addPartition()} & ". " & ${begins} & ", and the table has the columns " & table.header`, Next);
}

/** Goes on with these fields of `$.look` only. */
function jsonata(fields: Record<string, string>, Next: string): object {
  return { Type: 'Pass', QueryLanguage: 'JSONata', Output: `{% $states.input ~> |$|{"look": ${jsonataObject(fields)}}| %}`, Next };
}

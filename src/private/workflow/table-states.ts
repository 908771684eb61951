import { Aws } from 'aws-cdk-lib';
import { Definition } from './extensible-definition';
import { LOOK_AT_EXPORT, headerStates } from './header-states';
import { addPartition, notRegistered } from './not-registered';

/** A table that shows all exports of a dataset, each in a partition of its own. */
export interface RegisteredTable {
  readonly datasetArn: string;
  readonly databaseName: string;
  readonly tableName: string;
  /** What the files must begin with, if that is verified: the names of the fields, separated by commas. */
  readonly header?: string;
  /** How much of the files is read for that. */
  readonly range?: string;
  /** The names of the keys of the partitions. */
  readonly keys: readonly string[];
  /** The value of the last key. */
  readonly fieldCount: string;
  /** Of Glue's API, with these members; an export has a location of its own. */
  readonly storageDescriptor: Readonly<Record<'Columns' | 'InputFormat' | 'OutputFormat' | 'SerdeInfo', unknown>>;
}

const [WHICH, REGISTER, REGISTERED, NOT_REGISTERED] = ['Which table?', 'Register export', 'Registered before?', 'Export not registered'];
/** Another attempt would be refused, too. */
const FINAL = ['AlreadyExists', 'EntityNotFound', 'InvalidInput', 'AccessDenied', 'GlueEncryption'].map(error => `Glue.${error}Exception`);

/**
 * Adds the states that register an export in its table. They come after the end of the job: a query never sees half an export.
 *
 * An export that cannot be registered counts as failed. After a redrive, its job is found and registered. The states are plain JSON, because
 * tables are defined after the CDK has rendered its states.
 */
export function withTables(definition: Definition, tables: readonly RegisteredTable[], bucketName: string): object {
  if (tables.length === 0) { return definition; }
  const map = definition.States['For each dataset'];
  const { 'Dataset exported': exported, 'Dataset exported before': before } = map.ItemProcessor.States;
  const [put, report] = [exported.Next, before.Next];
  // what was registered before has had its event
  const fromBefore = { Variable: '$.exportedBefore', IsPresent: true, Next: report };
  const States = {
    ...map.ItemProcessor.States,
    'Dataset exported': { ...exported, Next: WHICH },
    'Dataset exported before': { ...before, Next: 'Note earlier export' },
    'Note earlier export': { Type: 'Pass', Result: true, ResultPath: '$.exportedBefore', Next: WHICH },
    [WHICH]: { Type: 'Choice', Choices: [...tables.map(chosen), fromBefore], Default: put },
    ...Object.fromEntries(tables.map(choose)),
    ...tables.some(({ header }) => header !== undefined) && headerStates({ bucketName, expected: REGISTER, unexpected: put, error: NOT_REGISTERED }),
    [REGISTER]: register(put),
    [REGISTERED]: { Type: 'Choice', Choices: [fromBefore], Default: put },
    [NOT_REGISTERED]: cannotRegister(put),
  };
  return { ...definition, States: { ...definition.States, 'For each dataset': { ...map, ItemProcessor: { ...map.ItemProcessor, States } } } };
}

function chosen({ datasetArn }: RegisteredTable, index: number): object {
  return { Variable: '$.datasetArn', StringEquals: datasetArn, Next: stateOf(index) };
}

function choose({ datasetArn: _, ...table }: RegisteredTable, index: number): [string, object] {
  return [stateOf(index), { Type: 'Pass', Result: table, ResultPath: '$.table', Next: table.header === undefined ? REGISTER : LOOK_AT_EXPORT }];
}

function stateOf(index: number): string {
  return `Table ${index + 1}`;
}

function register(next: string): object {
  const storage = ['Columns', 'InputFormat', 'OutputFormat', 'SerdeInfo'].map(member => [`${member}.$`, `$.table.storageDescriptor.${member}`]);
  return {
    Type: 'Task',
    Resource: `arn:${Aws.PARTITION}:states:::aws-sdk:glue:createPartition`,
    Parameters: {
      'DatabaseName.$': '$.table.databaseName',
      'TableName.$': '$.table.tableName',
      'PartitionInput': {
        'Values.$': 'States.Array(States.ArrayGetItem(States.StringSplit($.startTime, \'T\'), 0), $.startTime, $.datasetExport.jobName, $.table.fieldCount)',
        'StorageDescriptor': { 'Location.$': '$.datasetExport.outputUri', ...Object.fromEntries(storage) },
      },
    },
    ResultPath: null,
    // few: the history of the execution contains the attempts for all datasets
    Retry: [
      { ErrorEquals: FINAL, MaxAttempts: 0 },
      { ErrorEquals: ['States.TaskFailed'], IntervalSeconds: 2, BackoffRate: 3, MaxAttempts: 5, JitterStrategy: 'FULL' },
    ],
    Catch: [
      { ErrorEquals: ['Glue.AlreadyExistsException'], ResultPath: null, Next: REGISTERED },
      { ErrorEquals: ['States.ALL'], ResultPath: '$.error', Next: NOT_REGISTERED },
    ],
    Next: next,
  };
}

/** The statement comes before the error: what is too long is cut off at its end. */
function cannotRegister(next: string): object {
  const advice = `"Exported, but not registered in its table: redrive the execution, or run " & ${addPartition()}`;
  return notRegistered(`${advice} & ". " & error.Error & ": " & error.Cause`, next);
}

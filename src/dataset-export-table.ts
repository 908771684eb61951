import { Stack, Token, aws_glue as glue, aws_personalize as personalize } from 'aws-cdk-lib';
import { propertyInjectable } from 'aws-cdk-lib/core/lib/prop-injectable';
import { Construct } from 'constructs';
import { DatasetExportJob } from './dataset-export-job';
import { DatasetExportTableGrants } from './dataset-export-table-grants';
import { DatasetExportWorkflow } from './dataset-export-workflow';
import { DatasetSchema } from './dataset-schema';
import { warnOfArchives } from './private/table/archive-warning';
import { claimDatabase, claimTable } from './private/table/claimed-names';
import { catalogNameProblem, databaseName, tableName } from './private/table/names';
import { partitionKeys } from './private/table/partition-keys';
import { sourceProblem } from './private/table/source-problem';
import { storageOf, viewStorageOf } from './private/table/storage';
import { TableSource, jobSource, workflowSource } from './private/table/table-source';
import { ViewProps, viewColumns, viewText } from './private/table/view';
import { literal, rejectIf } from './private/validation';
import { rangeOf } from './private/workflow/header-states';

const DATABASE_ID = 'DatasetExportDatabase';

/**
 * Properties of a table over exported objects.
 *
 * @see https://docs.aws.amazon.com/athena/latest/ug/understanding-tables-databases-and-the-data-catalog.html
 */
export interface DatasetExportTableProps {
  /**
   * The job whose newest export the table shows.
   *
   * Synthesis fails unless there is either a `job` or a `workflow`, and for a job with `waitForCompletion: false`: queries would find a part of
   * its export until it is done.
   *
   * @default - the exports of `workflow`
   */
  readonly job?: DatasetExportJob;

  /**
   * The workflow whose exports of `dataset` the table shows, in the same stack.
   *
   * The state machine adds each export to the table when it is complete, as a partition. If it cannot, the dataset counts as failed in the report
   * and the event of the run, with what to do. Exports from before the table are not in it.
   *
   * @default - the export of `job`
   */
  readonly workflow?: DatasetExportWorkflow;

  /**
   * The dataset whose exports the table shows: one of those of `workflow`, which must not have two tables for it.
   *
   * Synthesis fails without it if there is a `workflow`, with it if there is none, and if the workflow is known not to export it.
   *
   * @default - that of `job`
   */
  readonly dataset?: personalize.IDatasetRef;

  /**
   * Whether the state machine of `workflow` compares the headers of an export with the schema before it adds the export to the table.
   *
   * It reads the beginning of the first two files of each export, as long as a header, and the history of the execution shows it. The dataset
   * counts as failed if their headers do not have the names of the fields in the order of the schema, or cannot be read, such as in compressed
   * files. The state machine's role gets permissions to list, read and decrypt the exports. Synthesis fails for a `job`. Queries of the views
   * fail for files with other headers in any case.
   *
   * @default false
   */
  readonly verifyHeader?: boolean;

  /**
   * The schema of the dataset: which columns an export has, in which order.
   *
   * AWS does not document the order of the columns in exported files. If it is not that of the schema's fields, as it must be in imports, queries
   * fail.
   */
  readonly schema: DatasetSchema;

  /**
   * The database for the table and its view: a `CfnDatabase`, or `CfnDatabase.fromDatabaseName()`.
   *
   * Synthesis fails without it if another stack of the app has a database of the stack's name.
   *
   * @default - the database that all tables of the stack share, named after the stack: `movies_exports`
   */
  readonly database?: glue.IDatabaseRef;

  /**
   * The name of the typed view, which queries use: lower-case letters, digits and underscores.
   *
   * Another name replaces the view, and the table unless that has a `tableName`. If the construct moves or gets another id, its view needs another
   * name, too: CloudFormation creates the new one first, and Glue refuses it. Synthesis fails for other names, and if the name is used twice in the database by tables of this app.
   *
   * @default - the ids of the construct's path in its stack, in lower case: `interactions`; in a `database` of yours preceded by the stack's name
   */
  readonly viewName?: string;

  /**
   * The name of the table, whose columns are all texts: lower-case letters, digits and underscores.
   *
   * Another name replaces the table; that of a workflow begins without its earlier exports. Synthesis fails for other names, and if the name is used twice in the database by tables of this app.
   *
   * @default - `<viewName>_csv`
   */
  readonly tableName?: string;

  /**
   * Whether the view has fields with `categorical` as arrays of their categories, which Personalize separates by `|`.
   *
   * @default false
   */
  readonly splitCategorical?: boolean;
}

/**
 * Defines a table that makes an export queryable, with Amazon Athena for example.
 *
 * The table shows all lines of the exported files, with their headers, as texts. The view has the records, with the types of the schema: the field
 * `TIMESTAMP` as a timestamp in UTC, and NULL for empty values. A query fails if a value does not have its type, if a header has the columns in
 * another order than the schema, and if a line has fewer fields, such as one with a line break in a value.
 *
 * Removing it deletes the table and its views in the Data Catalog: all exported objects stay. With the last table of a stack goes the database
 * that they share, with **everything** in it: do not put tables of your own there, or pass a `database`.
 *
 * @see https://docs.aws.amazon.com/athena/latest/ug/csv-serde.html
 */
@propertyInjectable
export class DatasetExportTable extends Construct {
  /** Identifies the class to property injectors. */
  public static readonly PROPERTY_INJECTION_ID: string = 'cdk-personalize-dataset-export.DatasetExportTable';

  /**
   * The database of the table and its view.
   */
  public readonly database: glue.IDatabaseRef;

  /**
   * The name of the database.
   */
  public readonly databaseName: string;

  /**
   * The name of the table, whose columns are all texts.
   */
  public readonly tableName: string;

  /**
   * The name of the typed view of the newest export.
   */
  public readonly viewName: string;

  /**
   * The name of the typed view of all exports of a workflow: `<viewName>_history`.
   *
   * It also has the columns `date` (UTC) and `exported_at` of the execution's start, and `job_name`, as texts. Conditions on them limit what a
   * query reads. If the schema has a field of the same name, they begin with `export_`. Undefined for a job.
   */
  public readonly historyViewName?: string;

  /**
   * Grants on the table and its view.
   */
  public readonly grants: DatasetExportTableGrants;

  /**
   * Defines a table.
   *
   * @param scope the parent construct
   * @param id the construct's id
   * @param props which export it shows, and its schema
   */
  constructor(scope: Construct, id: string, props: DatasetExportTableProps) {
    super(scope, id);
    this.validate(props);

    this.database = props.database ?? databaseOf(this);
    const isOwn = props.database === undefined;
    this.databaseName = isOwn ? databaseName(Stack.of(this)) : this.database.databaseRef.databaseName;
    this.viewName = props.viewName ?? tableName(this, isOwn);
    this.tableName = props.tableName ?? `${this.viewName}_csv`;
    warnOfArchives(this, (props.job ?? props.workflow!).destination);
    const source = props.job ? jobSource(props.job) : workflowSource(props.workflow!, props.dataset!.datasetRef.datasetArn);
    if (source.isPartitioned) { this.historyViewName = `${this.viewName}_history`; }
    const tableNames = [this.tableName, this.viewName, ...this.historyViewName ? [this.historyViewName] : []];
    this.claimNames(tableNames);

    const table = this.defineTable(source, props);
    const views = [this.defineView('View', this.viewName, `Newest export of ${source.path}`, props, source.isPartitioned ? 'newest' : undefined)];
    if (this.historyViewName) { views.push(this.defineView('HistoryView', this.historyViewName, `Exports of ${source.path}`, props, 'all')); }
    // the table waits for the job: until then, the views stay as they are, too
    for (const view of views) { view.node.addDependency(table); }
    // Athena looks up what lists the partitions like a table
    const lookedUp = source.isPartitioned ? [...tableNames, `${this.tableName}$partitions`] : tableNames;
    this.grants = DatasetExportTableGrants._of(this, { databaseName: this.databaseName, tableNames: lookedUp, objects: source.objects });
  }

  private defineTable(source: TableSource, props: DatasetExportTableProps): glue.CfnTable {
    const { databaseName: database, tableName: table } = this;
    const { schema: { _columns: columns }, verifyHeader } = props;
    const keys = Object.values(partitionKeys(columns));
    const resource = this.define('Table', {
      name: table,
      description: `Lines of the exports of ${source.path}, with headers, as texts`,
      tableType: 'EXTERNAL_TABLE',
      parameters: { classification: 'csv' },
      partitionKeys: source.isPartitioned ? keys.map(name => ({ name, type: 'string' })) : [],
      storageDescriptor: storageOf(columns, source.location),
    });
    const fields = columns.map(({ field }) => field);
    const verified = verifyHeader ? { header: fields.join(','), range: rangeOf(fields) } : {};
    source.register(this, { databaseName: database, tableName: table, keys, ...verified }, columns, resource);
    return resource;
  }

  private defineView(id: string, name: string, description: string, props: DatasetExportTableProps, shown: ViewProps['shown']): glue.CfnTable {
    const { schema: { _columns: columns }, splitCategorical = false } = props;
    const view = { databaseName: this.databaseName, tableName: this.tableName, columns, splitCategorical, shown };
    return this.define(id, {
      name,
      description,
      tableType: 'VIRTUAL_VIEW',
      parameters: { comment: 'Presto View', presto_view: 'true' },
      storageDescriptor: viewStorageOf(viewColumns(view)),
      viewOriginalText: viewText(view),
      viewExpandedText: '/* Presto View */',
    });
  }

  /** CloudFormation cannot rename a table: another name is another resource, and the same name the same one. */
  private define(id: string, tableInput: glue.CfnTable.TableInputProperty & { name: string }): glue.CfnTable {
    const { databaseRef: { databaseName: reference } } = this.database;
    const ownId = Token.isUnresolved(tableInput.name) ? id : `${id}-${tableInput.name}`;
    // without a list of partition keys, Athena cannot query it: https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-catalog-tables.html
    return new glue.CfnTable(this, ownId, {
      catalogId: Stack.of(this).account, databaseName: reference, tableInput: { partitionKeys: [], ...tableInput },
    });
  }

  private validate(props: DatasetExportTableProps): void {
    const { tableName: table, viewName: view } = props;
    rejectIf(sourceProblem(this, props), literal`InvalidSource`, this);
    rejectIf(catalogNameProblem('viewName', view), literal`InvalidViewName`, this);
    rejectIf(catalogNameProblem('tableName', table), literal`InvalidTableName`, this);
  }

  /** Glue would refuse the second at deployment. */
  private claimNames(names: string[]): void {
    for (const name of names) {
      rejectIf(catalogNameProblem('viewName', name), literal`InvalidViewName`, this);
      const owner = claimTable(this, this.databaseName, name);
      rejectIf(owner === undefined ? undefined
        : `viewName and tableName must be unique in the database, got ${JSON.stringify(name)}, which ${owner} has: set another viewName`, literal`DuplicateName`, this);
    }
  }
}

/** The database that all tables of the stack share. */
function databaseOf(table: DatasetExportTable): glue.IDatabaseRef {
  const stack = Stack.of(table);
  const existing = stack.node.tryFindChild(DATABASE_ID) as glue.CfnDatabase | undefined;
  if (existing !== undefined) { return existing; }
  const name = databaseName(stack);
  const owner = claimDatabase(stack, name);
  rejectIf(owner === undefined ? undefined
    : `database must be set, because the stack ${owner} already has the database ${JSON.stringify(name)}, which would be this stack's, too`, literal`DuplicateDatabase`, table);
  return new glue.CfnDatabase(stack, DATABASE_ID, {
    catalogId: stack.account, databaseInput: { name, description: 'Dataset exports of Amazon Personalize' },
  });
}

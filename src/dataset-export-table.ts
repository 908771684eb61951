import { Stack, aws_glue as glue } from 'aws-cdk-lib';
import { propertyInjectable } from 'aws-cdk-lib/core/lib/prop-injectable';
import { Construct } from 'constructs';
import { DatasetExportJob } from './dataset-export-job';
import { DatasetExportTableGrants } from './dataset-export-table-grants';
import { DatasetSchema } from './dataset-schema';
import { catalogNameProblem, databaseName, tableName } from './private/table/names';
import { storageOf, viewStorageOf } from './private/table/storage';
import { viewColumns, viewText } from './private/table/view';
import { literal, rejectIf } from './private/validation';

const DATABASE_ID = 'DatasetExportDatabase';

/**
 * Properties of a table over exported objects.
 *
 * @see https://docs.aws.amazon.com/athena/latest/ug/understanding-tables-databases-and-the-data-catalog.html
 */
export interface DatasetExportTableProps {
  /**
   * The job whose newest export the table shows.
   */
  readonly job: DatasetExportJob;

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
   * @default - the database that all tables of the stack share, named after the stack: `movies_exports`
   */
  readonly database?: glue.IDatabaseRef;

  /**
   * The name of the typed view, which queries use: lower-case letters, digits and underscores.
   *
   * Synthesis fails for other names, and if the name is used twice in the database by tables of this app.
   *
   * @default - the ids of the construct's path in its stack, in lower case: `interactions`; in a `database` of yours preceded by the stack's name
   */
  readonly viewName?: string;

  /**
   * The name of the table, whose columns are all texts: lower-case letters, digits and underscores.
   *
   * Synthesis fails for other names, and if the name is used twice in the database by tables of this app.
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
 * Removing it deletes nothing but the table and its view in the Data Catalog: all exported objects stay.
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

    const { job, schema: { _columns: columns }, splitCategorical = false } = props;
    this.database = props.database ?? databaseOf(Stack.of(this));
    const isOwn = props.database === undefined;
    this.databaseName = isOwn ? databaseName(Stack.of(this)) : this.database.databaseRef.databaseName;
    this.viewName = props.viewName ?? tableName(this, isOwn);
    this.tableName = props.tableName ?? `${this.viewName}_csv`;
    this.claimNames([this.tableName, this.viewName]);

    const { databaseRef: { databaseName: reference } } = this.database;
    const view = { databaseName: this.databaseName, tableName: this.tableName, columns, splitCategorical };
    this.define('Table', reference, {
      name: this.tableName,
      description: `Lines of the newest export of ${job.node.path}, with headers, as texts`,
      tableType: 'EXTERNAL_TABLE',
      parameters: { classification: 'csv' },
      storageDescriptor: storageOf(columns, job.outputUri),
    });
    this.define('View', reference, {
      name: this.viewName,
      description: `Newest export of ${job.node.path}`,
      tableType: 'VIRTUAL_VIEW',
      parameters: { comment: 'Presto View', presto_view: 'true' },
      storageDescriptor: viewStorageOf(viewColumns(view)),
      viewOriginalText: viewText(view),
      viewExpandedText: '/* Presto View */',
    });
    this.grants = DatasetExportTableGrants._of(this, {
      databaseName: this.databaseName, tableNames: [this.tableName, this.viewName], objects: job.grants,
    });
  }

  private define(id: string, reference: string, tableInput: glue.CfnTable.TableInputProperty): void {
    // without a list of partition keys, Athena cannot query it: https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-catalog-tables.html
    new glue.CfnTable(this, id, { catalogId: Stack.of(this).account, databaseName: reference, tableInput: { partitionKeys: [], ...tableInput } });
  }

  private validate({ tableName: table, viewName: view }: DatasetExportTableProps): void {
    rejectIf(catalogNameProblem('viewName', view), literal`InvalidViewName`, this);
    rejectIf(catalogNameProblem('tableName', table), literal`InvalidTableName`, this);
  }

  /** Glue would refuse the second at deployment. */
  private claimNames(names: string[]): void {
    const claimed = NAMES.get(this.database) ?? new Map<string, string>();
    NAMES.set(this.database, claimed);
    for (const name of names) {
      const by = claimed.get(name);
      rejectIf(by === undefined ? undefined
        : `viewName and tableName must be unique in the database, got ${JSON.stringify(name)}, which ${by} has: set another viewName`, literal`DuplicateName`, this);
      claimed.set(name, this.node.path);
    }
  }
}

/** The names in each database, and who has them. */
const NAMES = new WeakMap<glue.IDatabaseRef, Map<string, string>>();

/** The database that all tables of the stack share. */
function databaseOf(stack: Stack): glue.IDatabaseRef {
  return stack.node.tryFindChild(DATABASE_ID) as glue.CfnDatabase | undefined ?? new glue.CfnDatabase(stack, DATABASE_ID, {
    catalogId: stack.account,
    databaseInput: { name: databaseName(stack), description: 'Dataset exports of Amazon Personalize' },
  });
}

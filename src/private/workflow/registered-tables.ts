import { ArnFormat, Stack, aws_iam as iam } from 'aws-cdk-lib';
import { Construct, IDependable } from 'constructs';
import { Definition } from './extensible-definition';
import { RegisteredTable, withTables } from './table-states';
import { textLength } from '../lengths';
import { attachedPolicy } from '../policies/attached-policy';

/** Of the quota for all inline policies of a role, 10,240 characters, the others need the rest. */
const MAX_LENGTH = 4_000;
const LONGEST_NAME = 255;

/** The tables in which a workflow registers its exports. They come after the state machine. */
export class RegisteredTables {
  private readonly tables: RegisteredTable[] = [];
  private readonly resources = new Set<string>();
  private policy?: { readonly statement: iam.PolicyStatement; readonly inPlace: IDependable };

  /** @param historyProblem why the history of an execution has no room for these tables */
  constructor(
    private readonly scope: Construct, private readonly bucketName: string,
    private readonly historyProblem: (tables: readonly RegisteredTable[]) => string | undefined,
  ) {}

  public get(datasetArn: string): RegisteredTable | undefined {
    return this.tables.find(table => table.datasetArn === datasetArn);
  }

  /** Why there must be no further table; undefined if there may. */
  public problem(table: RegisteredTable): string | undefined {
    const { databaseName, tableName } = table;
    const arns = [...this.resources, ...this.arnsOf(databaseName, tableName)];
    const length = [...new Set(arns)].reduce((sum, arn) => sum + textLength(Stack.of(this.scope), arn, LONGEST_NAME) + '"",'.length, 0);
    return length <= MAX_LENGTH ? this.historyProblem([...this.tables, table]) : `the workflow must have fewer tables, got ${this.tables.length + 1}: the permissions for all of them exceed `
      + 'the IAM quotas of the state machine\'s role. Split the datasets among several DatasetExportWorkflows';
  }

  /** Lets the role register partitions of exactly these tables. AWS Glue checks everything that a table is in. */
  public add(table: RegisteredTable, role: iam.IRole): IDependable {
    const statement = this.policy?.statement ?? new iam.PolicyStatement({ actions: ['glue:CreatePartition'] });
    for (const arn of this.arnsOf(table.databaseName, table.tableName)) {
      if (!this.resources.has(arn)) { statement.addResources(arn); }
      this.resources.add(arn);
    }
    this.policy ??= { statement, inPlace: attachedPolicy(this.scope, 'TablesPolicy', role, [statement]) };
    this.tables.push(table);
    return this.policy.inPlace;
  }

  public extend(definition: Definition): object {
    return withTables(definition, this.tables, this.bucketName);
  }

  private arnsOf(databaseName: string, tableName: string): string[] {
    const stack = Stack.of(this.scope);
    return [
      stack.formatArn({ service: 'glue', resource: 'catalog', arnFormat: ArnFormat.NO_RESOURCE_NAME }),
      stack.formatArn({ service: 'glue', resource: 'database', resourceName: databaseName }),
      stack.formatArn({ service: 'glue', resource: 'table', resourceName: `${databaseName}/${tableName}` }),
    ];
  }
}

import { ArnFormat, Stack, ValidationError, aws_iam as iam } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { DatasetExportJobGrants } from './dataset-export-job-grants';
import { PolicyAdditions } from './private/policies/policy-additions';
import { literal } from './private/validation';

/** What a grant is about. */
interface Granted {
  readonly databaseName: string;
  /** Of the table, its views, and what lists its partitions. */
  readonly tableNames: readonly string[];
  /** On the exported objects. */
  readonly objects: DatasetExportJobGrants;
}

/**
 * Grants on the table of an export.
 *
 * For a role that cannot be changed, and for an imported bucket or key that would have to allow the principal, a warning at synthesis contains the
 * statements to add.
 *
 * @see https://docs.aws.amazon.com/athena/latest/ug/fine-grained-access-to-glue-resources.html
 */
export class DatasetExportTableGrants {
  /**
   * Grants on a table and its views.
   *
   * @internal
   */
  public static _of(table: Construct, granted: Granted): DatasetExportTableGrants {
    return new DatasetExportTableGrants(table, granted);
  }

  private constructor(private readonly table: Construct, private readonly granted: Granted) {}

  /**
   * Lets a principal query the table and its views with Athena: look them up in the Data Catalog, and list, read and decrypt the exported objects.
   *
   * To run queries, the principal also needs an Athena workgroup: `athena:StartQueryExecution`, `athena:GetQueryExecution` and
   * `athena:GetQueryResults` on it, and access to the bucket and key of its results. Where Lake Formation manages the permissions, it needs
   * these too. Fails for a principal without policies of its own, such as another account.
   *
   * @param grantee the principal: a role, a user or a group
   * @returns the grant; its `principalStatement` is that on the Data Catalog
   */
  public query(grantee: iam.IGrantable): iam.Grant {
    const stack = Stack.of(this.table);
    const { databaseName, tableNames, objects } = this.granted;
    const arn = (resource: string, resourceName?: string) => stack.formatArn({
      service: 'glue', resource, resourceName, arnFormat: resourceName === undefined ? ArnFormat.NO_RESOURCE_NAME : ArnFormat.SLASH_RESOURCE_NAME,
    });
    const additions = new PolicyAdditions(this.table, {
      otherwise: 'the principal cannot query the table',
      steps: () => ({ first: `deploy ${this.table.node.path}`, then: 'query the table' }),
    });
    // Athena looks at the database default whatever a query is about
    const database = new iam.PolicyStatement({
      actions: ['glue:GetDatabase'], resources: [arn('catalog'), ...['default', databaseName].map(name => arn('database', name))],
    });
    const tables = new iam.PolicyStatement({
      actions: ['glue:BatchGetPartition', 'glue:GetPartition', 'glue:GetPartitions', 'glue:GetTable'],
      resources: [arn('catalog'), arn('database', databaseName), ...tableNames.map(name => arn('table', `${databaseName}/${name}`))],
    });
    const grants = [database, tables].map(statement => this.toPrincipal(grantee, statement, additions));
    return grants[1].combine(grants[0]).combine(objects.read(grantee));
  }

  private toPrincipal(grantee: iam.IGrantable, statement: iam.PolicyStatement, additions: PolicyAdditions): iam.Grant {
    const { actions, resources: resourceArns } = statement;
    const grant = iam.Grant.addToPrincipal({ grantee, actions, resourceArns });
    if (!grant.success) {
      throw new ValidationError(literal`InvalidGrantee`, `grantee must be a role, a user or a group, got ${grantee.grantPrincipal}: `
        + 'the Data Catalog has policies of its own for other accounts', this.table);
    }
    additions.afterPrincipalGrant(grant, grantee, statement);
    return grant;
  }
}

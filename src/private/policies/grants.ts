import { Stack, aws_iam as iam } from 'aws-cdk-lib';
import { MAX_NAME_LENGTH, LONGEST_ROLE_ARN, jsonLength, textLength } from '../lengths';
import { PERSONALIZE } from '../personalize-access';

/** Lets a caller pass a role to Personalize, and to no other service. */
export const PASS_ROLE: iam.PolicyStatementProps = {
  actions: ['iam:PassRole'],
  conditions: { StringEquals: { 'iam:PassedToService': PERSONALIZE } },
};

/** CreateDatasetExportJob needs permission on the dataset and on the job: this is for the dataset. */
export const CREATE_ON_DATASET: iam.PolicyStatementProps = { actions: ['personalize:CreateDatasetExportJob'] };

/** One resource in a statement. In a policy, grants with the same statement object share one statement. */
export interface Grant {
  readonly statement: iam.PolicyStatementProps;
  readonly resource: string;
}

export function statementsOf(grants: readonly Grant[]): iam.PolicyStatement[] {
  const statements = new Map<iam.PolicyStatementProps, iam.PolicyStatement>();
  for (const { statement, resource } of grants) {
    if (!statements.has(statement)) { statements.set(statement, new iam.PolicyStatement(statement)); }
    statements.get(statement)!.addResources(resource);
  }
  return [...statements.values()];
}

/** The length of grants in a policy: upper bounds where it is not known. Measures each text once. */
export class GrantLengths {
  private readonly statements = new Map<iam.PolicyStatementProps, number>();
  private readonly resources = new Map<string, number>();
  private readonly datasetArnLength: number;

  constructor(private readonly stack: Stack) {
    const longest = stack.formatArn({ service: 'personalize', resource: 'dataset', resourceName: `${'x'.repeat(MAX_NAME_LENGTH)}/INTERACTIONS` });
    this.datasetArnLength = textLength(stack, longest);
  }

  /** Of the statement without resources, and its comma. */
  public ofStatement(statement: iam.PolicyStatementProps): number {
    return remembered(this.statements, statement, () => (
      jsonLength(this.stack, new iam.PolicyStatement({ ...statement, resources: ['x'] }).toStatementJson()) + ','.length));
  }

  /** Of the resource in the list of a statement, and its comma. */
  public ofResource({ statement, resource }: Grant): number {
    return remembered(this.resources, resource, () => '"",'.length + (statement.actions === PASS_ROLE.actions
      ? textLength(this.stack, resource, LONGEST_ROLE_ARN)
      : this.arnLength(resource)));
  }

  /** Whatever tokens a name contains, it is no longer than Personalize allows. */
  private arnLength(resource: string): number {
    const [, upToName, names] = /^(.*:(?:dataset|dataset-export-job)\/)(.*)$/.exec(resource) ?? [];
    if (upToName === undefined) { return textLength(this.stack, resource, this.datasetArnLength); }
    const nameLengths = names.split('/').map(name => Math.min(textLength(this.stack, name), MAX_NAME_LENGTH));
    return textLength(this.stack, upToName) + nameLengths.reduce((sum, length) => sum + '/'.length + length);
  }
}

function remembered<K>(lengths: Map<K, number>, key: K, length: () => number): number {
  let value = lengths.get(key);
  if (value === undefined) { lengths.set(key, value = length()); }
  return value;
}

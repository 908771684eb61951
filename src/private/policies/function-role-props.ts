import { aws_iam as iam, aws_logs as logs } from 'aws-cdk-lib';
import { NetworkPolicies } from './network-policies';

/** What the roles of all functions have in common, ours and those of the framework. */
export interface FunctionRoleProps {
  readonly logGroup: logs.ILogGroup;
  /** Of the user. */
  readonly role?: iam.IRole;
  /** For the functions' settings. */
  readonly statements: () => iam.PolicyStatement[];
  readonly network: NetworkPolicies;
}

import { aws_iam as iam, aws_lambda as lambda } from 'aws-cdk-lib';
import { Construct, DependencyGroup, IDependable } from 'constructs';
import { FunctionRoleProps } from './function-role-props';
import { OwnRole } from './own-role';
import { logStatement } from '../provider/function-settings';

/**
 * The roles of the Provider framework's functions: two, because the framework adds to each what would make one role depend on itself. A role
 * of the user's serves both: the framework may not change it, and what it needs is in policies of their own.
 */
export class FrameworkPermissions {
  public readonly onEventRole: iam.IRole;
  public readonly completeRole: iam.IRole;
  /** What the functions must depend on. */
  public readonly beforeFunctions = new DependencyGroup();
  private readonly own?: OwnRole;

  constructor(private readonly scope: Construct, private readonly props: FunctionRoleProps) {
    const { role, logGroup, statements, network } = props;
    if (role === undefined) {
      [this.onEventRole, this.completeRole] = ['FrameworkOnEvent', 'FrameworkComplete'].map(id => this.newRole(id));
      return;
    }
    this.own = new OwnRole(scope, role, statements());
    this.onEventRole = iam.Role.fromRoleArn(scope, 'FrameworkRole', role.roleArn, { mutable: false });
    this.completeRole = this.onEventRole;
    const policy = this.own.allow('FrameworkRolePolicy', [logStatement(logGroup), ...statements()]);
    if (policy) { this.beforeFunctions.add(policy); }
    network.addTo(role, 'Framework');
  }

  /** @returns what jobs must depend on */
  public allowCalls(handlers: lambda.IFunction[], waiterArn: string): IDependable | undefined {
    const functionArns = handlers.map(({ functionArn }) => functionArn);
    return this.own?.allow('FrameworkCallsPolicy', [
      new iam.PolicyStatement({ actions: ['lambda:GetFunction', 'lambda:InvokeFunction'], resources: functionArns }),
      new iam.PolicyStatement({ actions: ['states:StartExecution'], resources: [waiterArn] }),
    ]);
  }

  private newRole(id: string): iam.Role {
    const role = new iam.Role(this.scope, `${id}Role`, { assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com') });
    this.props.logGroup.grantWrite(role);
    for (const statement of this.props.statements()) { role.addToPolicy(statement); }
    this.props.network.addTo(role, id);
    return role;
  }
}

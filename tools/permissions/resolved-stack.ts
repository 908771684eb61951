import { createHash } from 'crypto';
import { App, CfnResource, Stack } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import type { Call } from './calls';
import { OWN_ROLES, SCENARIOS, exportWithFrozenRoles } from './scenarios';
import { resolve } from '../../local-aws/cloudformation/template/intrinsics';
import { ACCOUNT } from '../../local-aws/core';
import { PLAIN } from '../../local-aws/profile';
import { IamStore } from '../../local-aws/services/iam/store';
import { ManualClock } from '../simulation/manual-clock';

export const REGION = 'eu-west-1';
export { ACCOUNT };

interface Resource {
  readonly Type: string;
  readonly Properties?: any;
}

export interface Statement {
  Effect: string;
  Action: string | string[];
  Resource?: string | string[];
  Principal?: unknown;
  Condition?: unknown;
}

/** A policy document somewhere in a template. */
export interface PolicyLocation {
  /** of the resource that contains it */
  readonly logicalId: string;
  readonly kind: 'role policy' | 'trust policy' | 'bucket policy' | 'key policy';
  /** the logical ids of its roles, bucket or key */
  readonly subjects: string[];
  /** may be changed, see variants.ts */
  readonly statements: Statement[];
}

/** A key policy that delegates to the policies of the account's roles. */
const DELEGATING = policyDocument([{ Effect: 'Allow', Principal: { AWS: `arn:aws:iam::${ACCOUNT}:root` }, Action: 'kms:*', Resource: '*' }]);

/** A synthesized template with concrete ARNs. */
export class ResolvedStack {
  /** A scenario after its second deployment. */
  public static ofScenario(name: string): ResolvedStack {
    const stack = new Stack(new App(), name);
    SCENARIOS[name](stack, 2);
    return new ResolvedStack(name, Template.fromStack(stack).toJSON());
  }

  /** The scenario with roles of the user, whose policies contain what the warnings say, and nothing else. */
  public static ofPrintedStatements(): ResolvedStack {
    const stack = new Stack(new App(), OWN_ROLES, { env: { account: ACCOUNT, region: REGION } });
    exportWithFrozenRoles(stack);
    const resolved = new ResolvedStack(OWN_ROLES, Template.fromStack(stack).toJSON());
    const resources = stack.node.findAll().filter(node => CfnResource.isCfnResource(node));
    const idOf = (path: string) => String(stack.resolve(resources.find(({ node }) => node.path.replace(/\/Resource$/, '') === path)!.logicalId));
    const printed = new Map<string, Statement[]>();
    for (const { entry } of Annotations.fromStack(stack).findWarning('*', Match.stringLikeRegexp('the policy of role'))) {
      const [, role, statement] = /the policy of role <ARN of (.*?)> .*(\{"Action.*\})/.exec(String(entry.data))!;
      const literal = statement.replace(/<(ARN|name|value) of (.*?)>/g, (_, what: string, of: string) => (
        what === 'ARN' ? resolved.arn(idOf(of)) : resolved.physicalId(what === 'name' ? idOf(of) : of)));
      printed.set(idOf(role), [...printed.get(idOf(role)) ?? [], JSON.parse(literal) as Statement]);
    }
    for (const [role, statements] of printed) { resolved.policies.push({ logicalId: role, kind: 'role policy', subjects: [role], statements }); }
    return resolved;
  }

  public readonly policies: PolicyLocation[];
  private readonly resources: Record<string, Resource>;
  private readonly unresolved: Record<string, Resource>;

  constructor(public readonly name: string, template: any) {
    this.unresolved = template.Resources;
    const scope = {
      template,
      parameters: new Map([
        ['AWS::AccountId', ACCOUNT], ['AWS::Partition', 'aws'], ['AWS::Region', REGION], ['AWS::StackName', name], ['AWS::URLSuffix', 'amazonaws.com'],
        ['AWS::StackId', this.physicalId('AWS::StackId')],
      ]),
      conditions: new Map<string, boolean>(),
      physicalId: (logicalId: string) => this.physicalId(logicalId),
      attribute: (logicalId: string, attribute: string) => this.attribute(logicalId, attribute),
      importValue: (value: string) => value,
      stackOutput: ({ outputName }: { outputName: string }) => outputName,
    };
    this.resources = Object.fromEntries(Object.entries(this.unresolved)
      .filter(([, { Type }]) => /^AWS::(IAM|S3|KMS)::/.test(Type))
      .map(([logicalId, resource]) => [logicalId, resolve(resource, scope) as Resource]));
    this.policies = Object.entries(this.resources).flatMap(([logicalId, resource]) => this.policiesOf(logicalId, resource));
  }

  /** The value of `Ref`. */
  public physicalId(logicalId: string): string {
    if (logicalId === 'AWS::StackId') { return `arn:aws:cloudformation:${REGION}:${ACCOUNT}:stack/${this.name}/0e3fb110-0000-11ee-0000-000000000000`; }
    const name = `${this.name}-${logicalId}`;
    switch (this.unresolved[logicalId]?.Type) {
      case 'AWS::IAM::Role': return name.length <= 64 ? name : `${name.slice(0, 55)}-${createHash('sha256').update(name).digest('hex').slice(0, 8)}`;
      case 'AWS::S3::Bucket': return name.toLowerCase();
      case 'AWS::KMS::Key': return createHash('sha256').update(logicalId).digest('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*/, '$1-$2-$3-$4-$5');
      case 'AWS::StepFunctions::StateMachine': return `arn:aws:states:${REGION}:${ACCOUNT}:stateMachine:${name}`;
      case 'AWS::Personalize::Dataset': return `arn:aws:personalize:${REGION}:${ACCOUNT}:dataset/${this.unresolved.Group.Properties.Name}/ITEMS`;
      case undefined: throw new Error(`${this.name} has no resource ${logicalId}: run npx tsx tools/permissions/record-calls.ts`);
      default: return name;
    }
  }

  /** Replaces logical ids in braces by physical ids. */
  public concrete<T>(value: T): T {
    return JSON.parse(JSON.stringify(value).replace(/\{([\w:]+)\}/g, (_, logicalId: string) => this.physicalId(logicalId))) as T;
  }

  /** The one resource of the type whose logical id matches. */
  public id(type: string, logicalId: RegExp = /./): string {
    const ids = Object.entries(this.unresolved).filter(([id, { Type }]) => Type === type && logicalId.test(id)).map(([id]) => id);
    if (ids.length !== 1) { throw new Error(`${ids.length} resources ${type} match ${logicalId}`); }
    return ids[0];
  }

  public get handlerRole(): string {
    return this.id('AWS::IAM::Role', /HandlerRole/);
  }

  /** Of the Provider framework's functions. */
  public get frameworkRoles(): string[] {
    return this.ids('AWS::IAM::Role').filter(id => /Framework\w*Role/.test(id));
  }

  /** Of the functions. */
  public get logGroupArn(): string {
    return this.arn(this.id('AWS::Logs::LogGroup', /ProviderLogGroup/)).replace(/:\*$/, '');
  }

  /** Whether it has the settings that add permissions. */
  public get isRegulated(): boolean {
    return this.ids('AWS::SQS::Queue').length > 0;
  }

  public arn(logicalId: string): string {
    return this.attribute(logicalId, 'Arn');
  }

  public properties(logicalId: string): any {
    return this.unresolved[logicalId].Properties;
  }

  public ids(type: string): string[] {
    return Object.entries(this.unresolved).filter(([, { Type }]) => Type === type).map(([id]) => id);
  }

  /** Decides about calls by the present policies. */
  public iam(): StackIam {
    return new StackIam(this);
  }

  private attribute(logicalId: string, attribute: string): string {
    const physicalId = this.physicalId(logicalId);
    const { Type } = this.unresolved[logicalId];
    const arns: Record<string, string> = {
      'AWS::IAM::Role': `arn:aws:iam::${ACCOUNT}:role/${physicalId}`,
      'AWS::S3::Bucket': `arn:aws:s3:::${physicalId}`,
      'AWS::KMS::Key': `arn:aws:kms:${REGION}:${ACCOUNT}:key/${physicalId}`,
      'AWS::Lambda::Function': `arn:aws:lambda:${REGION}:${ACCOUNT}:function:${physicalId}`,
      'AWS::Logs::LogGroup': `arn:aws:logs:${REGION}:${ACCOUNT}:log-group:${physicalId}:*`,
      'AWS::StepFunctions::StateMachine': physicalId,
      'AWS::SQS::Queue': `arn:aws:sqs:${REGION}:${ACCOUNT}:${physicalId}`,
      'AWS::Personalize::Dataset': physicalId,
    };
    if (!/^(Arn|DatasetArn)$/.test(attribute) || !(Type in arns)) { throw new Error(`${Type} has no known attribute ${attribute}`); }
    return arns[Type];
  }

  private policiesOf(logicalId: string, { Type, Properties }: Resource): PolicyLocation[] {
    const logicalIdOf = (physicalId: string) => Object.keys(this.resources).find(id => !/Policy$/.test(this.resources[id].Type) && this.physicalId(id) === physicalId)!;
    switch (Type) {
      case 'AWS::IAM::Role':
        return [
          { logicalId, kind: 'trust policy', subjects: [logicalId], statements: Properties.AssumeRolePolicyDocument.Statement },
          ...(Properties.Policies ?? []).map(({ PolicyDocument }: any): PolicyLocation => (
            { logicalId, kind: 'role policy', subjects: [logicalId], statements: PolicyDocument.Statement })),
        ];
      case 'AWS::IAM::Policy':
      case 'AWS::IAM::ManagedPolicy':
        return [{ logicalId, kind: 'role policy', subjects: Properties.Roles.map(logicalIdOf), statements: Properties.PolicyDocument.Statement }];
      case 'AWS::S3::BucketPolicy':
        return [{ logicalId, kind: 'bucket policy', subjects: [logicalIdOf(Properties.Bucket)], statements: Properties.PolicyDocument.Statement }];
      case 'AWS::KMS::Key':
        return [{ logicalId, kind: 'key policy', subjects: [logicalId], statements: Properties.KeyPolicy.Statement }];
      case 'AWS::S3::Bucket':
        return [];
      default:
        throw new Error(`policies of ${Type}`);
    }
  }
}

/** IAM's decisions in a stack. */
export class StackIam {
  private readonly store = new IamStore({ region: REGION, clock: new ManualClock(), profile: PLAIN });
  private readonly resourcePolicies = new Map<string, object>();

  constructor(private readonly stack: ResolvedStack) {
    for (const roleId of stack.ids('AWS::IAM::Role')) {
      const trust = this.document(['trust policy'], roleId);
      this.store.createRole({ roleName: stack.physicalId(roleId), assumeRolePolicyDocument: trust ?? policyDocument([{ Effect: 'Deny', Principal: '*', Action: 'sts:AssumeRole' }]) });
      if (trust) { this.resourcePolicies.set(stack.arn(roleId), trust); }
      this.putRolePolicies(roleId);
    }
    for (const id of [...stack.ids('AWS::S3::Bucket'), ...stack.ids('AWS::KMS::Key')]) {
      const policy = this.document(['bucket policy', 'key policy'], id);
      if (policy) { this.resourcePolicies.set(stack.arn(id), policy); }
    }
  }

  /** @param call with logical ids in braces */
  public async allows(call: Call): Promise<boolean> {
    const { who, action, resource, context, by } = this.stack.concrete(call);
    const [kind, name] = who.split(/ (.*)/);
    const session = { sessionArn: `arn:aws:sts::${ACCOUNT}:assumed-role/${name}/session` };
    const role = { roleArn: `arn:aws:iam::${ACCOUNT}:role/${name}`, ...session };
    // the resource policy alone: the session without its role's policies
    const principal = kind === 'service' ? { service: name } : by === 'the resource policy alone' ? session : role;
    return this.store.isAllowed({ principal, action, resource, context, resourcePolicy: by === 'the role policy alone' ? DELEGATING : this.resourcePolicy(resource) });
  }

  private putRolePolicies(roleId: string): void {
    const { stack, store } = this;
    const policies = stack.policies.filter(({ kind, subjects, statements }) => kind === 'role policy' && subjects.includes(roleId) && statements.length > 0);
    for (const [index, { logicalId, statements }] of policies.entries()) {
      if (stack.ids('AWS::IAM::ManagedPolicy').includes(logicalId)) {
        store.attachRolePolicy(stack.physicalId(roleId), store.createPolicy(logicalId, policyDocument(statements)));
      } else {
        store.putRolePolicy(stack.physicalId(roleId), `policy${index}`, policyDocument(statements));
      }
    }
  }

  private resourcePolicy(arn: string): object | undefined {
    const [bucket] = arn.split('/');
    return this.resourcePolicies.get(arn.startsWith('arn:aws:s3:::') ? bucket : arn);
  }

  private document(kinds: PolicyLocation['kind'][], subject: string): object | undefined {
    const policies = this.stack.policies.filter(({ kind, subjects }) => kinds.includes(kind) && subjects.includes(subject));
    const statements = policies.flatMap(policy => policy.statements);
    return statements.length > 0 ? policyDocument(statements) : undefined;
  }
}

function policyDocument(statements: Statement[]): object {
  return { Version: '2012-10-17', Statement: statements };
}

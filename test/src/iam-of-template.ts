import { createHash } from 'crypto';
import type { Template as Assertions } from 'aws-cdk-lib/assertions';
import { resolve } from '../../local-aws/cloudformation/template/intrinsics';
import type { Template } from '../../local-aws/cloudformation/template/template';
import { ACCOUNT } from '../../local-aws/core';
import { PLAIN } from '../../local-aws/profile';
import { policyLength } from '../../local-aws/services/iam/checks';
import { IamStore } from '../../local-aws/services/iam/store';
import { ManualClock } from '../../tools/simulation/manual-clock';
import { REGION } from '../stacks';

/** What is not known at synthesis: as it usually is, or as long as it can be. */
export interface Values {
  readonly partition: string;
  readonly region: string;
  readonly stackName: string;
  /** of a name that may have at most this many characters */
  readonly name: (logicalId: string, most: number) => string;
}

export const USUAL: Values = { partition: 'aws', region: REGION, stackName: 'Movies', name: (logicalId, most) => shortened(`Movies-${logicalId}`, most) };
export const LONGEST: Values = {
  partition: 'aws-us-gov', region: 'ap-northeast-1', stackName: 'Movies'.padEnd(128, 'x'), name: (logicalId, most) => shortened(logicalId.padEnd(most, 'x'), most),
};

function shortened(name: string, most: number): string {
  return name.length <= most ? name : `${name.slice(0, most - 9)}-${createHash('sha256').update(name).digest('hex').slice(0, 8)}`;
}

export interface RolePolicy {
  /** of the resource that holds it; that of the role for the policies in it */
  readonly logicalId: string;
  readonly isManaged: boolean;
  readonly document: object;
}

/** The roles of a template and their policies, as CloudFormation would give them to IAM. */
export class TemplateIam {
  public readonly resources: Record<string, { Type: string; Properties?: any; DependsOn?: string[] }>;

  constructor(assertions: Assertions, private readonly values: Values) {
    const template = assertions.toJSON() as Template;
    const { partition, region, stackName } = values;
    this.resources = resolve(template.Resources, {
      template,
      parameters: new Map([
        ['AWS::AccountId', ACCOUNT], ['AWS::Partition', partition], ['AWS::Region', region], ['AWS::StackName', stackName], ['AWS::URLSuffix', 'amazonaws.com'],
        ['AWS::StackId', `arn:${partition}:cloudformation:${region}:${ACCOUNT}:stack/${stackName}/0e3fb110-0000-11ee-0000-000000000000`],
        ...Object.entries<any>(template.Parameters ?? {}).map(([parameter, { Default = parameter }]) => [parameter, Default] as const),
      ]),
      conditions: new Map<string, boolean>(),
      physicalId: (logicalId: string) => this.physicalId(template.Resources[logicalId].Type, logicalId),
      attribute: (logicalId: string, attribute: string) => this.attribute(template.Resources[logicalId].Type, logicalId, attribute),
      importValue: (value: string) => this.dataset(value),
      stackOutput: ({ outputName }: { outputName: string }) => outputName,
    }) as TemplateIam['resources'];
  }

  public ids(type: RegExp, logicalId = /./): string[] {
    return Object.entries(this.resources).filter(([id, { Type }]) => type.test(Type) && logicalId.test(id)).map(([id]) => id);
  }

  /** The ARNs of datasets and dataset groups in the state machine's definition. */
  public exportedBy(stateMachineId: string): string[] {
    const definition: string = this.resources[stateMachineId].Properties.DefinitionString;
    return [...new Set(definition.match(/arn:[\w-]+:personalize:[\w-]+:\d+:dataset(-group)?\/[\w/-]+/g))];
  }

  public policiesOf(roleId: string): RolePolicy[] {
    const roleName = this.physicalId('AWS::IAM::Role', roleId);
    const inRole = this.resources[roleId].Properties.Policies ?? [];
    return [
      ...inRole.map(({ PolicyDocument }: any): RolePolicy => ({ logicalId: roleId, isManaged: false, document: PolicyDocument })),
      ...this.ids(/^AWS::IAM::(Managed)?Policy$/).map(id => [id, this.resources[id]] as const)
        .filter(([, { Properties }]) => Properties.Roles?.includes(roleName))
        .map(([logicalId, { Type, Properties }]): RolePolicy => ({ logicalId, isManaged: Type === 'AWS::IAM::ManagedPolicy', document: Properties.PolicyDocument })),
    ];
  }

  /** Puts the role's policies, or those of them that are named. Throws what IAM answers. */
  public deploy(roleId: string, which: (policy: RolePolicy) => boolean = () => true): DeployedRole {
    const iam = new IamStore({ region: REGION, clock: new ManualClock(), profile: PLAIN });
    const roleName = shortened(roleId, 64);
    const roleArn = iam.createRole({ roleName, assumeRolePolicyDocument: this.resources[roleId].Properties.AssumeRolePolicyDocument });
    const policies = this.policiesOf(roleId).filter(which);
    for (const [index, { isManaged, document }] of policies.entries()) {
      if (isManaged) {
        iam.attachRolePolicy(roleName, iam.createPolicy(`managed${index}`, document));
      } else {
        iam.putRolePolicy(roleName, `inline${index}`, document);
      }
    }
    return {
      managed: policies.filter(({ isManaged }) => isManaged).length,
      characters: policies.reduce((sum, { document }) => sum + policyLength(document), 0),
      allows: async (action, resource, context) => iam.isAllowed({ principal: { roleArn, sessionArn: `arn:aws:sts::${ACCOUNT}:assumed-role/${roleName}/s` }, action, resource, context }),
    };
  }

  private physicalId(type: string, logicalId: string): string {
    const { partition, region, name } = this.values;
    switch (type) {
      case 'AWS::IAM::Role': return name(logicalId, 64);
      case 'AWS::S3::Bucket': return name(logicalId, 63).toLowerCase();
      case 'AWS::Personalize::Dataset': return this.dataset(logicalId);
      case 'AWS::Personalize::DatasetGroup': return `arn:${partition}:personalize:${region}:${ACCOUNT}:dataset-group/${name(logicalId, 63)}`;
      case 'AWS::StepFunctions::StateMachine': return `arn:${partition}:states:${region}:${ACCOUNT}:stateMachine:${name(logicalId, 80)}`;
      default: return name(logicalId, 64);
    }
  }

  private attribute(type: string, logicalId: string, attribute: string): string {
    const { partition, region, name } = this.values;
    const arn = (service: string, resource: string) => `arn:${partition}:${service}:${region}:${ACCOUNT}:${resource}`;
    switch (`${type}.${attribute}`) {
      case 'AWS::IAM::Role.Arn': return `arn:${partition}:iam::${ACCOUNT}:role/${name(logicalId, 64)}`;
      case 'AWS::S3::Bucket.Arn': return `arn:${partition}:s3:::${name(logicalId, 63).toLowerCase()}`;
      case 'AWS::Logs::LogGroup.Arn': return arn('logs', `log-group:${name(logicalId, 512)}:*`);
      case 'AWS::KMS::Key.Arn': return arn('kms', `key/${'0'.repeat(36)}`);
      case 'AWS::Events::EventBus.Arn': return arn('events', `event-bus/${name(logicalId, 256)}`);
      case 'AWS::StepFunctions::StateMachine.Name': return name(logicalId, 80);
      case 'AWS::Personalize::DatasetGroup.DatasetGroupArn':
      case 'AWS::Personalize::Dataset.DatasetArn':
        return this.physicalId(type, logicalId);
      default: return arn('lambda', `function:${name(logicalId, 64)}`);
    }
  }

  private dataset(name: string): string {
    const { partition, region } = this.values;
    return `arn:${partition}:personalize:${region}:${ACCOUNT}:dataset/${this.values.name(name.replace(/[^\w-]/g, '-'), 63)}/INTERACTIONS`;
  }
}

export interface DeployedRole {
  readonly managed: number;
  readonly characters: number;
  allows(action: string, resource: string, context?: Record<string, string>): Promise<boolean>;
}

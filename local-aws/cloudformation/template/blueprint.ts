import { evaluateConditions, parameterScope } from './conditions';
import { checkExportedNames } from './exported-names';
import { resolve } from './intrinsics';
import { checkNames } from './names';
import { parameterValues, type GivenParameters, type ParameterReader } from './parameters';
import { references, type Reference } from './references';
import { stackOutputArguments, stackOutputReference, type StackOutputReference } from './stack-output';
import { dependsOn, invalid, type OutputDefinition, type ResourceDefinition, type Template } from './template';
import { ACCOUNT, found } from '../../core';
import { ResourceSpecification } from '../resource-specification';

/** A template with its parameters: the resources to be created, and their dependencies. */
export class Blueprint {
  public readonly parameters: ReadonlyMap<string, string | string[]>;
  public readonly conditions: ReadonlyMap<string, boolean>;
  public readonly resources: ReadonlyMap<string, ResourceDefinition>;
  public readonly outputs: ReadonlyMap<string, OutputDefinition>;
  /** the outputs of other stacks that it reads */
  public readonly stackOutputs: readonly StackOutputReference[];
  private readonly dependenciesOf = new Map<string, string[]>();

  constructor(
    public readonly template: Template,
    /** as it was sent */
    public readonly text: string,
    public readonly given: GivenParameters,
    stack: { readonly id: string; readonly name: string },
    region: string,
    ssm: ParameterReader,
  ) {
    this.parameters = new Map([...parameterValues(template, given, ssm), ...pseudoParameters(stack, region)]);
    this.conditions = evaluateConditions(template, this.parameters);
    checkNames(template, this.parameters);
    const holds = ({ Condition }: { Condition?: string }) => Condition === undefined || this.condition(Condition);
    this.resources = new Map(Object.entries(template.Resources).filter(([, definition]) => holds(definition)));
    this.outputs = new Map(Object.entries(template.Outputs ?? {}).filter(([, definition]) => holds(definition)));
    for (const [logicalId, definition] of this.resources) { this.dependenciesOf.set(logicalId, this.findDependencies(definition)); }
    this.checkReferences([...this.outputs.values()].flatMap(({ Value }) => references(Value, this.conditions)), 'Outputs');
    checkExportedNames(template, { parameters: this.parameters, conditions: this.conditions, outputs: this.outputs.keys() });
    this.refuseCycles();
    this.stackOutputs = this.findStackOutputs();
  }

  /** The logical IDs of a resource's direct dependencies. */
  public dependencies(logicalId: string): readonly string[] {
    return this.dependenciesOf.get(logicalId) ?? [];
  }

  private condition(name: string): boolean {
    return found(this.conditions.get(name), () => (
      invalid(`Template format error: Unresolved condition dependencies [${name}] in the Resources block of the template`)));
  }

  private findDependencies(definition: ResourceDefinition): string[] {
    const explicit = dependsOn(definition);
    this.checkReferences(explicit.filter(name => !(name in this.template.Resources)).map(name => ({ name })), 'Resources');
    const referred = references(definition.Properties, this.conditions).filter(({ name }) => !this.parameters.has(name) && name !== 'AWS::NoValue');
    this.checkReferences(referred, 'Resources');
    const names = [...explicit.filter(name => this.resources.has(name)), ...referred.map(({ name }) => name)];
    return [...new Set(names)];
  }

  private findStackOutputs(): StackOutputReference[] {
    stackOutputArguments([...this.outputs.values()], this.conditions, false);
    const scope = parameterScope(this.template, this.parameters, this.conditions);
    return [...this.resources.values()].flatMap(({ Properties }) => stackOutputArguments(Properties, this.conditions))
      .map(argument => stackOutputReference(resolve(argument, scope), this.parameters.get('AWS::Region')));
  }

  private checkReferences(all: readonly Reference[], block: string): void {
    const unresolved = all.map(({ name }) => name).filter(name => !this.resources.has(name) && !this.parameters.has(name) && name !== 'AWS::NoValue');
    if (unresolved.length > 0) {
      const names = [...new Set(unresolved)].join(', ');
      throw invalid(`Template format error: Unresolved resource dependencies [${names}] in the ${block} block of the template`);
    }
    for (const { name, attribute } of all) {
      if (attribute !== undefined && ResourceSpecification.of(this.resources.get(name)?.Type ?? '')?.hasAttribute(attribute) === false) {
        throw invalid(`Template error: resource ${name} does not support attribute type ${attribute} in Fn::GetAtt`);
      }
    }
  }

  private refuseCycles(): void {
    const left = new Map(this.dependenciesOf);
    for (;;) {
      const free = [...left].filter(([, names]) => !names.some(name => left.has(name)));
      if (free.length === 0) { break; }
      free.forEach(([logicalId]) => left.delete(logicalId));
    }
    if (left.size > 0) { throw invalid(`Circular dependency between resources: [${[...left.keys()].join(', ')}]`); }
  }
}

function pseudoParameters(stack: { id: string; name: string }, region: string): [string, string | string[]][] {
  return [
    ['AWS::AccountId', ACCOUNT],
    ['AWS::NotificationARNs', []],
    ['AWS::Partition', 'aws'],
    ['AWS::Region', region],
    ['AWS::StackId', stack.id],
    ['AWS::StackName', stack.name],
    ['AWS::URLSuffix', 'amazonaws.com'],
  ];
}

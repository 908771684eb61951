import { CfnResource, DefaultTokenResolver, IPostProcessor, IResolvable, IResolveContext, Reference, Stack, Tokenization } from 'aws-cdk-lib';
import { Dependable, IConstruct, IDependable } from 'constructs';

/** Something to depend on that is known only when the CDK asks for it, at the end of synthesis. */
export function lateDependency(roots: () => IConstruct[]): IDependable {
  const dependable: IDependable = {};
  Dependable.implement(dependable, { get dependencyRoots() { return roots(); } });
  return dependable;
}

/**
 * Which resources each resource of a stack waits for, as CloudFormation will find it in the template.
 *
 * A nested stack, with everything in it, counts as one resource of its parent.
 */
export function dependenciesOf(stack: Stack): Map<CfnResource, Set<CfnResource>> {
  const constructs = stack.node.findAll();
  const resources = constructs.filter(construct => CfnResource.isCfnResource(construct));
  const dependencies = new Map<CfnResource, Set<CfnResource>>();
  const add = (source: IConstruct, target: IConstruct | undefined) => {
    const [from, to] = [resourceIn(stack, source), target && resourceIn(stack, target)];
    if (from && to && from !== to) { dependencies.set(from, (dependencies.get(from) ?? new Set()).add(to)); }
  };

  const own = resources.filter(resource => Stack.of(resource) === stack);
  const byLogicalId = new Map(own.map(resource => [stack.resolve(resource.logicalId), resource]));
  for (const resource of resources) {
    const { template, references } = resolved(resource);
    references.forEach(target => add(resource, target));
    if (Stack.of(resource) === stack) { namesIn(template).forEach(name => add(resource, byLogicalId.get(name))); }
  }
  for (const source of constructs) {
    const roots = source.node.dependencies.flatMap(dependable => Dependable.of(dependable).dependencyRoots);
    if (roots.length === 0) { continue; }
    const sources = resourcesUnder(source);
    for (const target of new Set(roots)) {
      for (const to of resourcesUnder(target)) { sources.forEach(from => add(from, to)); }
    }
  }
  return dependencies;
}

/** The resource that represents a construct in a stack's template. */
function resourceIn(stack: Stack, construct: IConstruct): CfnResource | undefined {
  const own = Stack.of(construct);
  if (own === stack) { return CfnResource.isCfnResource(construct) ? construct : undefined; }
  return own.nestedStackParent && resourceIn(stack, own.nestedStackResource!);
}

function resourcesUnder(construct: IConstruct): CfnResource[] {
  return construct.node.findAll().filter(child => CfnResource.isCfnResource(child));
}

/** Does what the CDK does to find references between stacks. */
function resolved(resource: CfnResource): { template: unknown; references: ReadonlySet<IConstruct> } {
  const resolver = new ReferenceCollector();
  const { _toCloudFormation } = resource as unknown as { _toCloudFormation(): object };
  try {
    const template = Tokenization.resolve(_toCloudFormation.call(resource), { scope: resource, resolver, preparing: true });
    return { template, references: resolver.targets };
  } catch {
    // the resource is incomplete: its validation or its synthesis reports that better
    return { template: undefined, references: resolver.targets };
  }
}

class ReferenceCollector extends DefaultTokenResolver {
  public readonly targets = new Set<IConstruct>();

  constructor() {
    super({ join: (left, right) => ({ 'Fn::Join': ['', [left, right]] }) });
  }

  public override resolveToken(token: IResolvable, context: IResolveContext, postProcessor: IPostProcessor): unknown {
    if (Reference.isReference(token)) { this.targets.add(token.target); }
    return super.resolveToken(token, context, postProcessor);
  }
}

/** The names in intrinsic functions and DependsOn: logical ids, among others. */
function namesIn(template: unknown): string[] {
  if (Array.isArray(template)) { return template.flatMap(namesIn); }
  if (typeof template !== 'object' || template === null) { return []; }
  return Object.entries(template).flatMap(([key, value]) => [...namesOf(key, value), ...namesIn(value)]);
}

function namesOf(key: string, value: unknown): string[] {
  switch (key) {
    case 'Ref':
    case 'DependsOn':
      return [value].flat().filter(name => typeof name === 'string');
    case 'Fn::GetAtt':
      return [[value].flat()[0]].filter(name => typeof name === 'string').map(name => name.split('.')[0]!);
    case 'Fn::Sub':
      return [...String([value].flat()[0]).matchAll(/\$\{([^!.}][^.}]*)/g)].map(match => match[1]!.trim());
    default:
      return [];
  }
}

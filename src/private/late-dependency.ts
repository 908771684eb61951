import { Dependable, IConstruct, IDependable } from 'constructs';

/** Something to depend on that is known only when the CDK asks for it, at the end of the synthesis. */
export function lateDependency(roots: () => IConstruct[]): IDependable {
  const dependable: IDependable = {};
  Dependable.implement(dependable, { get dependencyRoots() { return roots(); } });
  return dependable;
}

import { Annotations, Aspects } from 'aws-cdk-lib';
import { Construct } from 'constructs';

const ID = 'Warnings';

/**
 * Warns of what a construct may learn only after its constructor: later jobs, grants and endpoints.
 *
 * On a child, because older CDK versions search what was acknowledged only in the parents of the construct with the warning.
 */
export function warnLate(scope: Construct, id: string, message: string): void {
  const child = scope.node.tryFindChild(ID) ?? new Construct(scope, ID);
  Annotations.of(child).addWarningV2(`cdk-personalize-dataset-export:${id}`, message);
}

/** Calls `warn` when the app is complete: what it depends on may be defined later. */
export function whenComplete(scope: Construct, warn: () => void): void {
  Aspects.of(scope).add({ visit: node => { if (node === scope) { warn(); } } });
}

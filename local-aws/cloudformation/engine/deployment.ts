import { bringBack } from './bring-back';
import { deleteAll, withoutCurrent } from './deletion';
import { resolveOutputs } from './exports';
import { policies, type Provisioner } from './provisioner';
import { rollBack } from './rollback';
import type { ResourceState, Stack, StackSettings } from './stack';
import type { OtherStacks } from './stack-outputs';
import { stackScope } from './stack-scope';
import { runSteps } from './steps';
import { isCustomResource } from '../custom-resource/custom-resources';
import type { Properties } from '../resource-type';
import { RULES, isDeletedFirst } from '../rules';
import type { Blueprint } from '../template/blueprint';
import { resolveProperties } from '../template/intrinsics';
import type { Scope } from '../template/scope';
import type { ResourceDefinition } from '../template/template';

/**
 * Creates a stack, or updates it to another template and then deletes what was replaced or removed. After a failure, rolls everything back. With
 * rollback disabled, everything stays, except that a failed update of a resource is undone.
 */
export class Deployment {
  private readonly creates: boolean;
  private readonly before: ReadonlyMap<string, ResourceState>;
  private readonly imports = new Set<string>();
  private readonly controller = new AbortController();
  private isCancelled = false;

  constructor(
    private readonly stack: Stack,
    private readonly blueprint: Blueprint,
    private readonly settings: StackSettings,
    private readonly provisioner: Provisioner,
    private readonly others: OtherStacks,
  ) {
    this.creates = stack.status === 'REVIEW_IN_PROGRESS';
    this.before = new Map(stack.resources);
  }

  public async run(): Promise<void> {
    const { stack, blueprint, settings, provisioner, creates } = this;
    const verb = creates ? 'CREATE' : 'UPDATE';
    if (creates) {
      stack.settings = settings;
    } else {
      stack.lastUpdatedTime = stack.now();
    }
    stack.cancel = () => {
      this.isCancelled = true;
      this.controller.abort();
    };
    stack.setStatus(`${verb}_IN_PROGRESS`, 'User Initiated');
    const scope = await this.scope();
    const failures = await this.deployResources(scope);
    const reason = this.reason(failures, scope);
    if (reason === undefined) {
      await this.complete(verb);
    } else if (stack.disableRollback && !this.isCancelled) {
      await bringBack(stack, [...this.before.values()].filter(state => failures.has(state.logicalId) && !isUnmade(state)), provisioner);
      stack.blueprint = blueprint;
      stack.settings = settings;
      stack.setStatus(`${verb}_FAILED`, reason);
    } else {
      await rollBack(stack, provisioner, creates && failures.size > 0 ? `${reason} Rollback requested by user.` : reason);
    }
  }

  private async scope(): Promise<Scope> {
    const { exports, outputs } = this.others;
    return stackScope(this.stack, this.blueprint, {
      importValue: name => {
        this.imports.add(name);
        return exports.importValue(this.stack, name);
      },
      stackOutput: await outputs.read(this.blueprint, this.settings.principal),
    });
  }

  /**
   * Returns the failures by resource. A failure cancels everything else. With rollback disabled, it stops only what depends on the failed resource:
   * https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/stack-failure-options.html
   */
  private async deployResources(scope: Scope): Promise<Map<string, Error>> {
    const { stack, blueprint, provisioner, controller } = this;
    const unwanted = [...this.before.values()].filter(state => isUnmade(state) && !blueprint.resources.has(state.logicalId));
    return runSteps([
      ...[...blueprint.resources].map(([logicalId, definition]) => ({
        id: logicalId,
        after: blueprint.dependencies(logicalId),
        eager: provisioner.isEager(definition.Type),
        run: () => this.deployResource(logicalId, definition, scope),
      })),
      ...unwanted.map(state => ({
        id: state.logicalId,
        after: [],
        eager: provisioner.isEager(state.type),
        run: async () => {
          await provisioner.delete(state);
          stack.resources.delete(state.logicalId);
        },
      })),
    ], {
      order: 'eager first',
      reversed: provisioner.reversesOrder,
      signal: controller.signal,
      ...stack.disableRollback ? { afterFailure: 'go on' } : { afterFailure: 'stop', onFailure: () => controller.abort() },
    });
  }

  private async deployResource(logicalId: string, definition: ResourceDefinition, scope: Scope): Promise<void> {
    const { stack, provisioner, controller: { signal } } = this;
    const dependencies = this.blueprint.dependencies(logicalId);
    const resolved = () => resolveProperties(definition, scope);
    const existing = this.before.get(logicalId);
    if (!existing || isUnmade(existing)) {
      if (existing) { await provisioner.delete(existing); }
      await provisioner.create(logicalId, definition, dependencies, resolved, signal);
      return;
    }
    const properties = this.resolvedFor(existing, resolved);
    const after = { dependencies, ...policies(definition) };
    if (provisioner.isSame(existing, properties) && !isRetried(existing)) {
      stack.resources.set(logicalId, { ...existing, ...after });
      return;
    }
    if (stack.disableRollback && provisioner.isReplacement(existing, properties)) {
      throw this.refused(existing, RULES.replacementWithoutRollback());
    }
    const updated = await provisioner.update(existing, after, properties, signal);
    if (!isDeletedFirst(existing.type) && updated.physicalId !== existing.physicalId) { stack.superseded = [...stack.superseded, existing]; }
  }

  /** If its properties cannot be resolved, the resource fails, though nothing was done to it. */
  private resolvedFor(existing: ResourceState, resolved: () => Properties): Properties {
    try {
      return resolved();
    } catch (error) {
      throw this.refused(existing, error as Error);
    }
  }

  private refused(existing: ResourceState, error: Error): Error {
    this.stack.setResource({ ...existing, status: 'UPDATE_FAILED', statusReason: error.message });
    return error;
  }

  /** Why the deployment failed. If it did not, sets the outputs. */
  private reason(failures: ReadonlyMap<string, Error>, scope: Scope): string | undefined {
    const { stack, blueprint, before } = this;
    const verb = (id: string) => !blueprint.resources.has(id) ? 'delete' : before.has(id) && !isUnmade(before.get(id)!) ? 'update' : 'create';
    if (failures.size > 0) {
      return ['create', 'update', 'delete'].map(name => ({ name, ids: [...failures.keys()].filter(id => verb(id) === name) }))
        .filter(({ ids }) => ids.length > 0).map(({ name, ids }) => `The following resource(s) failed to ${name}: [${ids.join(', ')}].`).join(' ');
    }
    if (this.isCancelled) { return this.creates ? 'Stack creation was cancelled.' : 'User Initiated'; }
    try {
      stack.outputs = resolveOutputs(stack, blueprint, scope, this.others.exports);
      return undefined;
    } catch (error) {
      return (error as Error).message;
    }
  }

  private async complete(verb: 'CREATE' | 'UPDATE'): Promise<void> {
    const { stack, blueprint, settings } = this;
    if (verb === 'UPDATE') { stack.setStatus('UPDATE_COMPLETE_CLEANUP_IN_PROGRESS'); }
    const replaced = withoutCurrent(stack.superseded, stack);
    const removed = stack.takeOut(({ logicalId }) => !blueprint.resources.has(logicalId));
    stack.setImports(this.imports);
    stack.settle(blueprint, settings);
    // CloudFormation calls the update complete even if something cannot be deleted
    await deleteAll([...replaced, ...removed], this.provisioner, state => (
      (replaced.includes(state) ? state.updateReplacePolicy : state.deletionPolicy) !== 'Delete'), { afterFailure: 'ignore' });
    stack.setStatus(`${verb}_COMPLETE`);
  }
}

/** A failed creation of an operation with rollback disabled. The next operation on the stack deletes it. */
function isUnmade({ status }: ResourceState): boolean {
  return status === 'CREATE_FAILED';
}

/** A failed custom resource is updated even if its properties do not change. */
function isRetried({ type, status }: ResourceState): boolean {
  return status === 'UPDATE_FAILED' && isCustomResource(type);
}

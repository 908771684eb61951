/** Something to be done for one resource. */
export interface Step {
  readonly id: string;
  /** steps that must be over before; ids that are not among the steps count as over */
  readonly after: readonly string[];
  /** a custom resource, or a test's failure: what runs the deployment's code */
  readonly eager: boolean;
  run(): Promise<void>;
}

export interface StepOptions {
  /**
   * The order is as unkind as dependencies allow. `eager first` (create, update): everything that no custom resource that is
   * next in line depends on waits until there is none left. `eager last` (delete): custom resources are deleted when everything
   * that may go before them is gone. So a custom resource that forgot to depend on a policy runs without it.
   */
  readonly order: 'eager first' | 'eager last';
  /**
   * `stop`: after a failure nothing new begins; `go on`: only what comes after the failed step does not begin;
   * `ignore`: everything begins.
   */
  readonly afterFailure: 'stop' | 'go on' | 'ignore';
  /** called at the first failure, while others are still running */
  readonly onFailure?: () => void;
  /** nothing new begins when it is aborted */
  readonly signal?: AbortSignal;
}

/** CloudFormation's limit of custom resource operations at a time. */
const MOST_EAGER = 64;

/** Runs the steps in parallel as their order allows; returns the failures by step. */
export async function runSteps(steps: readonly Step[], options: StepOptions): Promise<Map<string, Error>> {
  const byId = new Map(steps.map(step => [step.id, step]));
  const waiting = new Map(byId);
  const running = new Map<string, { step: Step; end: Promise<void> }>();
  const failures = new Map<string, Error>();
  const isPending = (id: string) => waiting.has(id) || running.has(id) || (options.afterFailure !== 'ignore' && failures.has(id));

  for (;;) {
    if (!(options.signal?.aborted || (options.afterFailure === 'stop' && failures.size > 0))) {
      const ready = [...waiting.values()].filter(({ after }) => !after.some(isPending));
      const hopeful = steps.filter(step => !failures.has(step.id) && ![...ancestors(step, byId)].some(id => failures.has(id)));
      for (const step of pick(ready, hopeful, isPending, [...running.values()].map(entry => entry.step), options.order)) {
        waiting.delete(step.id);
        const end = step.run().catch((error: Error) => {
          failures.set(step.id, error);
          if (failures.size === 1) {
            options.onFailure?.();
          }
        }).finally(() => running.delete(step.id));
        running.set(step.id, { step, end });
      }
    }
    if (running.size === 0) {
      return failures;
    }
    await Promise.race([...running.values()].map(({ end }) => end));
  }
}

function pick(ready: Step[], steps: readonly Step[], isPending: (id: string) => boolean, running: Step[], order: StepOptions['order']): Step[] {
  const eagerReady = ready.filter(({ eager }) => eager).slice(0, MOST_EAGER - running.filter(({ eager }) => eager).length);
  const others = ready.filter(({ eager }) => !eager);
  if (order === 'eager last') {
    return others.length > 0 || running.some(({ eager }) => !eager) ? others : eagerReady;
  }
  const byId = new Map(steps.map(step => [step.id, step]));
  const pendingEager = steps.filter(({ id, eager }) => eager && isPending(id));
  if (pendingEager.length === 0) {
    return others;
  }
  const wanted = new Set<string>();
  for (const step of pendingEager) {
    const before = ancestors(step, byId);
    if (![...before].some(id => byId.get(id)!.eager && isPending(id))) {
      before.forEach(id => wanted.add(id));
    }
  }
  return [...eagerReady, ...others.filter(({ id }) => wanted.has(id))];
}

function ancestors(step: Step, byId: ReadonlyMap<string, Step>, found = new Set<string>()): Set<string> {
  for (const id of step.after) {
    const before = byId.get(id);
    if (before && !found.has(id)) {
      found.add(id);
      ancestors(before, byId, found);
    }
  }
  return found;
}

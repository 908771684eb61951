/** What an operation does to one resource. */
export interface Step {
  readonly id: string;
  /** the IDs of steps that must finish first; those that are not among the steps have finished */
  readonly after: readonly string[];
  /** It runs the deployment's code, as custom resources do. */
  readonly eager: boolean;
  run(): Promise<void>;
}

export interface StepOptions {
  /**
   * The order is as unkind as the dependencies allow. `eager first` (create, update): while there are custom resources left, only what the next
   * ones depend on runs. `eager last` (delete): custom resources are deleted after everything that may go before them. So a custom resource
   * with a forgotten dependency on a policy runs without it.
   */
  readonly order: 'eager first' | 'eager last';
  /** Whether those that could start at the same time start from the last to the first. */
  readonly reversed?: boolean;
  /**
   * `stop`: nothing more starts after a failure; `go on`: only steps after the failed one do not start; `ignore`: everything starts.
   */
  readonly afterFailure: 'stop' | 'go on' | 'ignore';
  /** called at the first failure, while others may still run */
  readonly onFailure?: () => void;
  /** Once it is aborted, nothing more starts. */
  readonly signal?: AbortSignal;
}

/** How many operations on custom resources CloudFormation runs at a time. */
const MOST_EAGER = 64;

/** Runs the steps, in parallel where their order allows. Returns the failures by step. */
export async function runSteps(steps: readonly Step[], options: StepOptions): Promise<Map<string, Error>> {
  const byId = new Map(steps.map(step => [step.id, step]));
  const waiting = new Map(byId);
  const running = new Map<string, { step: Step; end: Promise<void> }>();
  const failures = new Map<string, Error>();
  const isPending = (id: string) => waiting.has(id) || running.has(id) || (options.afterFailure !== 'ignore' && failures.has(id));

  for (;;) {
    if (!(options.signal?.aborted || (options.afterFailure === 'stop' && failures.size > 0))) {
      const ready = [...waiting.values()].filter(({ after }) => !after.some(isPending));
      if (options.reversed) { ready.reverse(); }
      const hopeful = steps.filter(step => !failures.has(step.id) && ![...ancestors(step, byId)].some(id => failures.has(id)));
      for (const step of pick(ready, hopeful, isPending, [...running.values()].map(entry => entry.step), options.order)) {
        waiting.delete(step.id);
        const end = step.run().catch((error: Error) => {
          failures.set(step.id, error);
          if (failures.size === 1) { options.onFailure?.(); }
        }).finally(() => running.delete(step.id));
        running.set(step.id, { step, end });
      }
    }
    if (running.size === 0) { return failures; }
    await Promise.race([...running.values()].map(({ end }) => end));
  }
}

function pick(ready: Step[], steps: readonly Step[], isPending: (id: string) => boolean, running: Step[], order: StepOptions['order']): Step[] {
  const eagerReady = ready.filter(({ eager }) => eager).slice(0, MOST_EAGER - running.filter(({ eager }) => eager).length);
  const others = ready.filter(({ eager }) => !eager);
  if (order === 'eager last') { return others.length > 0 || running.some(({ eager }) => !eager) ? others : eagerReady; }
  const byId = new Map(steps.map(step => [step.id, step]));
  const pendingEager = steps.filter(({ id, eager }) => eager && isPending(id));
  if (pendingEager.length === 0) { return others; }
  const wanted = new Set<string>();
  for (const step of pendingEager) {
    const before = ancestors(step, byId);
    if (![...before].some(id => byId.get(id)!.eager && isPending(id))) { before.forEach(id => wanted.add(id)); }
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

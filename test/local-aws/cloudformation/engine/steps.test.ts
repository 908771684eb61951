import { runSteps, type StepOptions } from '../../../../local-aws/cloudformation/engine/steps';

/** Runs steps given as `[id, after, eager?]`; each takes a turn of the event loop; returns what began and ended, in order. */
async function run(given: [id: string, after: string[], eager?: boolean][], options: Partial<StepOptions> = {}, failing: string[] = []) {
  const log: string[] = [];
  const failures = await runSteps(given.map(([id, after, eager = false]) => ({
    id,
    after,
    eager,
    run: async () => {
      log.push(`+${id}`);
      await new Promise(resolve => setImmediate(resolve));
      log.push(`-${id}`);
      if (failing.includes(id)) { throw new Error(id); }
    },
  })), { order: 'eager first', afterFailure: 'stop', ...options });
  return { log, failures: [...failures.keys()] };
}

test('what a custom resource does not depend on waits until it is through', async () => {
  const { log } = await run([['policy', ['role']], ['role', []], ['fn', ['role']], ['custom', ['fn'], true], ['bucket', []]]);
  expect(log.slice(0, 6)).toEqual(['+role', '-role', '+fn', '-fn', '+custom', '-custom']);
  expect(log.slice(6).sort()).toEqual(['+bucket', '+policy', '-bucket', '-policy']);
});

test('what a later custom resource depends on waits for the earlier one, too', async () => {
  const { log } = await run([['policy', []], ['first', [], true], ['second', ['first', 'policy'], true]]);
  expect(log).toEqual(['+first', '-first', '+policy', '-policy', '+second', '-second']);
});

test('custom resources that do not depend on each other run side by side', async () => {
  const { log } = await run([['a', [], true], ['b', [], true]]);
  expect(log).toEqual(['+a', '+b', '-a', '-b']);
});

test('what can begin at the same time begins from the end if so ordered', async () => {
  const { log } = await run([['a', []], ['b', ['a']], ['c', ['a']]], { reversed: true });
  expect(log).toEqual(['+a', '-a', '+c', '+b', '-c', '-b']);
});

test('when deleting, custom resources go last', async () => {
  const { log } = await run([['custom', [], true], ['policy', []], ['fn', ['custom']], ['bucket', ['policy']]], { order: 'eager last' });
  expect(log).toEqual(['+policy', '-policy', '+bucket', '-bucket', '+custom', '-custom', '+fn', '-fn']);
});

test('after a failure nothing new begins, and what runs comes to its end', async () => {
  let told = 0;
  const { log, failures } = await run([['a', [], true], ['b', [], true], ['c', ['a'], true], ['d', []]], { onFailure: () => told++ }, ['b']);
  expect(log).toEqual(['+a', '+b', '-a', '+c', '-b', '-c']);
  expect(failures).toEqual(['b']);
  expect(told).toBe(1);
});

test('no more than 64 custom resources at a time', async () => {
  const { log } = await run(Array.from({ length: 70 }, (_, index) => [String(index), [], true]));
  expect(log.findIndex(entry => entry.startsWith('-'))).toBe(64);
});

test('nothing begins once it is called off', async () => {
  const { log } = await run([['a', []]], { signal: AbortSignal.abort() });
  expect(log).toEqual([]);
});

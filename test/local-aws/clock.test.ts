import { ScaledClock } from '../../local-aws/clock';

const turn = () => new Promise(resolve => setImmediate(resolve));
const realSleep = (ms: number) => new Promise(resolve => setTimeout(resolve, ms));

let clock: ScaledClock;
beforeEach(() => { clock = new ScaledClock(1000); });
afterEach(() => clock.stop());

/** Keeps the event loop busy. */
function block(realMs: number): void {
  for (const end = performance.now() + realMs; performance.now() < end;) {;}
}

test('simulated time runs faster than real time, as it is told', async () => {
  const start = clock.now();
  await clock.sleep(600_000);
  expect(clock.now() - start).toBeGreaterThanOrEqual(600_000);
});

test('it can be told otherwise, and sleepers follow', async () => {
  clock.changeSpeed(0.001);
  const asleep = clock.sleep(600_000);
  clock.changeSpeed(1000);
  await asleep;
});

test('with nobody in real time, it jumps from one sleeper to the next', async () => {
  const year = 365 * 86_400_000;
  clock.changeSpeed(Infinity);
  const start = clock.now();
  await clock.sleep(year);
  expect(clock.now()).toBe(start + year);
});

describe.each([1000, Infinity])('while something is at work, at speed %d,', speed => {
  beforeEach(() => clock.changeSpeed(speed));

  test('time stands still, and sleepers wake when it is done', async () => {
    let woken = false;
    const asleep = clock.sleep(10).then(() => { woken = true; });
    await clock.work(async () => {
      const start = clock.now();
      await clock.work(() => realSleep(10)); // others may come and go
      await realSleep(50);
      expect(clock.now()).toBe(start);
      expect(woken).toBe(false);
    });
    await asleep;
  });

  test('time goes on when it waits for time itself, but not when others still work', async () => {
    await clock.work(async work => {
      work.pause();
      await clock.sleep(600_000);
      work.resume();
      const start = clock.now();
      await realSleep(50);
      expect(clock.now()).toBe(start);
      work.pause();
      await clock.work(() => realSleep(50));
      expect(clock.now()).toBe(start);
    });
  });

  test('time goes on when it fails in the end', async () => {
    await expect(clock.work(() => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
    await clock.sleep(600_000);
  });

  test('it can no longer stop time when it is over', async () => {
    const over = await clock.work(work => Promise.resolve(work));
    over.resume();
    await clock.sleep(600_000);
  });
});

describe('on a machine that is late', () => {
  test('sleepers wake in their order, each in its time, however late', async () => {
    const order: number[] = [];
    const sleepers = [30_000, 10_000, 20_000, 10_000].map(async ms => {
      const earliest = clock.now() + ms;
      const asleep = clock.sleep(ms);
      const latest = clock.now() + ms;
      await asleep;
      order.push(ms);
      expect(clock.now()).toBeGreaterThanOrEqual(earliest);
      expect(clock.now()).toBeLessThanOrEqual(latest);
    });
    block(50);
    await Promise.all(sleepers);
    expect(order).toEqual([10_000, 10_000, 20_000, 30_000]);
  });

  test('time stands still until who was woken has acted', async () => {
    let nextIsAwake = false;
    void clock.sleep(2000).then(() => { nextIsAwake = true; });
    await clock.sleep(1000);
    const woken = clock.now();
    for (let turns = 0; turns < 5; turns++) {
      block(5);
      await turn();
    }
    expect(clock.now()).toBe(woken);
    expect(nextIsAwake).toBe(false);
  });

  test('nobody need sleep for time not to run away', () => {
    const start = clock.now();
    block(200);
    expect(clock.now() - start).toBeLessThan(100_000);
  });
});

test('a stopped clock wakes nobody', async () => {
  const woken = jest.fn();
  void clock.sleep(20_000).then(woken);
  clock.stop();
  await realSleep(60);
  expect(woken).not.toHaveBeenCalled();
});

test('time cannot stand still or run backwards', () => {
  expect(() => new ScaledClock(0)).toThrow();
  expect(() => new ScaledClock(-1)).toThrow();
  expect(() => clock.changeSpeed(0)).toThrow();
});

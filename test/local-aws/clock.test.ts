import { ScaledClock } from './clock';

test('simulated time runs as much faster as it is told', async () => {
  const clock = new ScaledClock(100);
  const [simulated, real] = [clock.now(), Date.now()];
  await clock.sleep(20_000);
  expect(Date.now() - real).toBeLessThan(5_000);
  expect(clock.now() - simulated).toBeGreaterThanOrEqual(19_000);
  clock.stop();
});

test('a stopped clock wakes nobody', async () => {
  const clock = new ScaledClock(1000);
  const woken = jest.fn();
  void clock.sleep(20_000).then(woken);
  clock.stop();
  await new Promise((resolve) => setTimeout(resolve, 60));
  expect(woken).not.toHaveBeenCalled();
});

test('time cannot stand still or run backwards', () => {
  expect(() => new ScaledClock(0)).toThrow();
  expect(() => new ScaledClock(-1)).toThrow();
});

import { Concurrency } from '../../../../local-aws/services/lambda/concurrency';
import type { LambdaFunction } from '../../../../local-aws/services/lambda/function';
import { ManualClock } from '../../../../tools/simulation/manual-clock';

const HOUR = 3_600_000;

/** All that counts here. */
const functionWith = (reservedConcurrency?: number) => ({ configuration: { reservedConcurrency } }) as LambdaFunction;

describe('the account\'s limit', () => {
  const [one, other, reserved] = [functionWith(), functionWith(), functionWith(2)];
  const limited = (to: number, functions = [one, other]) => {
    const concurrency = new Concurrency(new ManualClock(), () => functions);
    Object.assign(concurrency.settings, { concurrentExecutions: to });
    return concurrency;
  };
  const account = { code: 'TooManyRequestsException', message: 'Rate Exceeded.', status: 429, reason: 'ConcurrentInvocationLimitExceeded' };

  test('counts all functions together, until an invocation is over', () => {
    const concurrency = limited(2);
    const leave = concurrency.enter(one);
    concurrency.enter(other);
    expect(() => concurrency.enter(one)).toThrow(expect.objectContaining(account));
    leave();
    concurrency.enter(other);
    expect(() => concurrency.enter(one)).toThrow(expect.objectContaining(account));
  });

  test('is lower by what others hold', () => {
    const concurrency = limited(2);
    concurrency.settings.heldByOthers = 2;
    expect(() => concurrency.enter(one)).toThrow(expect.objectContaining(account));
    concurrency.settings.heldByOthers = 1;
    concurrency.enter(one);
  });

  test('is lower by what a function reserves, which is that function\'s own limit', () => {
    const concurrency = limited(3, [one, other, reserved]);
    concurrency.enter(one);
    expect(() => concurrency.enter(other)).toThrow(expect.objectContaining(account));
    concurrency.enter(reserved);
    concurrency.enter(reserved);
    expect(() => concurrency.enter(reserved)).toThrow(expect.objectContaining({ ...account, reason: 'ReservedFunctionConcurrentInvocationLimitExceeded' }));
  });
});

describe('an event that there is no room for', () => {
  /** Simulated seconds from the event to its invocation, when others leave room after some seconds. */
  async function waited(secondsWithoutRoom: number, isWanted: (seconds: number) => boolean = () => true): Promise<number | undefined> {
    const clock = new ManualClock();
    const seconds = () => (clock.now() - clock.origin) / 1000;
    const concurrency = new Concurrency(clock, () => []);
    concurrency.settings.concurrentExecutions = 0;
    void clock.sleep(secondsWithoutRoom * 1000).then(() => { concurrency.settings.concurrentExecutions = 1; });
    const entered = concurrency.enterByAndBy(functionWith(), () => isWanted(seconds())).then(leave => leave && seconds());
    await clock.advance(HOUR);
    return entered;
  }

  test.each([
    [0, 1], [2, 3], [5, 7], [100, 127], [300, 511],
    // five minutes at most
    [512, 811], [812, 1111],
  ])('with room after %d s comes after %d s: intervals double, from a second to five minutes', async (room, expected) => {
    expect(await waited(room)).toBe(expected);
  });

  test('is forgotten when nobody wants it any more', async () => {
    expect(await waited(300, seconds => seconds < 400)).toBeUndefined();
  });
});

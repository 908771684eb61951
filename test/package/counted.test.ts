import { baseline, counted, LEAST_SECONDS, regressions, type Counted } from '../../benchmark/counted';

jest.setTimeout(600_000);

const HINT = 'If that is what you want, accept it: npm run bench -- --accept';
let now: Counted;

beforeAll(async () => { now = await counted(baseline()); });

// on purpose not for what is timed: that says more about the machine
test('resources and calls are no more than benchmark/counted.json says, and bytes hardly', () => {
  const worse = regressions(baseline(), now);
  expect(worse.length === 0 ? '' : `${worse.join('\n')}\n${HINT}`).toBe('');
});

test('they meet the targets', () => {
  expect(now.marginalResources).toBe(1);
  expect(now.marginalBytes).toBeLessThanOrEqual(1100);
  expect(now.mostJobs).toBeGreaterThanOrEqual(470);
  expect(now.mostNamedJobs).toBeGreaterThanOrEqual(470);
  expect(now.bundleBytes).toBeLessThanOrEqual(400_000);
  expect(now.describesPerWaitingHour).toBe(120); // one each 30 seconds
  expect(now.otherCallsPerWaitingHour).toBe(0);
  expect(now.describesPerLongWaitingHour).toBe(121); // and one more whenever a resource hands over
  expect(now.otherCallsPerLongWaitingHour).toBe(0);
  expect([now.crowdLostJobs, now.crowdInTurnLostJobs]).toEqual([0, 0]);
  expect(now.crowdCalls).toBeLessThanOrEqual(4 * now.crowdInTurnCalls);
  expect(now.crowdSeconds).toBeLessThanOrEqual(1.25 * LEAST_SECONDS);
  expect(now.crowdInTurnSeconds).toBeLessThanOrEqual(LEAST_SECONDS + 1);
});

test('a regression is one in either direction, whichever is worse', () => {
  const before = baseline();
  const other = { ...before, mostJobs: before.mostJobs - 1, crowdCalls: before.crowdCalls + 1, crowdSeconds: before.crowdSeconds - 1 };
  expect(regressions(before, other))
    .toEqual([`mostJobs was ${before.mostJobs}, is ${before.mostJobs - 1}`, `crowdCalls was ${before.crowdCalls}, is ${before.crowdCalls + 1}`]);
  expect(regressions(before, { ...before, mostJobs: before.mostJobs + 1 })).toEqual([]);
});

test('some more bytes are no regression, many more are one', () => {
  const before = { ...baseline(), firstJobBytes: 20_000 };
  expect(regressions(before, { ...before, firstJobBytes: 20_500 })).toEqual([]);
  expect(regressions(before, { ...before, firstJobBytes: 21_000 })).toEqual(['firstJobBytes was 20000, is 21000']);
});

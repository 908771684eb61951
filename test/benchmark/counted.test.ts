import { baseline, counted, regressions, type Counted } from '../../benchmark/counted';

jest.setTimeout(60_000);

const HINT = 'If that is what you want, accept it: npm run bench -- --accept';
let now: Counted;

beforeAll(async () => { now = await counted(baseline().mostJobs); });

// on purpose not for what is timed: that says more about the machine
test('resources, bytes and calls are no more than benchmark/counted.json says', () => {
  const worse = regressions(baseline(), now);
  expect(worse.length === 0 ? '' : `${worse.join('\n')}\n${HINT}`).toBe('');
});

test('they meet the targets', () => {
  expect(now.marginalResources).toBe(1);
  expect(now.marginalBytes).toBeLessThanOrEqual(1000);
  expect(now.mostJobs).toBeGreaterThanOrEqual(470);
  expect(now.bundleBytes).toBeLessThanOrEqual(150_000);
  expect(now.describesPerWaitingHour).toBe(120); // one each 30 seconds
  expect(now.otherCallsPerWaitingHour).toBe(0);
  expect(now.describesPerLongWaitingHour).toBe(60); // one a minute
  expect(now.otherCallsPerLongWaitingHour).toBe(0);
  expect(now.crowdLostJobs).toBe(0);
});

test('a regression is one in either direction, whichever is worse', () => {
  const before = baseline();
  const other = { ...before, mostJobs: before.mostJobs - 1, crowdCalls: before.crowdCalls + 1, firstJobBytes: before.firstJobBytes - 1 };
  expect(regressions(before, other))
    .toEqual([`mostJobs was ${before.mostJobs}, is ${before.mostJobs - 1}`, `crowdCalls was ${before.crowdCalls}, is ${before.crowdCalls + 1}`]);
  expect(regressions(before, { ...before, mostJobs: before.mostJobs + 1 })).toEqual([]);
});

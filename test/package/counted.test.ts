import { baseline, counted, regressions, type Counted } from '../../benchmark/counted';
import { countedTargets } from '../../benchmark/targets';

let now: Counted;
beforeAll(async () => { now = await counted(baseline()); });

// without times, which depend on the machine
test('the counted figures are no worse than benchmark/counted.json (to accept them: npm run bench -- --accept)', () => {
  expect(regressions(baseline(), now)).toEqual([]);
});

test('they meet the targets', () => {
  expect(countedTargets(now).filter(({ met }) => !met)).toEqual([]);
});

test('fewer jobs, more calls and many more bytes are regressions', () => {
  const before = { ...baseline(), mostJobs: 470, crowdCalls: 4000, firstJobBytes: 20_000, bundleBytes: 300_000 };
  expect(regressions(before, { ...before, mostJobs: 471, crowdCalls: 3999, firstJobBytes: 20_900, bundleBytes: 310_000 })).toEqual([]);
  expect(regressions(before, { ...before, mostJobs: 469, crowdCalls: 4001, firstJobBytes: 21_100, bundleBytes: 320_000 })).toEqual([
    'firstJobBytes was 20000, is 21100', 'mostJobs was 470, is 469', 'bundleBytes was 300000, is 320000', 'crowdCalls was 4000, is 4001',
  ]);
});

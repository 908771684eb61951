import { TestStacks, topic } from '../testing-stacks';

const topics = (count: number, name: string) => ({ Resources: Object.fromEntries(Array.from({ length: count }, (_, index) => [`T${index}`, topic(name)])) });

let aws: TestStacks;
beforeEach(async () => { aws = await TestStacks.start(); });
afterEach(() => aws.stop());

test('events carry real time, and each a later one', async () => {
  const start = Date.now();
  await new Promise(resolve => setTimeout(resolve, 20));
  const stack = await aws.deploy(topics(5, 'a'));
  const times = stack.events.map(({ Timestamp }) => Timestamp.getTime());
  expect(times[0]).toBeGreaterThanOrEqual(start);
  // simulated time is 20 seconds ahead by now
  expect(times.at(-1)).toBeLessThan(Date.now() + 1000);
  expect(times).toEqual([...new Set(times)].sort((left, right) => left - right));
});

test('they never go back, even if the clock does', async () => {
  const stack = await aws.deploy(topics(1, 'a'));
  const last = stack.events.at(-1)!.Timestamp.getTime();
  const now = jest.spyOn(Date, 'now').mockReturnValue(last - 60_000);
  try {
    stack.setStatus('UPDATE_IN_PROGRESS');
  } finally {
    now.mockRestore();
  }
  expect(stack.events.at(-1)!.Timestamp.getTime()).toBeGreaterThan(last);
});

test('a change set is younger than all events before it, and older than its own: so the CLI tells them apart', async () => {
  const stack = await aws.deploy(topics(50, 'a'));
  const before = stack.events.length;
  const { changeSet } = aws.createChangeSet(topics(50, 'b'));
  aws.stacks.executeChangeSet(stack, changeSet);
  await aws.settled(stack);
  expect(stack.events.filter(({ Timestamp }) => Timestamp < changeSet.creationTime)).toHaveLength(before);
});

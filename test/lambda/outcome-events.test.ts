import { jobNameOf } from '../../lambda/job-name';
import { createEvent, jobArnOf, properties, STACK_ID } from '../../tools/simulation/events';
import { serviceError } from '../../tools/simulation/fake-errors';
import { World } from '../../tools/simulation/world';

// With events, each job is observed by an execution of its name, whoever waits for it.

let world: World;
let started: [name: string, input: Record<string, string>][];
let failures: number;
beforeEach(() => {
  world = new World();
  [started, failures] = [[], 0];
  world.outcomes = {
    start: async (name, input) => {
      if (failures-- > 0) { throw serviceError('AccessDeniedException', 'not authorized to perform: states:StartExecution'); }
      started.push([name, JSON.parse(input)]);
    },
  };
});
const process = () => Object.assign(world, { lifecycle: world.process() });

const UNWAITED = createEvent(properties({ WaitForCompletion: 'false' }));

it.each([['that the deployment waits for', createEvent()], ['that nobody waits for', UNWAITED]])('observes a job %s once', async (_, event) => {
  expect((await process().run(event)).status).toBe('SUCCESS');
  const jobName = jobNameOf(event);
  expect(started).toEqual([[jobName, expect.objectContaining({ jobName, datasetExportJobArn: jobArnOf(event), stackId: STACK_ID })]]);
});

it.each([['that the deployment waits for', createEvent()], ['that nobody waits for', UNWAITED]])('tries again for a job %s', async (_, event) => {
  failures = 2;
  expect((await process().run(event)).status).toBe('SUCCESS');
  expect(started).toHaveLength(1);
});

it.each([['that the deployment waits for', createEvent()], ['that nobody waits for', UNWAITED]])('never fails the export of a job %s, and logs why', async (_, event) => {
  failures = Infinity;
  expect((await process().run(event)).status).toBe('SUCCESS');
  expect(world.log).toContainEqual(expect.objectContaining({ message: 'not observed', jobArn: jobArnOf(event) }));
});

import { Duration, Stack } from 'aws-cdk-lib';
import { Fixture, rarelyPolling } from './fixture';
import { Sequence } from './sequences';
import { DatasetExportJobProps, IngestionMode } from '../../src';
import { failingResource } from '../../tools/local-deployment/failing-resource';

const REASON = 'Input CSV is missing the following columns:[A, B].';
const { ALL, BULK } = IngestionMode;
const FOREVER = { secondsInProgress: 10 * 365 * 24 * 3600 };
const TAGGED = { tags: { team: 'ml' } };

/** Whatever went wrong before, the outputs of a complete stack name what exists. */
describe.each<[string, number, (stack: Stack) => Partial<DatasetExportJobProps>, number]>([
  ['Short', 300, () => ({}), 120],
  ['Long', 1000, stack => ({ timeout: Duration.hours(2), provider: rarelyPolling(stack) }), 70 * 60],
])('%s exports', (kind, speed, props, secondsInProgress) => {
  let fixture: Fixture;

  beforeAll(async () => { fixture = await Fixture.start(speed); });
  afterAll(() => fixture.stop());

  const sequence = async (id: number) => {
    const made = new Sequence(fixture, `${kind}${id}`, props);
    await made.jobs({ secondsInProgress });
    return made;
  };

  test.concurrent('that fail twice, then change something else, then succeed', async () => {
    const stack = await sequence(1);
    await stack.succeeds(stack.define(ALL));
    await stack.jobs({ secondsInProgress, failNextJobsWith: REASON });
    await stack.fails(stack.define(BULK), REASON);
    await stack.expectTruth('UPDATE_ROLLBACK_COMPLETE', ALL, 2);
    await stack.fails(stack.define(BULK), REASON);
    await stack.succeeds(stack.define(ALL, TAGGED));
    await stack.expectTruth('UPDATE_COMPLETE', ALL, 3);
    await stack.jobs({ secondsInProgress });
    await stack.succeeds(stack.define(BULK));
    await stack.expectTruth('UPDATE_COMPLETE', BULK, 4);
  });

  test.concurrent('that time out, then change something else', async () => {
    const stack = await sequence(2);
    await stack.succeeds(stack.define(ALL));
    await stack.jobs(FOREVER);
    await stack.fails(stack.define(BULK), 'within its timeout of');
    await stack.succeeds(stack.define(ALL, TAGGED));
    await stack.expectTruth('UPDATE_COMPLETE', ALL, 2);
  });

  test.concurrent('whose stack fails elsewhere after a good export', async () => {
    const stack = await sequence(3);
    await stack.succeeds(stack.define(ALL));
    await stack.fails(scope => { failingResource(scope).node.addDependency(stack.define(BULK)(scope)); }, 'failed as ordered');
    await stack.expectTruth('UPDATE_ROLLBACK_COMPLETE', ALL, 2);
    await stack.succeeds(stack.define(ALL, TAGGED));
    await stack.expectTruth('UPDATE_COMPLETE', ALL, 2);
  });

  test.concurrent('that are cancelled, then change something else', async () => {
    const stack = await sequence(4);
    await stack.succeeds(stack.define(ALL));
    await stack.jobs(FOREVER);
    const { deployment } = await fixture.deployUntilJob(stack.stackName, stack.define(BULK));
    try {
      await fixture.cancelUpdate(stack.stackName);
    } finally {
      await fixture.client.resumeTime();
    }
    expect((await deployment).exitCode).not.toBe(0);
    await stack.expectTruth('UPDATE_ROLLBACK_COMPLETE', ALL, 2);
    await stack.succeeds(stack.define(ALL, TAGGED));
    await stack.expectTruth('UPDATE_COMPLETE', ALL, 2);
  });

  test.concurrent('that fail without a rollback, and are deployed again as they are', async () => {
    const stack = await sequence(5);
    await stack.jobs({ secondsInProgress, failNextJobsWith: REASON });
    await stack.fails(stack.define(ALL), REASON, '--no-rollback');
    expect(await stack.status()).toBe('CREATE_FAILED');
    await stack.jobs({ secondsInProgress });
    await stack.succeeds(stack.define(ALL), '--no-rollback');
    await stack.expectTruth('UPDATE_COMPLETE', ALL, 2);

    await stack.jobs({ secondsInProgress, failNextJobsWith: REASON });
    await stack.fails(stack.define(BULK), REASON, '--no-rollback');
    expect(await stack.status()).toBe('UPDATE_FAILED');
    expect(await stack.jobCount()).toBe(3); // none for the rollback
    await stack.jobs({ secondsInProgress });
    await stack.succeeds(stack.define(BULK), '--no-rollback');
    await stack.expectTruth('UPDATE_COMPLETE', BULK, 4);
  });
});

describe('a stack', () => {
  let fixture: Fixture;

  beforeAll(async () => { fixture = await Fixture.start(300); });
  afterAll(() => fixture.stop());

  test('whose rollback cannot find the previous job is corrected by the next deployment', async () => {
    const stack = new Sequence(fixture, 'Forgotten');
    await stack.succeeds(stack.define(ALL));
    await fixture.client.addFaults({
      service: 'cloudformation',
      operation: 'DescribeStackEvents',
      caller: 'ExportProvider',
      times: 1000,
      error: { code: 'AccessDenied', message: 'not authorized to perform: cloudformation:DescribeStackEvents' },
    });
    await stack.fails(scope => { failingResource(scope).node.addDependency(stack.define(BULK)(scope)); }, 'failed as ordered');
    await stack.succeeds(stack.define(ALL, TAGGED));
    await stack.expectTruth('UPDATE_COMPLETE', ALL, 3);
    await fixture.client.clearFaults();
  });

  test('that fails without a rollback can be rolled back', async () => {
    const stack = new Sequence(fixture, 'RolledBack');
    await stack.succeeds(stack.define(ALL));
    await stack.jobs({ failNextJobsWith: REASON });
    await stack.fails(stack.define(BULK), REASON, '--no-rollback');
    await stack.rollsBack(stack.define(ALL));
    await stack.expectTruth('UPDATE_ROLLBACK_COMPLETE', ALL, 2);
  });

  test('that fails elsewhere without a rollback continues once that is fixed, and can be rolled back', async () => {
    const stack = new Sequence(fixture, 'NoRollback');
    const withOther = (properties: Record<string, unknown>) => (scope: Stack) => {
      failingResource(scope, properties).node.addDependency(stack.define(ALL)(scope));
    };
    await stack.fails(withOther({ Message: 'not yet' }), 'not yet', '--no-rollback');
    expect(await stack.status()).toBe('CREATE_FAILED');
    await stack.succeeds(withOther({ OnCreate: false }), '--no-rollback');
    await stack.expectTruth('UPDATE_COMPLETE', ALL, 1);
    await stack.fails(withOther({ OnCreate: false, OnUpdate: true }), 'failed as ordered', '--no-rollback');
    expect(await stack.status()).toBe('UPDATE_FAILED');
    await stack.rollsBack(stack.define(ALL));
    await stack.expectTruth('UPDATE_ROLLBACK_COMPLETE', ALL, 1);
  });
});

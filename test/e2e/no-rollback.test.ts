import type { Stack } from 'aws-cdk-lib';
import { exportIn, Fixture } from './fixture';
import { failingResource } from '../../tools/deployments/failing-resource';

jest.setTimeout(240_000);

describe('a deployment with --no-rollback', () => {
  let fixture: Fixture;

  beforeAll(async () => { fixture = await Fixture.start(30); });
  afterAll(() => fixture.stop());

  test('stops where it failed, goes on once that is fixed, and can be rolled back', async () => {
    const withOther = (properties: Record<string, unknown>) => (stack: Stack) => {
      failingResource(stack, properties).node.addDependency(exportIn(stack));
    };
    const deploy = async (properties: Record<string, unknown>) => fixture.deploy('NoRollback', withOther(properties), ['--no-rollback']);
    const stack = () => fixture.client.stack('NoRollback');
    const eventsOf = async (logicalId: string) => (await stack()).events.filter(event => event.logicalId === logicalId).map(({ status }) => status);

    const failed = await deploy({ Message: 'not yet' });
    expect(failed.exitCode).not.toBe(0);
    expect(failed.output).toContain('not yet');
    expect(await stack()).toMatchObject({ status: 'CREATE_FAILED', outputs: {} });
    expect(await fixture.statusesOf('NoRollback')).toEqual(['ACTIVE']);

    const fixed = await deploy({ OnCreate: false });
    expect(fixed.exitCode === 0 ? '' : fixed.output).toBe('');
    expect(fixed.outputs.NoRollback.ExportUri).toMatch(/^s3:/);
    expect((await stack()).status).toBe('UPDATE_COMPLETE');
    expect(await eventsOf('Other')).toEqual([
      'CREATE_IN_PROGRESS', 'CREATE_FAILED', 'DELETE_IN_PROGRESS', 'DELETE_COMPLETE', 'CREATE_IN_PROGRESS', 'CREATE_COMPLETE',
    ]);

    expect((await deploy({ OnCreate: false, OnUpdate: true })).exitCode).not.toBe(0);
    expect((await stack()).status).toBe('UPDATE_FAILED');
    const { exitCode, output } = await fixture.rollback('NoRollback');
    expect(exitCode === 0 ? '' : output).toBe('');
    expect((await stack()).status).toBe('UPDATE_ROLLBACK_COMPLETE');
  });
});

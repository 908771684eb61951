import type { Stack } from '../../../../local-aws/cloudformation/engine/stack';
import { bucket, custom, failure, statuses, story, TestStacks, topic } from '../testing-stacks';

let aws: TestStacks;
beforeEach(async () => { aws = await TestStacks.start(); });
afterEach(() => aws.stop());

const existing = (...names: string[]) => names.filter(name => aws.world.s3.bucket(name));
/** What custom resources were asked for since the n-th request: type, physical id, new and old V. */
const asked = (from = 0) => aws.requests.slice(from).map(({ RequestType, PhysicalResourceId, ResourceProperties, OldResourceProperties }) => (
  [RequestType, PhysicalResourceId, ResourceProperties.V, OldResourceProperties?.V]));
const statusOf = (stack: Stack, logicalId: string) => stack.resources.get(logicalId)?.status;

/** Custom resources whose physical id is their V, and that fail to become bad. */
const named = (bad: string[] = []) => {
  aws.handler = ({ RequestType, PhysicalResourceId, ResourceProperties }) => {
    const V = String(ResourceProperties.V);
    return RequestType === 'Delete' ? { PhysicalResourceId } : bad.includes(V) ? { Status: 'FAILED', Reason: `${V} is bad`, PhysicalResourceId } : { PhysicalResourceId: `id-${V}` };
  };
};

describe('a creation that fails', () => {
  test('leaves everything as it is, and goes on where nothing depends on the failure', async () => {
    const stack = await aws.deployWithoutRollback({
      Resources: { Bad: failure({ Message: 'no luck' }), Behind: topic('x', { DependsOn: 'Bad' }), C: custom({ Topic: { Ref: 'T' } }), T: topic('y') },
      Outputs: { O: { Value: { Ref: 'T' } } },
    });
    expect(statuses(stack).slice(1)).toEqual(['CREATE_IN_PROGRESS', 'CREATE_FAILED']);
    expect(stack.statusReason).toBe('The following resource(s) failed to create: [Bad].');
    expect([...stack.resources.values()].map(({ logicalId, status }) => `${logicalId} ${status}`).sort()).toEqual(['Bad CREATE_FAILED', 'C CREATE_COMPLETE', 'T CREATE_COMPLETE']);
    expect(stack.outputs).toEqual([]);
  });

  test('does not wait for a custom resource behind the failure', async () => {
    const stack = await aws.deployWithoutRollback({ Resources: { Bad: failure(), C: custom({}, { DependsOn: ['Bad', 'T'] }), T: topic('x'), Free: topic('y') } });
    expect(aws.requests).toEqual([]);
    expect([statusOf(stack, 'T'), statusOf(stack, 'Free')]).toEqual(['CREATE_COMPLETE', 'CREATE_COMPLETE']);
  });

  test('is retried with the same template: what failed is deleted and created anew', async () => {
    const template = { Resources: { T: topic('x'), C: custom({ T: { Ref: 'T' } }) } };
    aws.handler = ({ RequestType }) => ({ PhysicalResourceId: 'first', Status: RequestType === 'Create' ? 'FAILED' : 'SUCCESS' });
    await aws.deployWithoutRollback(template);
    named();
    const stack = await aws.deployWithoutRollback(template);
    expect(asked().map(([type, id]) => [type, id])).toEqual([['Create', undefined], ['Delete', 'first'], ['Create', undefined]]);
    expect(story(stack).filter(entry => entry.endsWith(' T'))).toEqual(['CREATE_IN_PROGRESS T', 'CREATE_COMPLETE T']);
    expect(statuses(stack).slice(-3)).toEqual(['UPDATE_IN_PROGRESS', 'UPDATE_COMPLETE_CLEANUP_IN_PROGRESS', 'UPDATE_COMPLETE']);
  });

  test('can be followed by a template without what failed', async () => {
    named(['bad']);
    await aws.deployWithoutRollback({ Resources: { T: topic('x'), C: custom({ V: 'bad' }) } });
    const stack = await aws.deployWithoutRollback({ Resources: { T: topic('x') } });
    expect(stack.status).toBe('UPDATE_COMPLETE');
    expect([...stack.resources.keys()]).toEqual(['T']);
    expect(asked().map(([type]) => type)).toEqual(['Create', 'Delete']);
  });

  test('is cleared away by the next operation, even if that fails as well', async () => {
    named(['bad']);
    await aws.deployWithoutRollback({ Resources: { T: topic('x'), C: custom({ V: 'bad' }) } });
    const stack = await aws.deployWithoutRollback({ Resources: { T: topic('x'), Other: failure() } });
    expect(stack.status).toBe('UPDATE_FAILED');
    expect([...stack.resources.keys()]).toEqual(['T', 'Other']);
  });

  test('is rolled back to nothing, as there is no stable state', async () => {
    const stack = await aws.deployWithoutRollback({ Resources: { B: bucket('made'), Kept: bucket('kept', { DeletionPolicy: 'Retain' }), Bad: failure() } });
    await aws.rollBack(stack);
    expect(statuses(stack).slice(-2)).toEqual(['ROLLBACK_IN_PROGRESS', 'ROLLBACK_COMPLETE']);
    expect(existing('made', 'kept')).toEqual(['kept']);
  });

  test('is rolled back with what its policies would retain, if that is asked for', async () => {
    const stack = await aws.deployWithoutRollback({ Resources: { Kept: bucket('kept', { DeletionPolicy: 'Retain' }), Bad: failure() } });
    await aws.rollBack(stack, true);
    expect(aws.world.s3.bucket('kept')).toBeUndefined();
  });

  test('because of its outputs stays as well', async () => {
    const stack = await aws.deployWithoutRollback({ Resources: { C: custom() }, Outputs: { O: { Value: { 'Fn::GetAtt': ['C', 'Missing'] } } } });
    expect(stack.status).toBe('CREATE_FAILED');
    expect(stack.statusReason).toContain("doesn't contain Missing attribute");
  });
});

describe('an update that fails', () => {
  const template = (V: string, display = 'a') => (
    { Resources: { C: custom({ V }), T: topic(display) }, Outputs: { Out: { Value: { 'Fn::GetAtt': ['T', 'TopicName'] } }, Display: { Value: display } } });

  test('brings back what failed by one more update, and keeps the rest', async () => {
    named(['bad']);
    await aws.deploy(template('1'));
    const seen: string[] = [];
    const { handler } = aws;
    aws.handler = request => {
      seen.push(aws.stacks.get('Stack').status);
      return handler(request);
    };
    const stack = await aws.deployWithoutRollback(template('bad', 'b'));
    expect(asked(1)).toEqual([['Update', 'id-1', 'bad', '1'], ['Update', 'id-1', '1', 'bad']]);
    expect(seen).toEqual(['UPDATE_IN_PROGRESS', 'UPDATE_IN_PROGRESS']);
    expect(stack.status).toBe('UPDATE_FAILED');
    expect(stack.statusReason).toBe('The following resource(s) failed to update: [C].');
    expect(stack.resources.get('C')).toMatchObject({ status: 'UPDATE_FAILED', statusReason: expect.stringContaining('bad is bad'), physicalId: 'id-1', properties: { V: '1' } });
    expect(stack.resources.get('T')).toMatchObject({ status: 'UPDATE_COMPLETE', properties: { DisplayName: 'b' } });
  });

  test('leaves the outputs of before', async () => {
    named(['bad']);
    await aws.deploy(template('1', 'a'));
    const stack = await aws.deployWithoutRollback(template('bad', 'b'));
    expect(stack.outputs.find(({ key }) => key === 'Display')!.value).toBe('a');
  });

  test('is retried with the same template', async () => {
    named(['2']);
    await aws.deploy(template('1'));
    await aws.deployWithoutRollback(template('2'));
    named();
    const before = aws.requests.length;
    const stack = await aws.deployWithoutRollback(template('2'));
    expect(asked(before)).toEqual([['Update', 'id-1', '2', '1'], ['Delete', 'id-1', '1', undefined]]);
    expect(stack.status).toBe('UPDATE_COMPLETE');
  });

  test('and is taken back by the template of before: what failed is asked once more', async () => {
    named(['2']);
    await aws.deploy(template('1'));
    await aws.deployWithoutRollback(template('2'));
    const before = aws.requests.length;
    const stack = await aws.deployWithoutRollback(template('1'));
    expect(asked(before)).toEqual([['Update', 'id-1', '1', '1']]);
    expect([stack.status, statusOf(stack, 'C')]).toEqual(['UPDATE_COMPLETE', 'UPDATE_COMPLETE']);
  });

  test('and cannot be brought back is retried from its last stable state, by its current id', async () => {
    named();
    await aws.deploy(template('1'));
    aws.handler = ({ RequestType }) => RequestType === 'Update' ? { Status: 'FAILED', Reason: 'never', PhysicalResourceId: 'half-made' } : { PhysicalResourceId: 'half-made' };
    await aws.deployWithoutRollback(template('2'));
    named();
    const before = aws.requests.length;
    const stack = await aws.deployWithoutRollback(template('3'));
    expect(asked(before)).toEqual([['Update', 'half-made', '3', '1'], ['Delete', expect.any(String), '1', undefined], ['Delete', expect.any(String), '1', undefined]]);
    expect(asked(before).slice(1).map(([, id]) => id).sort()).toEqual(['half-made', 'id-1']);
    expect(stack.resources.get('C')!.physicalId).toBe('id-3');
  });

  test('and whose function is gone when it is to be brought back is retried from its last stable state, too', async () => {
    named();
    await aws.deploy(template('1'));
    aws.handler = ({ PhysicalResourceId }) => {
      aws.isReachable = false;
      return { Status: 'FAILED', Reason: 'never', PhysicalResourceId };
    };
    await aws.deployWithoutRollback(template('2'));
    aws.isReachable = true;
    named();
    const before = aws.requests.length;
    await aws.deployWithoutRollback(template('3'));
    expect(asked(before)[0]).toEqual(['Update', 'id-1', '3', '1']);
  });

  test('and cannot be brought back is updated once more by a rollback', async () => {
    named();
    await aws.deploy(template('1'));
    aws.handler = ({ PhysicalResourceId }) => ({ Status: 'FAILED', Reason: 'never', PhysicalResourceId });
    const stack = await aws.deployWithoutRollback(template('2'));
    named();
    const before = aws.requests.length;
    await aws.rollBack(stack);
    expect(asked(before)).toEqual([['Update', 'id-1', '1', '1']]);
    expect(stack.status).toBe('UPDATE_ROLLBACK_COMPLETE');
  });

  test('does not begin what depends on the failure, but all the rest', async () => {
    named(['bad']);
    const resources = (V: string, display: string) => ({ Resources: { C: custom({ V }), Behind: topic(display, { DependsOn: 'C' }), Free: topic(display) } });
    await aws.deploy(resources('1', 'a'));
    const stack = await aws.deployWithoutRollback(resources('bad', 'b'));
    expect(stack.resources.get('Behind')!.properties).toEqual({ DisplayName: 'a' });
    expect(stack.resources.get('Free')!.properties).toEqual({ DisplayName: 'b' });
  });

  test('rolls back over several failed updates to what was complete last', async () => {
    named(['bad']);
    const resources = (V: string, display: string, more: object = {}) => ({ Resources: { Good: custom({ V }), T: topic(display), ...more } });
    await aws.deploy(resources('1', 'a', { Old: bucket('old') }));
    await aws.deployWithoutRollback(resources('2', 'b', { New: bucket('new'), Bad: failure() }));
    const stack = await aws.deployWithoutRollback(resources('3', 'c', { New: bucket('new'), Bad: failure() }));
    expect(stack.status).toBe('UPDATE_FAILED');
    expect(existing('old', 'new')).toEqual(['old', 'new']);
    const before = aws.requests.length;
    await aws.rollBack(stack);
    expect(statuses(stack).slice(-3)).toEqual(['UPDATE_ROLLBACK_IN_PROGRESS', 'UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS', 'UPDATE_ROLLBACK_COMPLETE']);
    expect(asked(before)[0]).toEqual(['Update', 'id-3', '1', '3']);
    expect(asked(before).slice(1).map(([type, id]) => `${type} ${id}`).sort()).toEqual(['Delete id-2', 'Delete id-3']);
    expect([...stack.resources.keys()].sort()).toEqual(['Good', 'Old', 'T']);
    expect(stack.resources.get('T')!.properties).toEqual({ DisplayName: 'a' });
    expect(existing('old', 'new')).toEqual(['old']);
    expect(JSON.parse(stack.blueprint!.text)).toEqual(resources('1', 'a', { Old: bucket('old') }));
  });

  test('deletes superseded ids once the stack is complete, not before', async () => {
    named(['bad']);
    const resources = (V: string, other: string) => ({ Resources: { C: custom({ V }), Other: custom({ V: other }) } });
    await aws.deploy(resources('1', 'o'));
    await aws.deployWithoutRollback(resources('2', 'bad'));
    expect(asked().map(([type]) => type)).not.toContain('Delete');
    const before = aws.requests.length;
    await aws.deployWithoutRollback(resources('2', 'p'));
    expect(asked(before).filter(([type]) => type === 'Delete').map(([, id]) => id).sort()).toEqual(['id-1', 'id-o']);
  });

  test('with rollback is refused on a failed stack', async () => {
    named(['bad']);
    await aws.deploy(template('1'));
    await aws.deployWithoutRollback(template('bad'));
    expect(() => aws.begin(template('2'))).toThrow('This stack is currently in a non-terminal [UPDATE_FAILED] state.');
  });

  test('is where a replacement ends: those need rollback', async () => {
    await aws.deploy({ Resources: { B: bucket('old') } });
    const stack = await aws.deployWithoutRollback({ Resources: { B: bucket('new') } });
    expect(stack.resources.get('B')).toMatchObject({ status: 'UPDATE_FAILED', physicalId: 'old', statusReason: 'Replacement type updates not supported on stack with disable-rollback.' });
    expect(stack.status).toBe('UPDATE_FAILED');
    expect(aws.world.s3.bucket('new')).toBeUndefined();
  });

  test('can be deleted, with everything that it had replaced', async () => {
    named(['bad']);
    await aws.deploy({ Resources: { C: custom({ V: '1' }), Other: custom({ V: 'o' }) } });
    const stack = await aws.deployWithoutRollback({ Resources: { C: custom({ V: '2' }), Other: custom({ V: 'bad' }) } });
    const before = aws.requests.length;
    await aws.delete(stack);
    expect(asked(before).map(([type, id]) => `${type} ${id}`).sort()).toEqual(['Delete id-1', 'Delete id-2', 'Delete id-o']);
    expect(stack.status).toBe('DELETE_COMPLETE');
  });

  test('when it is cancelled, rolls back all the same', async () => {
    await aws.deploy(template('1'));
    aws.handler = ({ ResourceProperties }) => {
      if (ResourceProperties.V !== '2') { return { PhysicalResourceId: 'C-id' }; }
      aws.stacks.cancelUpdate(stack);
      return undefined;
    };
    const stack = aws.begin(template('2'), 'Stack', true);
    await aws.stacks.settled(stack);
    expect(stack.status).toBe('UPDATE_ROLLBACK_COMPLETE');
  });
});

test('only a failed stack is rolled back', async () => {
  const stack = await aws.deploy({ Resources: { T: topic('x') } });
  await expect(aws.rollBack(stack)).rejects.toThrow('RollbackStack cannot be called from current stack status CREATE_COMPLETE');
});

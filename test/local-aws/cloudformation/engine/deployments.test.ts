import type { Stack } from '../../../../local-aws/cloudformation/engine/stack';
import { allow, policy, trust } from '../../testing-world';
import { bucket, custom, failure, reason, statuses, story, TestStacks, topic } from '../testing-stacks';

let aws: TestStacks;
beforeEach(async () => { aws = await TestStacks.start(); });
afterEach(() => aws.stop());

/** Those of the buckets that exist. */
const existing = (...names: string[]) => names.filter(name => aws.world.s3.bucket(name));
/** What the custom resources were asked: type, physical ID, new and old V. */
const asked = () => aws.requests.map(({ RequestType, PhysicalResourceId, ResourceProperties, OldResourceProperties }) => (
  [RequestType, PhysicalResourceId, ResourceProperties.V, OldResourceProperties?.V]));
/** Physical IDs that follow V. */
const namedByV = () => {
  aws.handler = ({ RequestType, PhysicalResourceId, ResourceProperties }) => (
    { PhysicalResourceId: RequestType === 'Delete' ? PhysicalResourceId : `id-${String(ResourceProperties.V)}` });
};

describe('create', () => {
  test('resources and outputs', async () => {
    const stack = await aws.deploy({
      Resources: { B: { Type: 'AWS::S3::Bucket' }, C: custom({ Bucket: { Ref: 'B' }, Count: 3, Nested: [{ On: true }] }) },
      Outputs: { Arn: { Value: { 'Fn::GetAtt': ['B', 'Arn'] }, Export: { Name: 'the-arn' } }, Id: { Value: { Ref: 'C' } } },
    });
    expect(statuses(stack)).toEqual(['REVIEW_IN_PROGRESS', 'CREATE_IN_PROGRESS', 'CREATE_COMPLETE']);
    const name = stack.resources.get('B')!.physicalId!;
    expect(name).toMatch(/^stack-b-[a-z0-9]{12}$/);
    expect(stack.outputs.map(({ value }) => value)).toEqual([`arn:aws:s3:::${name}`, 'C-id']);
    expect(aws.requests[0].ResourceProperties).toEqual({ ServiceToken: expect.any(String), Bucket: name, Count: '3', Nested: [{ On: 'true' }] });
  });

  test('a custom resource that forgot to depend on a policy runs without it', async () => {
    const allowed: Record<string, boolean> = {};
    aws.handler = async ({ LogicalResourceId, RequestType, ResourceProperties }) => {
      const roleArn = String(ResourceProperties.Role);
      allowed[`${RequestType} ${LogicalResourceId}`] = await aws.world.iam.isAllowed({ principal: { roleArn }, action: 's3:ListBucket', resource: 'arn:aws:s3:::x' });
      return { PhysicalResourceId: 'x' };
    };
    const template = (dependsOn: object) => ({
      Resources: {
        R: { Type: 'AWS::IAM::Role', Properties: { AssumeRolePolicyDocument: trust('lambda.amazonaws.com') } },
        P: { Type: 'AWS::IAM::Policy', Properties: { PolicyName: 'p', PolicyDocument: policy(allow('s3:ListBucket')), Roles: [{ Ref: 'R' }] } },
        C: custom({ Role: { 'Fn::GetAtt': ['R', 'Arn'] } }, dependsOn),
      },
    });
    await aws.delete(await aws.deploy(template({}), 'Forgetful'));
    expect(allowed).toEqual({ 'Create C': false, 'Delete C': false });
    await aws.delete(await aws.deploy(template({ DependsOn: 'P' }), 'Careful'));
    expect(allowed).toEqual({ 'Create C': true, 'Delete C': true });
  });

  test('a failure takes everything back, except what is to be retained', async () => {
    const stack = await aws.deploy({
      Resources: {
        Kept: bucket('kept', { DeletionPolicy: 'Retain' }),
        Removed: bucket('removed', { DeletionPolicy: 'RetainExceptOnCreate' }),
        Bad: failure({ Message: 'no luck' }, { DependsOn: ['Kept', 'Removed'] }),
        Never: topic('x', { DependsOn: 'Bad' }),
      },
    });
    expect(statuses(stack).slice(2)).toEqual(['ROLLBACK_IN_PROGRESS', 'ROLLBACK_COMPLETE']);
    expect(reason(stack)).toBe('no luck');
    expect(story(stack)).toContain('DELETE_SKIPPED Kept');
    expect(story(stack).join()).not.toContain('Never');
    expect(existing('kept', 'removed')).toEqual(['kept']);
  });

  test('a waiting custom resource is cancelled and deleted by an id that nobody has heard of', async () => {
    aws.handler = ({ RequestType, PhysicalResourceId }) => RequestType === 'Delete' ? { PhysicalResourceId } : undefined;
    const stack = await aws.deploy({ Resources: { C: custom(), Bad: failure({ AfterSeconds: 30 }) } });
    expect(story(stack)).toContain('CREATE_FAILED C');
    expect(stack.events.find(({ LogicalResourceId, ResourceStatus }) => LogicalResourceId === 'C' && ResourceStatus === 'CREATE_FAILED')!.ResourceStatusReason)
      .toBe('Resource creation cancelled');
    expect(aws.requests.map(({ RequestType, PhysicalResourceId }) => [RequestType, PhysicalResourceId])).toEqual([
      ['Create', undefined], ['Delete', expect.stringMatching(/^Stack-C-[A-Z0-9]{13}$/)],
    ]);
    await aws.answer(aws.requests[0], { PhysicalResourceId: 'late' });
    expect(aws.stacks.customResourceExchanges[0]).toMatchObject({ outcome: 'CANCELLED', responses: [{ accepted: false }] });
    expect(stack.status).toBe('ROLLBACK_COMPLETE');
  });

  test('a failed custom resource is deleted by the id that it gave', async () => {
    aws.handler = ({ RequestType }) => RequestType === 'Create' ? { Status: 'FAILED', Reason: 'because', PhysicalResourceId: 'given' } : { PhysicalResourceId: 'given' };
    const stack = await aws.deploy({ Resources: { C: custom() } });
    expect(reason(stack)).toBe(`Received response status [FAILED] from custom resource. Message returned: because (RequestId: ${aws.requests[0].RequestId})`);
    expect(aws.requests[1]).toMatchObject({ RequestType: 'Delete', PhysicalResourceId: 'given' });
  });

  test('outputs that cannot be resolved take everything back', async () => {
    const stack = await aws.deploy({ Resources: { C: custom() }, Outputs: { O: { Value: { 'Fn::GetAtt': ['C', 'Missing'] } } } });
    expect(stack.status).toBe('ROLLBACK_COMPLETE');
    expect(reason(stack, /^ROLLBACK_IN_PROGRESS/)).toContain("CustomResource attribute error: Vendor response doesn't contain Missing attribute in object arn:aws:cloudformation:");
  });

  test('a rollback that fails is told', async () => {
    const stack = await aws.deploy({ Resources: { Stubborn: failure({ OnCreate: false, OnDelete: true }), Bad: failure({}, { DependsOn: 'Stubborn' }) } });
    expect(stack.status).toBe('ROLLBACK_FAILED');
  });
});

describe('update', () => {
  test('only what changed, and what depends on that', async () => {
    const template = (display: string) => ({ Resources: { A: topic(display), B: topic('b'), C: custom({ A: { Ref: 'A' } }) } });
    const stack = await aws.deploy(template('one'));
    const before = stack.events.length;
    await aws.deploy(template('two'));
    expect(stack.events.slice(before).map(({ ResourceStatus, LogicalResourceId }) => `${ResourceStatus} ${LogicalResourceId}`)).toEqual([
      'UPDATE_IN_PROGRESS Stack', 'UPDATE_IN_PROGRESS A', 'UPDATE_COMPLETE A', 'UPDATE_COMPLETE_CLEANUP_IN_PROGRESS Stack', 'UPDATE_COMPLETE Stack',
    ]);
  });

  test('a replacement is made first, the old one deleted in the end', async () => {
    await aws.deploy({ Resources: { B: bucket('old'), C: custom({ B: { Ref: 'B' } }) } });
    aws.handler = ({ PhysicalResourceId }) => ({ PhysicalResourceId, Data: { oldExists: String(aws.world.s3.bucket('old') !== undefined) } });
    const stack = await aws.deploy({ Resources: { B: bucket('new'), C: custom({ B: { Ref: 'B' } }) }, Outputs: { O: { Value: { 'Fn::GetAtt': ['C', 'oldExists'] } } } });
    expect(stack.outputs[0].value).toBe('true');
    expect([aws.world.s3.bucket('old'), aws.world.s3.bucket('new')]).toEqual([undefined, expect.anything()]);
  });

  test('a replacement needs another name: no two resources have the same', async () => {
    const role = (Path: string, RoleName: string) => ({ Resources: { R: { Type: 'AWS::IAM::Role', Properties: { RoleName, Path, AssumeRolePolicyDocument: trust('lambda.amazonaws.com') } } } });
    const stack = await aws.deploy(role('/a/', 'named'));
    await aws.deploy(role('/b/', 'named'));
    expect([stack.status, reason(stack, /^UPDATE_FAILED/)]).toEqual([
      'UPDATE_ROLLBACK_COMPLETE', 'CloudFormation cannot update a stack when a custom-named resource requires replacing. Rename named and update the stack again.',
    ]);
    expect((await aws.deploy(role('/b/', 'renamed'))).status).toBe('UPDATE_COMPLETE');
  });

  test('an update that may replace a resource is not supported: the specification does not say when it does', async () => {
    const deploy = (InstanceType: string) => aws.deploy({ Resources: { I: { Type: 'AWS::EC2::Instance', Properties: { InstanceType } } } });
    Object.assign(aws.world.resourceTypes, { 'AWS::EC2::Instance': { properties: 'any', create: () => ({ physicalId: 'i' }), delete: () => undefined } });
    await deploy('t2.micro');
    expect(reason(await deploy('t2.large'), /^UPDATE_FAILED/)).toBe('local AWS does not support an update of AWS::EC2::Instance that may replace it');
  });

  test('what cannot be deleted in the end is given up, and what it depended on is deleted', async () => {
    const stack = await aws.deploy({ Resources: { Full: bucket('full', { DependsOn: 'Other' }), Other: bucket('other'), Rest: topic('x') } });
    aws.world.s3.putObject('full', 'key', Buffer.from('x'));
    await aws.deploy({ Resources: { Rest: topic('x') } });
    expect(stack.status).toBe('UPDATE_COMPLETE');
    expect(story(stack)).toContain('DELETE_FAILED Full');
    expect(existing('full', 'other')).toEqual(['full']);
    expect([...stack.resources.keys()]).toEqual(['Rest']);
  });

  test('UpdateReplacePolicy keeps a replaced resource, DeletionPolicy a removed one', async () => {
    await aws.deploy({ Resources: { B: bucket('old', { UpdateReplacePolicy: 'Retain' }), R: bucket('gone', { DeletionPolicy: 'Retain' }), D: bucket('deleted') } });
    const stack = await aws.deploy({ Resources: { B: bucket('new') } });
    expect(stack.status).toBe('UPDATE_COMPLETE');
    expect(existing('old', 'new', 'gone', 'deleted')).toEqual(['old', 'new', 'gone']);
  });

  test('a superseded physical id gets a Delete with the old properties after the update', async () => {
    namedByV();
    await aws.deploy({ Resources: { C: custom({ V: 1 }) } });
    const stack = await aws.deploy({ Resources: { C: custom({ V: 2 }) } });
    expect(asked()).toEqual([['Create', undefined, '1', undefined], ['Update', 'id-1', '2', '1'], ['Delete', 'id-1', '1', undefined]]);
    expect(story(stack).slice(-4)).toEqual(['UPDATE_IN_PROGRESS C', 'UPDATE_COMPLETE C', 'DELETE_IN_PROGRESS C', 'DELETE_COMPLETE C']);
    expect(stack.resources.get('C')!.physicalId).toBe('id-2');
  });

  test('a rollback is one more Update with the properties swapped, visible as such to those who ask', async () => {
    const seen: string[] = [];
    namedByV();
    const { handler } = aws;
    aws.handler = request => {
      seen.push(aws.stacks.get('Stack').status);
      return handler(request);
    };
    await aws.deploy({ Resources: { C: custom({ V: 1 }), B: bucket('old') } });
    const stack = await aws.deploy({ Resources: { C: custom({ V: 2 }), B: bucket('new', { DependsOn: 'C' }), N: bucket('added', { DependsOn: 'C' }), Bad: failure({}, { DependsOn: ['B', 'N'] }) } });
    expect(asked().slice(1)).toEqual([['Update', 'id-1', '2', '1'], ['Update', 'id-2', '1', '2'], ['Delete', 'id-2', '2', undefined]]);
    expect(seen.slice(1)).toEqual(['UPDATE_IN_PROGRESS', 'UPDATE_ROLLBACK_IN_PROGRESS', 'UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS']);
    expect(stack.status).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(stack.resources.get('C')!.physicalId).toBe('id-1');
    expect(existing('old', 'new', 'added')).toEqual(['old']);
  });

  test('a rollback goes back to the last update that was complete', async () => {
    const resources = (V: number, more: object = {}) => ({ Resources: { C: custom({ V }), ...more } });
    await aws.deploy(resources(1));
    await aws.deploy(resources(2));
    const stack = await aws.deploy(resources(3, { Bad: failure({}, { DependsOn: 'C' }) }));
    expect([stack.status, stack.resources.get('C')!.properties.V]).toEqual(['UPDATE_ROLLBACK_COMPLETE', 2]);
  });

  test('a failed update hands its physical id to the rollback', async () => {
    aws.handler = ({ RequestType, PhysicalResourceId, ResourceProperties }) => (
      ResourceProperties.V === 'bad' && RequestType === 'Update' ? { Status: 'FAILED', Reason: 'x', PhysicalResourceId: 'half-made' }
        : { PhysicalResourceId: PhysicalResourceId ?? 'first' });
    await aws.deploy({ Resources: { C: custom({ V: 'good' }) } });
    const stack = await aws.deploy({ Resources: { C: custom({ V: 'bad' }) } });
    expect(asked().slice(1)).toEqual([['Update', 'first', 'bad', 'good'], ['Update', 'half-made', 'good', 'bad'], ['Delete', 'first', 'good', undefined]]);
    expect(stack.status).toBe('UPDATE_ROLLBACK_COMPLETE');
  });

  test('a rollback that fails is told', async () => {
    aws.handler = ({ RequestType }) => RequestType === 'Update' ? { Status: 'FAILED', Reason: 'never', PhysicalResourceId: 'id' } : { PhysicalResourceId: 'id' };
    await aws.deploy({ Resources: { C: custom({ V: 1 }) } });
    const stack = await aws.deploy({ Resources: { C: custom({ V: 2 }) } });
    expect(stack.status).toBe('UPDATE_ROLLBACK_FAILED');
  });

  test('what was refused before it was sent is not rolled back', async () => {
    await aws.deploy({ Resources: { C: custom() } });
    const stack = await aws.deploy({ Resources: { C: custom({ ServiceToken: 'arn:aws:lambda:us-east-1:111122223333:function:other' }) } });
    expect(reason(stack)).toBe('Modifying service token is not allowed.');
    expect(stack.status).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(aws.requests).toHaveLength(1);
  });

  test('a cancelled update rolls back', async () => {
    await aws.deploy({ Resources: { C: custom({ V: 1 }) } });
    aws.handler = ({ ResourceProperties }) => {
      if (ResourceProperties.V !== '2') { return { PhysicalResourceId: 'C-id' }; }
      aws.stacks.cancelUpdate(stack);
      return undefined;
    };
    const stack = aws.begin({ Resources: { C: custom({ V: 2 }) } });
    await aws.stacks.settled(stack);
    expect(stack.status).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(() => aws.stacks.cancelUpdate(stack)).toThrow('CancelUpdateStack cannot be called from current stack status UPDATE_ROLLBACK_COMPLETE');
  });

  test('a rollback that is answered with a third physical id deletes the other two in the end', async () => {
    const answers = ['id-1', 'id-2', 'id-3'];
    aws.handler = ({ RequestType, PhysicalResourceId }) => ({ PhysicalResourceId: RequestType === 'Delete' ? PhysicalResourceId : answers.shift() });
    await aws.deploy({ Resources: { C: custom({ V: 1 }) } });
    const stack = await aws.deploy({ Resources: { C: custom({ V: 2 }), Bad: failure({}, { DependsOn: 'C' }) } });
    expect(aws.requests.slice(1, 3).map(({ RequestType, PhysicalResourceId }) => [RequestType, PhysicalResourceId])).toEqual([['Update', 'id-1'], ['Update', 'id-2']]);
    expect(aws.requests.slice(3).map(({ RequestType, PhysicalResourceId }) => `${RequestType} ${PhysicalResourceId}`).sort()).toEqual(['Delete id-1', 'Delete id-2']);
    expect(stack.resources.get('C')!.physicalId).toBe('id-3');
  });

  test('an event of the beginning names the physical id of before, in rollbacks, too', async () => {
    namedByV();
    await aws.deploy({ Resources: { C: custom({ V: 1 }), B: bucket('old') } });
    const stack = await aws.deploy({ Resources: { C: custom({ V: 2 }), B: bucket('new'), Bad: failure({}, { DependsOn: ['B', 'C'] }) } });
    const begun = (id: string) => stack.events.filter(({ LogicalResourceId, ResourceStatus }) => LogicalResourceId === id && ResourceStatus === 'UPDATE_IN_PROGRESS')
      .map(({ PhysicalResourceId }) => PhysicalResourceId);
    expect([begun('C'), begun('B')]).toEqual([['id-1', 'id-2'], ['old', 'new']]);
  });

  test('RetainExceptOnCreate: a rollback deletes what its update made, and keeps what was there', async () => {
    const retain = { DeletionPolicy: 'RetainExceptOnCreate' };
    await aws.deploy({ Resources: { Old: bucket('old', retain) } });
    await aws.deploy({ Resources: { Old: bucket('old', retain), New: bucket('new', retain), Kept: bucket('kept', { DeletionPolicy: 'Retain' }), Bad: failure({}, { DependsOn: ['New', 'Kept'] }) } });
    expect(existing('old', 'new', 'kept')).toEqual(['old', 'kept']);
    await aws.deploy({ Resources: { T: topic('x') } });
    expect(aws.world.s3.bucket('old')).toBeDefined();
  });

  test('a resource keeps its type', async () => {
    await aws.deploy({ Resources: { A: topic('x') } });
    expect(() => aws.begin({ Resources: { A: bucket('x') } })).toThrow('Update of resource type is not permitted');
  });
});

describe('delete', () => {
  test('keeps what is to be retained', async () => {
    const stack = await aws.deploy({ Resources: { Kept: bucket('kept', { DeletionPolicy: 'Retain' }), Gone: bucket('gone') } });
    await aws.delete(stack);
    expect(stack.status).toBe('DELETE_COMPLETE');
    expect(existing('kept', 'gone')).toEqual(['kept']);
    expect(aws.stacks.find('Stack')).toBeUndefined();
    expect(aws.stacks.find(stack.id)).toBe(stack);
  });

  test('a bucket that is not empty stays, and can be left behind the next time', async () => {
    const stack = await aws.deploy({ Resources: { Full: bucket('full'), Other: topic('x') } });
    aws.world.s3.putObject('full', 'key', Buffer.from('x'));
    await aws.delete(stack);
    expect(stack.status).toBe('DELETE_FAILED');
    expect(stack.statusReason).toBe('The following resource(s) failed to delete: [Full]. ');
    expect([...stack.resources.keys()]).toEqual(['Full']);
    await aws.delete(stack, { retain: ['Full'] });
    expect(stack.status).toBe('DELETE_COMPLETE');
  });

  test('what something depends on that cannot be deleted is not deleted', async () => {
    const resources = { Key: { Type: 'AWS::KMS::Key' }, Full: bucket('full', { DependsOn: 'Key' }), Bad: failure({ OnCreate: false }, { DependsOn: 'Full' }) };
    const stack = await aws.deploy({ Resources: resources });
    const keyArn = String(stack.resources.get('Key')!.attributes.Arn);
    aws.world.s3.putObject('full', 'key', Buffer.from('x'));
    await aws.delete(stack);
    expect([stack.status, [...stack.resources.keys()]]).toEqual(['DELETE_FAILED', ['Key', 'Full']]);
    expect(aws.world.kms.keyPolicy(keyArn)).toBeDefined();
    await aws.delete(stack, { retain: ['Full'] });
    expect([stack.status, aws.world.kms.keyPolicy(keyArn)]).toEqual(['DELETE_COMPLETE', undefined]);
  });

  test('nor in the rollback of a creation; the deletion after that keeps what its policy retains', async () => {
    const resources = {
      Kept: bucket('kept', { DeletionPolicy: 'RetainExceptOnCreate' }),
      Full: bucket('full', { DependsOn: 'Kept' }),
      C: custom({}, { DependsOn: 'Full' }),
    };
    aws.handler = ({ RequestType, PhysicalResourceId = 'id' }) => {
      aws.world.s3.putObject('full', 'key', Buffer.from('x'));
      return { PhysicalResourceId, Status: RequestType === 'Create' ? 'FAILED' : 'SUCCESS' };
    };
    const stack = await aws.deploy({ Resources: resources });
    expect([stack.status, [...stack.resources.keys()]]).toEqual(['ROLLBACK_FAILED', ['Kept', 'Full']]);
    await expect(aws.delete(stack, { retain: ['Full'] })).rejects.toThrow('RetainResources can only be specified for stacks in DELETE_FAILED state');
    await aws.delete(stack);
    await aws.delete(stack, { retain: ['Full'] });
    expect(stack.status).toBe('DELETE_COMPLETE');
    expect(existing('kept', 'full')).toEqual(['kept', 'full']);
  });

  test('a bucket with older versions is not empty', async () => {
    const stack = await aws.deploy({ Resources: { B: bucket('versioned', { Properties: { BucketName: 'versioned', VersioningConfiguration: { Status: 'Enabled' } } }) } });
    aws.world.s3.putObject('versioned', 'key', Buffer.from('x'));
    aws.world.s3.deleteObject('versioned', 'key');
    await aws.delete(stack);
    expect(stack.resources.get('B')!.statusReason).toContain('You must delete all versions in the bucket.');
  });

  test('by force leaves behind what cannot be deleted, but only after that was tried', async () => {
    const stack = await aws.deploy({ Resources: { Full: bucket('full'), Other: topic('x') } });
    aws.world.s3.putObject('full', 'key', Buffer.from('x'));
    await expect(aws.delete(stack, { force: true })).rejects.toThrow('FORCE_DELETE_STACK can only be specified for stacks in DELETE_FAILED state');
    await aws.delete(stack);
    await aws.delete(stack, { force: true });
    expect([stack.status, aws.world.s3.bucket('full')]).toEqual(['DELETE_COMPLETE', expect.anything()]);
  });

  test('a stack that is still being created is deleted, too', async () => {
    const stack = await new Promise<Stack>(resolve => {
      aws.handler = ({ RequestType, PhysicalResourceId }) => {
        if (RequestType !== 'Create') { return { PhysicalResourceId }; }
        resolve(aws.delete(creating));
        return undefined;
      };
      const creating = aws.begin({ Resources: { C: custom() } });
    });
    expect(stack.status).toBe('DELETE_COMPLETE');
    expect(aws.requests.map(({ RequestType }) => RequestType)).toEqual(['Create', 'Delete']);
  });

  test('an export in use stays', async () => {
    const exporting = await aws.deploy({ Resources: { A: topic('x') }, Outputs: { O: { Value: 'v', Export: { Name: 'shared' } } } }, 'Exporting');
    const importing = await aws.deploy({ Resources: { A: topic({ 'Fn::ImportValue': 'shared' }) } }, 'Importing');
    await aws.delete(exporting);
    expect(exporting.statusReason).toBe('Export shared cannot be deleted as it is in use by Importing');
    expect(statuses(exporting).slice(-2)).toEqual(['DELETE_IN_PROGRESS', 'CREATE_COMPLETE']);
    await aws.delete(importing);
    await aws.delete(exporting);
    expect(exporting.status).toBe('DELETE_COMPLETE');
  });
});

describe('an export that another stack imports', () => {
  const exporting = (Value: string, Name = 'shared') => ({ Resources: { A: topic(Value) }, Outputs: { O: { Value, Export: { Name } } } });
  const importing = (DisplayName: unknown) => ({ Resources: { A: topic(DisplayName) } });

  beforeEach(async () => {
    await aws.deploy(exporting('v'), 'Exporting');
    await aws.deploy(importing({ 'Fn::ImportValue': 'shared' }), 'Importing');
  });

  test('keeps its value: an update that changes it rolls back', async () => {
    const stack = await aws.deploy(exporting('w'), 'Exporting');
    expect(reason(stack, /^UPDATE_ROLLBACK_IN_PROGRESS/)).toBe('Export shared cannot be updated as it is in use by Importing');
    expect([stack.status, stack.resources.get('A')!.properties.DisplayName, stack.outputs[0].value]).toEqual(['UPDATE_ROLLBACK_COMPLETE', 'v', 'v']);
  });

  test('stays: an update that removes it rolls back', async () => {
    const stack = await aws.deploy(exporting('v', 'renamed'), 'Exporting');
    expect(reason(stack, /^UPDATE_ROLLBACK_IN_PROGRESS/)).toBe('Export shared cannot be deleted as it is in use by Importing');
  });

  test('is free once nobody imports it any more', async () => {
    await aws.deploy(importing('own'), 'Importing');
    expect((await aws.deploy(exporting('w'), 'Exporting')).status).toBe('UPDATE_COMPLETE');
  });

  test('is still imported after a failed attempt to do without', async () => {
    const { Resources } = importing('own');
    await aws.deploy({ Resources: { ...Resources, Bad: failure() } }, 'Importing');
    expect((await aws.deploy(exporting('w'), 'Exporting')).status).toBe('UPDATE_ROLLBACK_COMPLETE');
  });
});

test('what AWS does not specify is refused: attributes with the template, properties when the resource is created', async () => {
  expect(() => aws.begin({ Resources: { A: topic('x'), B: topic('y', { Properties: { DisplayName: { 'Fn::Sub': '${A.Color}' } } }) } }))
    .toThrow('resource A does not support attribute type Color in Fn::GetAtt');
  const stack = await aws.deploy({ Resources: { A: topic('x', { Properties: { DisplayName: ['a'] } }) } });
  expect(reason(stack)).toBe('Model validation failed (#/DisplayName: expected type: String, found: JSONArray)');
});

test('a Ref gives what AWS specifies: that of a rule names its event bus', async () => {
  const rule = { Type: 'AWS::Events::Rule', Properties: { Name: 'rule', EventBusName: 'bus', EventPattern: { source: ['s'] } } };
  const stack = await aws.deploy({ Resources: { R: rule }, Outputs: { O: { Value: { 'Fn::Sub': '${R}' } } } });
  expect(stack.outputs[0].value).toBe('bus|rule');
});

test('what is not supported is refused by name', async () => {
  expect(() => aws.begin({ Resources: { A: { Type: 'AWS::No::Such' } } })).toThrow('Template format error: Unrecognized resource types: [AWS::No::Such]');
  expect(() => aws.begin({ Resources: { A: { Type: 'AWS::CloudFormation::WaitCondition' } } }))
    .toThrow('local AWS does not support the resource type AWS::CloudFormation::WaitCondition');
  const stack = await aws.deploy({ Resources: { A: topic('x', { Properties: { FifoTopic: true } }) } });
  expect(reason(stack)).toBe('local AWS does not support the property FifoTopic of AWS::SNS::Topic');
});

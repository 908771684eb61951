import { CfnResource, RemovalPolicy } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { ExportDestination } from '../../src';
import { TestStacks, TOKEN, statuses } from '../local-aws/cloudformation/testing-stacks';
import { agnosticStack } from '../stacks';

// What stays of a destination when it leaves the stack, in local AWS's CloudFormation.

let aws: TestStacks;
beforeEach(async () => {
  aws = await TestStacks.start();
});
afterEach(() => aws.stop());

/** A destination, and something that writes to its bucket if it is told to. */
function template(removalPolicy?: RemovalPolicy): Record<string, any> {
  const stack = agnosticStack();
  const destination = new ExportDestination(stack, 'Exports', { removalPolicy });
  const resource = new CfnResource(stack, 'Writer', { type: 'Custom::Writer', properties: { ServiceToken: TOKEN, Bucket: destination.bucket.bucketName } });
  resource.node.addDependency(destination);
  return Template.fromStack(stack).toJSON();
}

const NOTHING = { Resources: { Other: { Type: 'AWS::SNS::Topic', Properties: { DisplayName: 'x' } } } };

/** What the writer does when it is created. */
function writer({ writes, fails = false }: { writes: boolean; fails?: boolean }): void {
  aws.handler = ({ RequestType, PhysicalResourceId, ResourceProperties }) => {
    if (RequestType !== 'Create') { return { PhysicalResourceId }; }
    if (writes) { aws.world.s3.putObject(String(ResourceProperties.Bucket), 'export/part.csv', Buffer.from('USER_ID')); }
    return { PhysicalResourceId: 'writer', ...fails && { Status: 'FAILED', Reason: 'no luck' } };
  };
}

/** What there is of the first destination that was made, whatever the stack knows of it. */
function left(stack: Awaited<ReturnType<TestStacks['deploy']>>): { bucket: boolean; tlsOnly: boolean; key: boolean } {
  const idOf = (type: string) => stack.events.find(event => event.ResourceType === type && event.PhysicalResourceId)!.PhysicalResourceId!;
  const bucket = aws.world.s3.bucket(idOf('AWS::S3::Bucket'));
  return {
    bucket: bucket !== undefined,
    tlsOnly: JSON.stringify(bucket?.policy ?? {}).includes('aws:SecureTransport'),
    key: aws.world.kms.keyPolicy(`arn:aws:kms:${aws.world.region}:111122223333:key/${idOf('AWS::KMS::Key')}`) !== undefined,
  };
}

const ALL = { bucket: true, tlsOnly: true, key: true };
const NONE = { bucket: false, tlsOnly: false, key: false };
const KEY = { ...NONE, key: true };
const { RETAIN, RETAIN_ON_UPDATE_OR_DELETE, DESTROY } = RemovalPolicy;

describe('after the deletion of the stack', () => {
  test.each([
    [undefined, false, ALL, 'DELETE_COMPLETE'], [undefined, true, ALL, 'DELETE_COMPLETE'],
    [RETAIN, false, ALL, 'DELETE_COMPLETE'], [RETAIN, true, ALL, 'DELETE_COMPLETE'],
    [RETAIN_ON_UPDATE_OR_DELETE, false, ALL, 'DELETE_COMPLETE'], [RETAIN_ON_UPDATE_OR_DELETE, true, ALL, 'DELETE_COMPLETE'],
    [DESTROY, false, KEY, 'DELETE_COMPLETE'], [DESTROY, true, ALL, 'DELETE_FAILED'],
  ])('%s, objects: %s', async (removalPolicy, writes, expected, status) => {
    writer({ writes });
    const stack = await aws.deploy(template(removalPolicy));
    await aws.delete(stack);
    expect([left(stack), stack.status]).toEqual([expected, status]);
  });

  test('DESTROY, when a bucket with objects is left behind', async () => {
    writer({ writes: true });
    const stack = await aws.deploy(template(DESTROY));
    await aws.delete(stack);
    const [{ logicalId }] = [...stack.resources.values()].filter(({ type }) => type === 'AWS::S3::Bucket');
    await aws.delete(stack, { retain: [logicalId] });
    expect([left(stack), stack.status]).toEqual([ALL, 'DELETE_COMPLETE']);
  });
});

describe('after an update that removes the destination', () => {
  test.each([
    [RETAIN, false, ALL], [RETAIN, true, ALL],
    [RETAIN_ON_UPDATE_OR_DELETE, false, ALL], [RETAIN_ON_UPDATE_OR_DELETE, true, ALL],
    [DESTROY, false, KEY], [DESTROY, true, ALL],
  ])('%s, objects: %s', async (removalPolicy, writes, expected) => {
    writer({ writes });
    const stack = await aws.deploy(template(removalPolicy));
    await aws.deploy(NOTHING);
    expect([left(stack), stack.status]).toEqual([expected, 'UPDATE_COMPLETE']);
  });
});

describe('after a failed first deployment', () => {
  test.each([
    [RETAIN, false, ALL, 'ROLLBACK_COMPLETE'], [RETAIN, true, ALL, 'ROLLBACK_COMPLETE'],
    [RETAIN_ON_UPDATE_OR_DELETE, false, NONE, 'ROLLBACK_COMPLETE'], [RETAIN_ON_UPDATE_OR_DELETE, true, ALL, 'ROLLBACK_FAILED'],
    [DESTROY, false, KEY, 'ROLLBACK_COMPLETE'], [DESTROY, true, ALL, 'ROLLBACK_FAILED'],
  ])('%s, objects: %s', async (removalPolicy, writes, expected, status) => {
    writer({ writes, fails: true });
    const stack = await aws.deploy(template(removalPolicy));
    expect([left(stack), statuses(stack).at(-1)]).toEqual([expected, status]);
  });

  test('RETAIN names what stays in the stack\'s events', async () => {
    writer({ writes: false, fails: true });
    const stack = await aws.deploy(template());
    const skipped = stack.events.filter(({ ResourceStatus }) => ResourceStatus === 'DELETE_SKIPPED');
    expect(skipped.map(({ ResourceType }) => ResourceType).sort()).toEqual(['AWS::KMS::Key', 'AWS::S3::Bucket', 'AWS::S3::BucketPolicy']);
  });

  test('RETAIN_ON_UPDATE_OR_DELETE, objects: deleting the stack takes it away and keeps them', async () => {
    writer({ writes: true, fails: true });
    const stack = await aws.deploy(template(RETAIN_ON_UPDATE_OR_DELETE));
    await aws.delete(stack);
    expect([left(stack), stack.status]).toEqual([ALL, 'DELETE_COMPLETE']);
  });
});

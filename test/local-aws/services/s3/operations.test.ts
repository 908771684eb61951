import { ACCOUNT, type ApiResponse } from '../../../../local-aws/core';
import { s3Api } from '../../../../local-aws/services/s3/operations';
import type { S3Store } from '../../../../local-aws/services/s3/store';
import type { World } from '../../../../local-aws/world';
import { allow, call, policy, testWorld, trust } from '../../testing-world';

let world: World;
let store: S3Store;
let roleArn: string;

beforeEach(() => {
  world = testWorld();
  store = world.s3;
  roleArn = world.iam.createRole({ roleName: 'r', assumeRolePolicyDocument: trust('lambda.amazonaws.com') });
  grant('all', 's3:*');
  store.createBucket('bucket', {});
});

const grant = (name: string, action: string): void => world.iam.putRolePolicy('r', name, policy(allow(action)));

async function send(method: string, url: string, body = '', headers: Record<string, string> = {}): Promise<ApiResponse> {
  const { pathname, searchParams } = new URL(url, 'http://s3');
  return call(s3Api, world, { method, path: decodeURIComponent(pathname), query: searchParams, headers, body }, roleArn);
}

const keys = (response: ApiResponse): string[] => [...String(response.body).matchAll(/<(?:Key|CommonPrefixes><Prefix)>([^<]*)</g)].map(([, key]) => key);

test('keeps objects', async () => {
  await send('PUT', '/bucket/a/b%20c', 'data');
  const read = await send('GET', '/bucket/a/b%20c');
  expect(String(read.body)).toBe('data');
  expect(read.headers).toMatchObject({ 'x-amz-server-side-encryption': 'AES256', 'etag': '"8d777f385d3dfec8815d20f7496026dc"' });
  expect((await send('HEAD', '/bucket/a/b%20c')).headers).toMatchObject({ 'content-length': '4' });
  await send('DELETE', '/bucket/a/b%20c');
  await expect(send('GET', '/bucket/a/b%20c')).rejects.toMatchObject({ code: 'NoSuchKey', status: 404 });
  await expect(send('GET', '/none/a')).rejects.toMatchObject({ code: 'NoSuchBucket', status: 404 });
});

test('lists by prefix, delimiter and page', async () => {
  for (const key of ['b/2', 'a', 'b/1', 'c/1', 'd']) { store.putObject('bucket', key, Buffer.from('x')); }
  expect(keys(await send('GET', '/bucket?list-type=2'))).toEqual(['a', 'b/1', 'b/2', 'c/1', 'd']);
  expect(keys(await send('GET', '/bucket?list-type=2&prefix=b/'))).toEqual(['b/1', 'b/2']);
  expect(keys(await send('GET', '/bucket?list-type=2&delimiter=/'))).toEqual(['a', 'd', 'b/', 'c/']);
  const first = await send('GET', '/bucket?list-type=2&max-keys=2');
  expect(keys(first)).toEqual(['a', 'b/1']);
  const token = /<NextContinuationToken>(.*?)</.exec(String(first.body))![1];
  expect(keys(await send('GET', `/bucket?list-type=2&continuation-token=${token}`))).toEqual(['b/2', 'c/1', 'd']);
});

test('deletes many at once', async () => {
  store.putObject('bucket', 'a', Buffer.from('x'));
  store.putObject('bucket', 'b', Buffer.from('x'));
  await send('POST', '/bucket?delete', '<Delete><Object><Key>a</Key></Object></Delete>');
  expect(store.objects('bucket').map(({ key }) => key)).toEqual(['b']);
  expect(() => store.deleteBucket('bucket')).toThrow('not empty');
});

test('a versioned bucket keeps older versions until they are deleted as such', async () => {
  store.updateBucket('bucket', { versioned: true });
  store.putObject('bucket', 'a', Buffer.from('x'));
  await send('POST', '/bucket?delete', '<Delete><Object><Key>a</Key></Object></Delete>');
  expect(store.objects('bucket')).toEqual([]);
  expect(() => store.deleteBucket('bucket')).toThrow('You must delete all versions in the bucket.');
  expect(String((await send('GET', '/bucket?versions')).body)).toContain('<DeleteMarker><Key>a</Key><VersionId>older</VersionId><IsLatest>true</IsLatest></DeleteMarker>');
  await send('POST', '/bucket?delete', '<Delete><Object><Key>a</Key><VersionId>older</VersionId></Object></Delete>');
  store.deleteBucket('bucket');
});

test('deleting a version takes a permission of its own', async () => {
  grant('all', 's3:DeleteObject');
  await expect(send('POST', '/bucket?delete', '<Delete><Object><Key>a</Key><VersionId>older</VersionId></Object></Delete>'))
    .rejects.toThrow('s3:DeleteObjectVersion');
});

test('asks IAM and the bucket policy', async () => {
  world.iam.deleteRolePolicy('r', 'all');
  await expect(send('PUT', '/bucket/a', 'x')).rejects.toMatchObject({ code: 'AccessDenied', status: 403 });
  store.updateBucket('bucket', { policy: policy(allow('s3:PutObject', 'arn:aws:s3:::bucket/*', { Principal: { AWS: roleArn } })) });
  await expect(send('PUT', '/bucket/a', 'x')).resolves.toMatchObject({ status: 200 });
  // without leave to list, a missing object is as forbidden as any
  grant('get', 's3:GetObject');
  await expect(send('GET', '/bucket/none')).rejects.toMatchObject({ code: 'AccessDenied' });
});

test('asks for the key of encrypted objects', async () => {
  const keyArn = world.kms.createKey(policy(allow('kms:*', '*', { Principal: { AWS: `arn:aws:iam::${ACCOUNT}:root` } })));
  store.updateBucket('bucket', { kmsKeyArn: keyArn });
  await expect(send('PUT', '/bucket/a', 'x')).rejects.toThrow('kms:GenerateDataKey');
  grant('key', 'kms:GenerateDataKey');
  expect((await send('PUT', '/bucket/a', 'x')).headers).toMatchObject({ 'x-amz-server-side-encryption-aws-kms-key-id': keyArn });
  await expect(send('GET', '/bucket/a')).rejects.toThrow('kms:Decrypt');
  grant('key', 'kms:Decrypt');
  expect(String((await send('GET', '/bucket/a')).body)).toBe('x');
});

test('tells about buckets', async () => {
  expect(String((await send('GET', '/bucket?encryption')).body)).toContain('<SSEAlgorithm>AES256</SSEAlgorithm>');
  expect(String((await send('GET', '/bucket?location')).body)).toContain('<LocationConstraint');
  await expect(send('GET', '/bucket?policy')).rejects.toMatchObject({ code: 'NoSuchBucketPolicy' });
  expect((await send('HEAD', '/bucket')).status).toBe(200);
  await expect(send('HEAD', '/bucket', '', { 'x-amz-expected-bucket-owner': '999999999999' })).rejects.toMatchObject({ code: 'AccessDenied' });
});

test.each([['GET', '/'], ['GET', '/bucket?acl'], ['PUT', '/bucket'], ['POST', '/bucket/a?uploads'], ['PUT', '/bucket/a?uploadId=1&partNumber=1']])(
  'refuses by name what it cannot do: %s %s', async (method, url) => {
    await expect(async () => send(method, url)).rejects.toThrow(`local AWS does not support the s3 request ${method}`);
  });

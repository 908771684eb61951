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
  expect(String(first.body)).toContain('<KeyCount>2</KeyCount><MaxKeys>2</MaxKeys><IsTruncated>true</IsTruncated>');
  const token = /<NextContinuationToken>(.*?)</.exec(String(first.body))![1];
  const last = await send('GET', `/bucket?list-type=2&continuation-token=${encodeURIComponent(token)}`);
  expect(keys(last)).toEqual(['b/2', 'c/1', 'd']);
  expect(String(last.body)).toContain('<KeyCount>3</KeyCount><MaxKeys>1000</MaxKeys><IsTruncated>false</IsTruncated>');
  await expect(send('GET', '/bucket?list-type=2&continuation-token=b/1')).rejects.toMatchObject({ code: 'InvalidArgument' });
  expect(keys(await send('GET', '/bucket?list-type=2&start-after=b/2'))).toEqual(['c/1', 'd']);
});

test('lists at most 1000 objects at once', async () => {
  for (let index = 0; index < 1001; index++) { store.putObject('bucket', `k${index}`, Buffer.from('x')); }
  expect(keys(await send('GET', '/bucket?list-type=2&max-keys=5000'))).toHaveLength(1000);
  expect(String((await send('GET', '/bucket?list-type=2&max-keys=0')).body)).toContain('<IsTruncated>false</IsTruncated>');
});

test('a permission to list below a prefix is one for requests with that prefix only', async () => {
  const below = (prefix: string): object => allow('s3:ListBucket', 'arn:aws:s3:::bucket', { Condition: { StringLike: { 's3:prefix': `${prefix}*` } } });
  world.iam.putRolePolicy('r', 'all', policy(below('exports/')));
  await expect(send('GET', '/bucket?list-type=2&prefix=exports/a/')).resolves.toMatchObject({ status: 200 });
  for (const query of ['&prefix=other/', '&prefix=', '']) {
    await expect(send('GET', `/bucket?list-type=2${query}`)).rejects.toMatchObject({ code: 'AccessDenied', status: 403 });
  }
  world.iam.putRolePolicy('r', 'all', policy(below('')));
  await expect(send('GET', '/bucket?list-type=2')).rejects.toMatchObject({ code: 'AccessDenied' });
});

test('deletes many at once', async () => {
  store.putObject('bucket', 'a', Buffer.from('x'));
  store.putObject('bucket', 'b', Buffer.from('x'));
  await send('POST', '/bucket?delete', '<Delete><Object><Key>a</Key></Object></Delete>');
  expect(store.objects('bucket').map(({ key }) => key)).toEqual(['b']);
  expect(() => store.deleteBucket('bucket')).toThrow('not empty');
});

const body = (response: ApiResponse): string => String(response.body);
const deletion = (...names: string[]): string => `<Delete>${names.map(name => {
  const [key, version] = name.split('@');
  return `<Object><Key>${key}</Key>${version ? `<VersionId>${version}</VersionId>` : ''}</Object>`;
}).join('')}</Delete>`;

test('a versioned bucket keeps all versions until they are deleted as such', async () => {
  store.updateBucket('bucket', { versioned: true });
  for (const data of ['old', 'newer']) { store.putObject('bucket', 'a', Buffer.from(data)); }
  expect(body(await send('POST', '/bucket?delete', deletion('a')))).toContain('<DeleteMarker>true</DeleteMarker>');
  expect(store.objects('bucket')).toEqual([]);
  expect(() => store.deleteBucket('bucket')).toThrow('You must delete all versions in the bucket.');

  const [marker, newer, old] = store.versions('bucket');
  expect([marker.object, String(newer.object?.body), String(old.object?.body)]).toEqual([undefined, 'newer', 'old']);
  await send('POST', '/bucket?delete', deletion(`a@${marker.versionId}`));
  expect(body(await send('GET', '/bucket/a'))).toBe('newer');
  await send('POST', '/bucket?delete', deletion(`a@${newer.versionId}`));
  expect(body(await send('GET', '/bucket/a'))).toBe('old');
  await send('POST', '/bucket?delete', deletion(`a@${old.versionId}`));
  store.deleteBucket('bucket');
});

test('a bucket whose versioning is suspended keeps its older versions', () => {
  store.updateBucket('bucket', { versioned: true });
  store.putObject('bucket', 'a', Buffer.from('old'));
  store.updateBucket('bucket', { versioned: false });
  store.putObject('bucket', 'a', Buffer.from('overwritten'));
  store.putObject('bucket', 'a', Buffer.from('new'));
  store.deleteObject('bucket', 'a');
  expect(store.versions('bucket').map(({ versionId, object }) => [versionId === 'null', String(object?.body)])).toEqual([[true, 'undefined'], [false, 'old']]);
});

test('lists versions by prefix and page', async () => {
  store.updateBucket('bucket', { versioned: true });
  for (const key of ['b/1', 'a', 'b/2', 'b/1', 'b/1']) { store.putObject('bucket', key, Buffer.from('x')); }
  store.deleteObject('bucket', 'b/2');
  const listed: string[] = [];
  for (let markers = ''; ;) {
    const page = body(await send('GET', `/bucket?versions&prefix=b/&max-keys=2${markers}`));
    listed.push(...[...page.matchAll(/<(Version|DeleteMarker)><Key>(.*?)<.*?<IsLatest>(.*?)</g)].map(match => match.slice(1).join(' ')));
    const [, key, version] = /<NextKeyMarker>(.*?)<.*<NextVersionIdMarker>(.*?)</.exec(page) ?? [];
    if (key === undefined) { break; }
    markers = `&key-marker=${key}&version-id-marker=${version}`;
  }
  expect(listed.sort()).toEqual([
    'DeleteMarker b/2 true', 'Version b/1 false', 'Version b/1 false', 'Version b/1 true', 'Version b/2 false',
  ]);
});

test('deleting a version takes a permission of its own, and a refusal concerns its key only', async () => {
  for (const key of ['a', 'b', 'c']) { store.putObject('bucket', key, Buffer.from('x')); }
  world.iam.putRolePolicy('r', 'all', policy(allow('s3:DeleteObject', ['arn:aws:s3:::bucket/a', 'arn:aws:s3:::bucket/b'])));
  const answer = body(await send('POST', '/bucket?delete', deletion('a', 'b@null', 'c')));
  expect(answer).toMatch(/<Deleted><Key>a<\/Key><\/Deleted>/);
  expect([...answer.matchAll(/<Error><Key>(.).*?<Code>(.*?)<.*?is not authorized to perform: (\S+)/g)].map(match => match.slice(1)))
    .toEqual([['b', 'AccessDenied', 's3:DeleteObjectVersion'], ['c', 'AccessDenied', 's3:DeleteObject']]);
  expect(store.objects('bucket').map(({ key }) => key)).toEqual(['b', 'c']);
});

test.each([[''], [deletion(...Array.from({ length: 1001 }, (_, index) => `k${index}`))]])('deletes 1 to 1000 objects at once', async xml => {
  await expect(send('POST', '/bucket?delete', xml)).rejects.toMatchObject({ code: 'MalformedXML' });
});

test('reads a range of an object, as much of it as there is', async () => {
  store.putObject('bucket', 'a', Buffer.from('abcdef'));
  const range = (bytes: string) => send('GET', '/bucket/a', '', { range: `bytes=${bytes}` });
  const [beginning, rest] = [await range('0-2'), await range('4-99')];
  expect([beginning.status, String(beginning.body), beginning.headers!['content-range']]).toEqual([206, 'abc', 'bytes 0-2/6']);
  expect([String(rest.body), rest.headers!['content-range']]).toEqual(['ef', 'bytes 4-5/6']);
  await expect(range('6-9')).rejects.toMatchObject({ code: 'InvalidRange', status: 416 });
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

test('takes bucket policies, under the rules that CloudFormation has for them', async () => {
  const denies = (resource: string): string => JSON.stringify(policy({ Effect: 'Deny', Principal: '*', Action: 's3:PutObject', Resource: resource }));
  await send('PUT', '/bucket?policy', denies('arn:aws:s3:::bucket/*'));
  await expect(send('PUT', '/bucket/a', 'x')).rejects.toThrow('explicit deny in a resource-based policy');
  for (const text of [denies('arn:aws:s3:::other/*'), 'no JSON']) {
    await expect(send('PUT', '/bucket?policy', text)).rejects.toMatchObject({ code: 'MalformedPolicy' });
  }
  world.iam.deleteRolePolicy('r', 'all');
  await expect(send('PUT', '/bucket?policy', denies('arn:aws:s3:::bucket/*'))).rejects.toMatchObject({ code: 'AccessDenied' });
});

test('tells about buckets', async () => {
  expect(String((await send('GET', '/bucket?encryption')).body)).toContain('<SSEAlgorithm>AES256</SSEAlgorithm>');
  expect(String((await send('GET', '/bucket?location')).body)).toContain('<LocationConstraint');
  await expect(send('GET', '/bucket?policy')).rejects.toMatchObject({ code: 'NoSuchBucketPolicy' });
  await expect(send('GET', '/bucket?tagging')).rejects.toMatchObject({ code: 'NoSuchTagSet', status: 404 });
  store.updateBucket('bucket', { tags: [{ Key: 'team', Value: 'ml' }] });
  expect(String((await send('GET', '/bucket?tagging')).body)).toContain('<TagSet><Tag><Key>team</Key><Value>ml</Value></Tag></TagSet>');
  expect((await send('HEAD', '/bucket')).status).toBe(200);
  await expect(send('HEAD', '/bucket', '', { 'x-amz-expected-bucket-owner': '999999999999' })).rejects.toMatchObject({ code: 'AccessDenied' });
});

test.each([['GET', '/'], ['GET', '/bucket?acl'], ['PUT', '/bucket'], ['POST', '/bucket/a?uploads'], ['PUT', '/bucket/a?uploadId=1&partNumber=1']])(
  'refuses by name what it cannot do: %s %s', async (method, url) => {
    await expect(async () => send(method, url)).rejects.toThrow(`local AWS does not support the s3 request ${method}`);
  });

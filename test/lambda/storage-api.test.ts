import * as s3 from '@aws-sdk/client-s3';
import { answer, errorOf, fakeAws } from './fake-server';
import { storageApi } from '../../lambda/storage-api';

// The SDK's real client against a server on this machine.

const server = fakeAws();
const api = storageApi(async () => s3);
const FOLDER = 's3://exports/personalize/dataset_group=movies/dataset=ITEMS/date=2026-11-24/my-export/';

/** Answers each request with the next page of objects: `<key> <size>`. */
function pages(...listed: string[][]): void {
  server.respond = (response, request) => {
    const index = server.received.length - 1;
    const contents = listed[index]!.map(line => line.split(' ')).map(([key, size]) => `<Contents><Key>${key}</Key><Size>${size}</Size></Contents>`);
    const next = index < listed.length - 1 ? `<IsTruncated>true</IsTruncated><NextContinuationToken>page ${index + 1}</NextContinuationToken>` : '<IsTruncated>false</IsTruncated>';
    answer(200, `<?xml version="1.0"?><ListBucketResult>${next}${contents.join('')}</ListBucketResult>`, 'application/xml')(response, request);
  };
}

const parametersOf = (index: number) => Object.fromEntries(new URL(server.received[index]!.path, server.url).searchParams);

it('counts objects and bytes of all pages, in the folder only', async () => {
  pages(['a.csv 10', 'b.csv 0'], ['c/d.csv 2000'], ['e.csv 1']);
  expect(await api.contentsOf(FOLDER)).toEqual({ objects: 4, bytes: 2011 });
  expect(new Set(server.received.map(({ path }) => new URL(path, server.url).pathname))).toEqual(new Set(['/exports/']));
  expect([0, 1, 2].map(index => parametersOf(index))).toEqual([undefined, 'page 1', 'page 2'].map(token => expect.objectContaining({
    'prefix': 'personalize/dataset_group=movies/dataset=ITEMS/date=2026-11-24/my-export/', 'list-type': '2', ...token && { 'continuation-token': token },
  })));
});

it('counts no markers of folders', async () => {
  pages(['export/ 0', 'export/part/ 0']);
  expect(await api.contentsOf(FOLDER)).toEqual({ objects: 0, bytes: 0 });
});

it.each(['s3://exports/', 's3://exports', 's3://exports/my-export', 'https://exports/my-export/'])('never lists what is no folder: %s', async uri => {
  await expect(api.contentsOf(uri)).rejects.toThrow(`${uri} is no folder`);
  expect(server.received).toEqual([]);
});

it.each([[403, 'AccessDenied'], [404, 'NoSuchBucket'], [301, 'PermanentRedirect']])('says what S3 answers, %s %s, at once', async (status, code) => {
  server.respond = answer(status, `<Error><Code>${code}</Code><Message>no</Message></Error>`, 'application/xml');
  expect((await errorOf(api.contentsOf(FOLDER))).name).toBe(code);
  expect(server.received).toHaveLength(1);
});

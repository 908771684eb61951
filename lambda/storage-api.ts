import type * as s3 from '@aws-sdk/client-s3';

/** What is in a folder. */
export interface Contents {
  readonly objects: number;
  readonly bytes: number;
}

/** What the lifecycle asks S3. */
export interface StorageApi {
  /** @param folderUri such as `s3://exports/personalize/my-export/` */
  contentsOf(folderUri: string): Promise<Contents>;
}

/** A job is complete whether or not it can be listed: in a VPC without an endpoint for S3, nothing may wait for long. */
const MAX_LISTING_MILLISECONDS = 15_000;

/** @param load loads the SDK's client: it is only needed at the end of an export */
export function storageApi(load: () => Promise<typeof s3>): StorageApi {
  return {
    async contentsOf(folderUri) {
      const [, Bucket, Prefix] = /^s3:\/\/([^/]+)\/(.+\/)$/.exec(folderUri) ?? [];
      if (Bucket === undefined || Prefix === undefined) { throw new Error(`${folderUri} is no folder`); }
      const { S3Client, paginateListObjectsV2 } = await load();
      const requestHandler = { connectionTimeout: 2_000, requestTimeout: 5_000, throwOnRequestTimeout: true };
      const client = new S3Client({ requestHandler, maxAttempts: 2 });
      const abortSignal = AbortSignal.timeout(MAX_LISTING_MILLISECONDS);
      let [objects, bytes] = [0, 0];
      for await (const { Contents: listed = [] } of paginateListObjectsV2({ client }, { Bucket, Prefix }, { abortSignal })) {
        for (const { Key = '', Size = 0 } of listed) {
          // an empty object of a folder's name is no data: consoles create such
          if (Size > 0 || !Key.endsWith('/')) { objects++; }
          bytes += Size;
        }
      }
      return { objects, bytes };
    },
  };
}

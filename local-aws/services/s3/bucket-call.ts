import type { ObjectAddress } from './route';
import type { BucketConfiguration, S3Store } from './store';
import type { ApiRequest, ApiResponse } from '../../core';

/** A call on a bucket that exists. */
export interface BucketCall extends ObjectAddress {
  readonly s3: S3Store;
  readonly region: string;
  readonly request: ApiRequest;
  readonly configuration: BucketConfiguration;
  /** `key`: of an object; without it, the action is on the bucket */
  readonly authorize: (action: string, key?: string, context?: Record<string, string>) => Promise<void>;
  readonly authorizeKey: (action: string, keyArn: string) => Promise<void>;
}

export type BucketHandler = (call: BucketCall) => Promise<ApiResponse>;

import { Stack } from 'aws-cdk-lib';

/** One way to export datasets while a stack deploys. */
export interface Peer {
  readonly id: 'library' | 'aws-custom-resource' | 'own-provider' | 'step-functions';
  /** in tables and plots */
  readonly title: string;
  /** Defines a destination, and one export job for each dataset. */
  define(stack: Stack, datasetArns: readonly string[]): void;
}

export const ACCOUNT = '111122223333';
export const REGION = 'eu-west-1';

/** Each in a dataset group of its own. */
export function datasetArns(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `arn:aws:personalize:${REGION}:${ACCOUNT}:dataset/shop${index}/INTERACTIONS`);
}

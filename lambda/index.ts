import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { PersonalizeClient } from '@aws-sdk/client-personalize';
import { cloudFormationApi } from './cloudformation-api';
import type { IsCompleteRequest, OnEventRequest } from './events';
import { Lifecycle } from './lifecycle';
import { jsonLog } from './log';
import { observerApi } from './observer-api';
import { personalizeApi } from './personalize-api';
import { storageApi } from './storage-api';

const requestHandler = { connectionTimeout: 5_000, requestTimeout: 15_000, throwOnRequestTimeout: true };

// The lifecycle retries at the next poll: retries of the SDK would only make a poll longer.
const lifecycle = new Lifecycle({
  personalize: personalizeApi(new PersonalizeClient({ requestHandler, maxAttempts: 1 })),
  cloudFormation: cloudFormationApi(new CloudFormationClient({ requestHandler, maxAttempts: 3 })),
  // the runtime's client, loaded only when an export ends
  storage: storageApi(async () => import('@aws-sdk/client-s3')),
  ...process.env.OBSERVER_ARN && { outcomes: observerApi(process.env.OBSERVER_ARN) },
  now: Date.now,
  log: jsonLog(line => process.stdout.write(line), Date.now),
  logGroup: process.env.AWS_LAMBDA_LOG_GROUP_NAME ?? '',
  pollSeconds: Number(process.env.POLL_SECONDS),
});

export const onEvent = async (event: OnEventRequest) => lifecycle.onEvent(event);
export const isComplete = async (event: IsCompleteRequest) => lifecycle.isComplete(event);

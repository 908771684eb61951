import { PersonalizeClient } from '@aws-sdk/client-personalize';
import type { IsCompleteRequest, OnEventRequest } from './events';
import { Lifecycle } from './lifecycle';
import { jsonLog } from './log';
import { LongExport, type PollRequest } from './long-export';
import { personalizeApi } from './personalize-api';
import { pollerStarter } from './poller-api';
import { stackStatusReader } from './stack-status';
import { waitSignal } from './wait-signal';

// The lifecycle itself is what tries again, at the next poll: the SDK's own retries would only make a poll longer.
const client = new PersonalizeClient({
  maxAttempts: 1,
  requestHandler: { connectionTimeout: 5_000, requestTimeout: 15_000, throwOnRequestTimeout: true },
});
const common = {
  now: Date.now,
  log: jsonLog(line => process.stdout.write(line), Date.now),
  logGroup: process.env.AWS_LAMBDA_LOG_GROUP_NAME ?? '',
};

const lifecycle = new Lifecycle({
  ...common,
  personalize: personalizeApi(client),
  stackStatus: stackStatusReader(client.config),
  startPoller: pollerStarter(client.config),
});
const longExport = new LongExport({ ...common, lifecycle, signal: waitSignal(client.config) });

export const onEvent = async (event: OnEventRequest) => lifecycle.onEvent(event);
export const isComplete = async (event: IsCompleteRequest) => lifecycle.isComplete(event);
export const poll = async (event: PollRequest) => longExport.poll(event);

import type { OnEventRequest } from './events';
import { jobArn } from './job';
import { MAX_CUSTOM_RESOURCE_SECONDS, MAX_TIMEOUT_HOURS } from '../src/contract/limits';

/**
 * What a user reads in the stack's events when an export fails: what happened, in Personalize's own words, then what to do about
 * it. Every message ends with its context.
 */

/** CloudFormation accepts 4096 bytes for the whole response, with the ids and what the Provider framework adds. */
const MAX_MESSAGE_BYTES = 1800;
/** Leaves room for the rest of the message. */
const MAX_QUOTE_BYTES = 700;

/** The job that a message is about. */
export interface Context {
  readonly event: OnEventRequest;
  readonly jobName: string;
  readonly outputUri: string;
  readonly logGroup: string;
}

/** What is known of a job that the deployment no longer waits for. */
export type JobState = 'exists' | 'does not exist' | 'may exist';

/** An error that fails the deployment with this text. */
export function failure(text: string): Error {
  const error = new Error(clip(text, MAX_MESSAGE_BYTES));
  // The Provider framework appends the stack trace to what CloudFormation shows, where it only takes up room.
  error.stack = '';
  return error;
}

function failureOf({ event, jobName, outputUri, logGroup }: Context, sentences: string[]): Error {
  const { ResourceProperties: properties, RequestType } = event;
  const whole = sentences.filter(sentence => sentence !== '').map(sentence => /[.!?)]$/.test(sentence) ? sentence : `${sentence}.`);
  return failure([
    ...whole,
    `Job: ${jobArn(properties.DatasetArn, jobName)}. Dataset: ${properties.DatasetArn}. Destination: ${outputUri}. Role: ${properties.RoleArn}.`,
    `Logs: log group ${logGroup}${RequestType === 'Create' ? ' (the rollback of a first deployment deletes it: cdk deploy --no-rollback keeps it)' : ''}.`,
  ].join(' '));
}

function newName({ event }: Context): string {
  return event.ResourceProperties.JobName === undefined ? '' : 'Change jobName before you deploy again: Personalize never frees the name of an export job.';
}

/** @param jobs how many jobs of the export have failed */
export function jobFailed(context: Context, reason: string | undefined, jobs: number): Error {
  return failureOf(context, [
    `Dataset export job failed (CREATE FAILED): ${quote(reason || 'Personalize gave no reason')}`,
    jobs > 1 ? `${jobs} jobs failed in a row, so policy propagation is unlikely to be the cause.` : '',
    hint(reason ?? ''),
    newName(context),
  ]);
}

/** @param persistedSeconds how long Personalize has refused to create the job; undefined: trying again makes no sense */
export function notCreated(context: Context, error: string, persistedSeconds?: number): Error {
  return failureOf(context, [
    `Dataset export job could not be created: ${quote(error)}`,
    persistedSeconds === undefined ? '' : `The error persisted for ${duration(persistedSeconds)}, so policy propagation is unlikely to be the cause.`,
    hint(error),
  ]);
}

export function emptyExport(context: Context): Error {
  return failureOf(context, [
    'Dataset export job is ACTIVE, but has written no objects',
    'The dataset may have no records of the ingestion mode: choose another ingestionMode, or leave out failOnEmptyExport.',
    newName(context),
  ]);
}

export function statusUnknown(context: Context, error: string): Error {
  return failureOf(context, [
    `Could not get the status of the dataset export job: ${quote(error)}`,
    'The job may still be running: Personalize cannot stop it.',
  ]);
}

export function timedOut(context: Context, state: string, elapsedSeconds: number, timeoutSeconds: number, job: JobState): Error {
  const goesOn = 'Personalize cannot stop it, but it can no longer write once a rollback has removed a role or policy that this deployment added.';
  return failureOf(context, [
    `Dataset export job did not finish within its timeout of ${duration(timeoutSeconds)}: ${quote(state)} after ${duration(elapsedSeconds)}.`,
    { 'exists': `The job continues: ${goesOn}`, 'may exist': `If the job was created, it continues: ${goesOn}`, 'does not exist': 'Personalize has no job with this name.' }[job],
    hint(state),
    `Increase timeout (at most ${MAX_TIMEOUT_HOURS} hours, or ${duration(MAX_CUSTOM_RESOURCE_SECONDS)} with waitForCompletion: false).`,
  ]);
}

export function jobGone(context: Context, elapsedSeconds: number): Error {
  return failureOf(context, [
    `Dataset export job is gone: Personalize created it, but cannot find it after ${duration(elapsedSeconds)}.`,
    'Was its dataset deleted in the meantime? Deploy again to start a new export.',
  ]);
}

export function nameTaken(context: Context, differences: string[]): Error {
  return failureOf(context, [
    `jobName ${JSON.stringify(context.jobName)} is taken by another export: ${differences.join('; ')}.`,
    'Personalize never frees the name of an export job: choose another jobName, or omit it to have one generated.',
  ]);
}

/** @param why another export is needed */
export function nameUsedUp(context: Context, why: string): Error {
  return failureOf(context, [
    `jobName ${JSON.stringify(context.jobName)} was already used by the previous export, ${why}.`,
    'Personalize never frees the name of an export job: change jobName too, or omit it to have one generated.',
  ]);
}

export function rollingBack(context: Context): Error {
  return failureOf(context, ['Dataset export job was not created: the stack is rolling back or being deleted.']);
}

const HINTS: { readonly pattern: RegExp; readonly hint: string }[] = [
  {
    pattern: /insufficient privileges/i,
    hint: 'The role\'s policy, the bucket policy and the key policy must all allow the export: look for changes made outside this stack, a Deny, '
      + 'or a bucket restricted to a VPC.',
  },
  {
    pattern: /assume/i,
    hint: 'The role must trust personalize.amazonaws.com.',
  },
  {
    pattern: /PassRole/,
    hint: 'The provider\'s functions must be allowed iam:PassRole on the role: look for a permissions boundary or a service control policy.',
  },
  {
    pattern: /invalid (data location|s3 (output|input) path)/i,
    hint: 'The bucket must exist in the Region of the dataset.',
  },
  {
    pattern: /more than \d+ resources/i,
    hint: 'Other jobs in the account use up the limit: wait for them, or request a higher quota.',
  },
  {
    pattern: /does not exist|ResourceNotFoundException/i,
    hint: 'The dataset must exist in this account and Region.',
  },
];

function hint(text: string): string {
  return HINTS.find(({ pattern }) => pattern.test(text))?.hint ?? '';
}

function quote(text: string): string {
  return clip(text, MAX_QUOTE_BYTES);
}

/** Cuts a text to a number of bytes as they count in the response: UTF-8, in JSON. Never splits a character. */
export function clip(text: string, maxBytes: number): string {
  if (bytes(text) <= maxBytes) { return text; }
  const mark = '… (cut)';
  let kept = '';
  let size = bytes(mark);
  for (const character of text) {
    size += bytes(character);
    if (size > maxBytes) { break; }
    kept += character;
  }
  return kept + mark;
}

function bytes(text: string): number {
  return Buffer.byteLength(JSON.stringify(text)) - 2;
}

/** `5 min 12 s` */
export function duration(seconds: number): string {
  const whole = Math.round(seconds);
  const parts = [`${Math.floor(whole / 60)} min`, `${whole % 60} s`];
  return parts.filter(part => !part.startsWith('0 ')).join(' ') || '0 s';
}

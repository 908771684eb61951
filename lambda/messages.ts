import type { ExportRequest } from './export-request';
import { MAX_TIMEOUT_HOURS } from '../src/contract/limits';

/**
 * The words that a user reads in the stack's events when an export fails: what happened first, in Personalize's own words,
 * then what to do, then what it was about.
 */

/** CloudFormation takes 4096 bytes for the whole response, with ids and what the Provider framework adds. */
const MAX_MESSAGE_BYTES = 1800;
/** Leaves room for the rest of the message. */
const MAX_QUOTE_BYTES = 700;

/** An error that fails the deployment with this text. */
export function failure(text: string): Error {
  const error = new Error(clip(text, MAX_MESSAGE_BYTES)); // problems with a property quote its value, of any length
  // the Provider framework appends the stack trace to what CloudFormation shows, where it only costs room
  error.stack = '';
  return error;
}

/** Where to look a failure up. */
export interface FailureContext {
  readonly request: ExportRequest;
  readonly jobArn: string;
  /** false for a jobName of the user's, which cannot be used again */
  readonly generatedName: boolean;
  readonly logGroup: string;
  /** whether the deployment made the resource: a rollback takes it away again, with what else the deployment made */
  readonly isNew: boolean;
}

/** @param jobs how many jobs failed one after the other */
export function createFailedMessage(failureReason: string | undefined, jobs: number, context: FailureContext): string {
  const reason = failureReason === undefined || failureReason === '' ? '(Personalize gave no reason)' : clip(failureReason, MAX_QUOTE_BYTES);
  return message([
    `Dataset export job failed (CREATE FAILED): ${reason}`,
    jobs > 1 ? `${jobs} jobs failed one after the other, so policy propagation is unlikely to be the cause.` : '',
    hint(failureReason ?? ''),
    context.generatedName ? '' : 'Change jobName before you deploy again: Personalize never frees the name of an export job.',
    about(context),
  ]);
}

export function notStartedMessage(error: string, context: FailureContext): string {
  return message([`Dataset export job could not be created: ${clip(error, MAX_QUOTE_BYTES)}`, hint(error), about(context)]);
}

export function notSettledMessage(error: string, seconds: number, context: FailureContext): string {
  return message([
    `Dataset export job could not be created: ${clip(error, MAX_QUOTE_BYTES)}`,
    `The error persisted for ${duration(seconds)}, so policy propagation is unlikely to be the cause.`,
    hint(error), about(context),
  ]);
}

export function describeFailedMessage(error: string, context: FailureContext): string {
  return message([
    `Could not get the status of the dataset export job: ${clip(error, MAX_QUOTE_BYTES)}`,
    'The job itself may be running: Personalize cannot stop it.', about(context),
  ]);
}

export function timedOutMessage(
  state: string, elapsedSeconds: number, timeoutSeconds: number, created: boolean | undefined, context: FailureContext,
): string {
  return message([
    `Dataset export job was not done within its timeout of ${duration(timeoutSeconds)}: ${clip(state, MAX_QUOTE_BYTES)} after ${duration(elapsedSeconds)}.`,
    created === false ? 'Personalize has no job of this name.'
      : `${created ? 'The job' : 'The job, if it was created,'} continues: Personalize cannot stop it, but it can no longer write once a rollback `
        + 'has removed a role or policy that this deployment added.',
    hint(state),
    `Raise timeout (up to ${MAX_TIMEOUT_HOURS} hours), or export less.`, about(context),
  ]);
}

export function lostMessage(elapsedSeconds: number, context: FailureContext): string {
  return message([
    `Dataset export job is gone: Personalize created it and no longer knows it after ${duration(elapsedSeconds)}.`,
    'Was its dataset deleted meanwhile? Deploy again to start a new export.', about(context),
  ]);
}

export function nameTakenMessage(differences: string[], context: FailureContext): string {
  return message([
    `jobName ${JSON.stringify(context.request.jobName)} is taken by another export: ${differences.join('; ')}.`,
    'Personalize never frees the name of an export job: choose another jobName, or leave it out to have one generated.', about(context),
  ]);
}

/** @param why the export has to be done again */
export function nameUsedUpMessage(why: string, context: FailureContext): string {
  return message([
    `jobName ${JSON.stringify(context.request.jobName)} is used up by the previous export, ${why}.`,
    'Personalize never frees the name of an export job: change jobName too, or leave it out to have one generated.', about(context),
  ]);
}

export function rollingBackMessage(context: FailureContext): string {
  return message(['Dataset export job was not created: the stack is rolling back or being deleted.', about(context)]);
}

function about({ request, jobArn, logGroup, isNew }: FailureContext): string {
  return `Job: ${jobArn}. Dataset: ${request.datasetArn}. Destination: ${request.outputUri}. Role: ${request.roleArn}. Logs: log group ${logGroup}`
    + `${isNew ? ' (the rollback of a first deployment deletes it: cdk deploy --no-rollback keeps it)' : ''}.`;
}

const HINTS: { readonly pattern: RegExp; readonly hint: string }[] = [
  {
    pattern: /insufficient privileges/i,
    hint: 'Personalize needs the role\'s policy, the bucket policy and the key policy: look for one that was changed outside of this stack, for a Deny, '
      + 'or for a bucket that only a VPC can reach.',
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
    hint: 'Other jobs of the account use up the limit: wait for them, or ask for a higher quota.',
  },
  {
    pattern: /does not exist|ResourceNotFoundException/i,
    hint: 'The dataset must exist in this account and Region.',
  },
];

function hint(text: string): string {
  return HINTS.find(({ pattern }) => pattern.test(text))?.hint ?? '';
}

function message(sentences: string[]): string {
  const whole = sentences.filter(sentence => sentence !== '').map(sentence => /[.!?)]$/.test(sentence) ? sentence : `${sentence}.`);
  return clip(whole.join(' '), MAX_MESSAGE_BYTES);
}

/** Cuts a text to a number of bytes as they count in the response: UTF-8, in JSON. Never through the middle of a character. */
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

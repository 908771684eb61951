import { createHash } from 'node:crypto';
import type { OnEventRequest } from './events';
import { jobNameOfArn } from './job';
import { REQUEST_HASH_LENGTH } from '../src/contract/limits';

/** Characters of the trigger's mark at the end of a generated name. */
const TRIGGER_LENGTH = 6;
/** Letters that are not hexadecimal digits, to tell names without a mark, of an earlier version, apart. */
const MARK = `[g-v]{${TRIGGER_LENGTH}}`;
const TRIGGER_MARK = new RegExp(`${MARK}$`);

/** How generated names end, also those of an earlier version. */
const GENERATED = new RegExp(`_[0-9a-f]{${REQUEST_HASH_LENGTH - TRIGGER_LENGTH}}([0-9a-f]{${TRIGGER_LENGTH}}|${MARK})$`);

/** The name of a request's job, or of its first one: the previous resource's, the user's, or a generated one. */
export function jobNameOf(event: OnEventRequest): string {
  const { ContinuesJobArn, JobName } = event.ResourceProperties;
  return ContinuesJobArn === undefined ? JobName ?? generatedJobName(event) : jobNameOfArn(ContinuesJobArn);
}

/**
 * The same name for each delivery of a request, and another one for every other request. It ends with a mark of the trigger: the one
 * input that Personalize does not store.
 *
 * @param index of the job: 0 is the request's first one, the others follow when one failed for a reason that may go away
 */
export function generatedJobName(event: OnEventRequest, index = 0): string {
  const { JobNamePrefix, TriggerToken } = event.ResourceProperties;
  const request = [event.RequestId, event.StackId, event.LogicalResourceId, ...index > 0 ? [index] : []].join('|');
  return `${JobNamePrefix}_${sha256(request).slice(0, REQUEST_HASH_LENGTH - TRIGGER_LENGTH)}${triggerMark(TriggerToken)}`;
}

export function isGenerated(jobName: string): boolean {
  return GENERATED.test(jobName);
}

/**
 * Whether a job of this name was started for the trigger.
 *
 * @param byDefault the answer when the name does not show it
 */
export function hasTrigger(jobName: string, trigger: string | undefined, byDefault: boolean): boolean {
  return TRIGGER_MARK.test(jobName) ? jobName.endsWith(triggerMark(trigger)) : byDefault;
}

function triggerMark(trigger = ''): string {
  return sha256(trigger).slice(0, TRIGGER_LENGTH).replace(/./g, digit => String.fromCharCode('g'.charCodeAt(0) + parseInt(digit, 16)));
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

import { ServiceError } from '../../core';

/** What is PUT to the handle of a WaitCondition. */
export interface Signal {
  readonly Status: 'SUCCESS' | 'FAILURE';
  readonly Reason: string;
  readonly UniqueId: string;
  readonly Data: string;
}

const MOST_BYTES = 4096;
const KEYS = ['Status', 'Reason', 'UniqueId', 'Data'] as const;

/** Refuses what is no signal. S3 would take it, and CloudFormation would say nothing: so mistakes show. */
export function parseSignal(body: string): Signal {
  if (Buffer.byteLength(body) > MOST_BYTES) {
    throw malformed(`it is longer than ${MOST_BYTES} bytes`);
  }
  let signal: Record<string, unknown> | null;
  try {
    signal = JSON.parse(body);
  } catch {
    throw malformed('it is not valid JSON');
  }
  const missing = KEYS.find(key => typeof signal?.[key] !== 'string');
  if (missing) {
    throw malformed(`${missing} is not a string`);
  }
  if (signal!.Status !== 'SUCCESS' && signal!.Status !== 'FAILURE') {
    throw malformed('Status is neither SUCCESS nor FAILURE');
  }
  return signal as unknown as Signal;
}

function malformed(why: string): ServiceError {
  return new ServiceError('MalformedSignal', `This is no signal to a WaitCondition: ${why}`, 400);
}

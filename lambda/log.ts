import type { OnEventRequest } from './events';

export interface LogFields {
  readonly jobArn?: string;
  readonly status?: string;
  readonly detail?: string;
  /** Default: INFO. */
  readonly level?: 'WARN';
}

/** Logs what happened to a request. Never the request itself: its response URL is a secret, as tag values may be. */
export type Log = (event: OnEventRequest, message: string, fields: LogFields) => void;

/** One line of JSON per message. Not with console.log: Lambda would wrap the line in JSON of its own. */
export function jsonLog(write: (line: string) => void, now: () => number): Log {
  return ({ RequestId: requestId, LogicalResourceId: logicalId, ResourceProperties: { Tags = {} } }, message, fields) => {
    // Personalize may repeat what it was sent.
    const detail = Object.values(Tags).filter(value => value !== '').reduce((text, value) => text?.replaceAll(value, '***'), fields.detail);
    write(`${JSON.stringify({ timestamp: new Date(now()).toISOString(), level: 'INFO', message, requestId, logicalId, ...fields, detail })}\n`);
  };
}

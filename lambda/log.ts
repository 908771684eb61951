import type { OnEventRequest } from './events';

/** Facts of one decision. No request bodies: they hold the response URL, which is a secret, and tag values. */
export interface LogFields {
  readonly requestId: string;
  readonly logicalId: string;
  readonly jobArn?: string;
  readonly status?: string;
  readonly detail?: string;
}

/** Writes down one decision of the lifecycle. */
export type Log = (decision: string, fields: LogFields) => void;

/** One line of JSON per decision. Not with console.log: Lambda would wrap the line in JSON of its own. */
export function jsonLog(write: (line: string) => void, now: () => number): Log {
  return (decision, fields) => write(`${JSON.stringify({ timestamp: new Date(now()).toISOString(), level: 'INFO', decision, ...fields })}\n`);
}

/** Writes down one decision about one request. */
export type RequestLog = (event: OnEventRequest, decision: string, fields: Omit<LogFields, 'requestId' | 'logicalId'>) => void;

export function requestLog(log: Log): RequestLog {
  return (event, decision, { detail, ...fields }) => {
    // the service may repeat what it was sent, and the values of tags are not for the log
    const secrets = Object.values(event.ResourceProperties.Tags ?? {}).filter(value => value !== '');
    const cleaned = secrets.reduce((text, value) => text?.replaceAll(value, '***'), detail);
    log(decision, { requestId: event.RequestId, logicalId: event.LogicalResourceId, ...fields, ...cleaned !== undefined && { detail: cleaned } });
  };
}

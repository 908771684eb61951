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

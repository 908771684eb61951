import type { ApiRequest, ApiResponse } from '../core';
import type { CallRecord } from '../wire';

/** One call on its way to a service. */
export interface Call {
  readonly service: string;
  readonly operation: string;
  readonly request: ApiRequest;
}

/** Stands around every call: lets it through by `proceed`, or does something else. */
export type Interceptor = (call: Call, proceed: () => Promise<ApiResponse>) => Promise<ApiResponse>;

/** Thrown by an interceptor: the connection is closed without an answer. */
export class DroppedConnection extends Error {}

/** Every call in the order of arrival. */
export class CallLog {
  public readonly records: CallRecord[] = [];

  public begin(call: Call, time: number): CallRecord {
    const record: CallRecord = {
      time: new Date(time).toISOString(),
      service: call.service,
      operation: call.operation,
      caller: call.request.caller.arn,
      parameters: parameters(call),
    };
    this.records.push(record);
    return record;
  }
}

function parameters({ service, request }: Call): Record<string, unknown> {
  // what S3 is sent is data, of whatever type
  const type = service === 's3' ? '' : request.headers['content-type'] ?? '';
  if (type.includes('json')) {
    try {
      return JSON.parse(request.body.toString('utf8') || '{}') as Record<string, unknown>;
    } catch {
      return { body: request.body.toString('utf8') };
    }
  }
  if (type.startsWith('application/x-www-form-urlencoded')) {
    return Object.fromEntries(new URLSearchParams(request.body.toString('utf8')));
  }
  return { method: request.method, path: request.path, ...Object.fromEntries(request.query) };
}

import type { ApiRequest, ApiResponse } from '../core';
import type { CallRecord } from '../wire';

/** A call on its way to a service. */
export interface Call {
  readonly service: string;
  readonly operation: string;
  readonly request: ApiRequest;
}

/** Wraps every call: lets it through with `proceed`, or does something else. */
export type Interceptor = (call: Call, proceed: () => Promise<ApiResponse>) => Promise<ApiResponse>;

/** Thrown by an interceptor: the connection is closed without an answer. */
export class DroppedConnection extends Error {}

/** All calls in the order of arrival. */
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
  // S3 gets data of any type
  const type = service === 's3' ? '' : request.headers['content-type'] ?? '';
  const body = request.body.toString('utf8');
  if (type.includes('json')) {
    try {
      return JSON.parse(body || '{}') as Record<string, unknown>;
    } catch {
      return { body };
    }
  }
  if (type.startsWith('application/x-www-form-urlencoded')) { return Object.fromEntries(new URLSearchParams(body)); }
  return { method: request.method, path: request.path, ...Object.fromEntries(request.query) };
}

import type { ApiResponse, ServiceError } from '../core';
import { RestApi } from './rest';

const TYPE = { 'content-type': 'application/json' };

/** The AWS REST-JSON protocol. */
export class RestJsonApi<P> extends RestApi<P> {
  /** An error may have members of its own, as the service's model names them. */
  public error(error: ServiceError & { readonly members?: object }, requestId: string): ApiResponse {
    return {
      status: error.status,
      headers: { ...TYPE, 'x-amzn-errortype': error.code, 'x-amzn-requestid': requestId },
      body: JSON.stringify({ Type: error.status < 500 ? 'User' : 'Service', ...error.members ?? { Message: error.message } }),
    };
  }
}

export function jsonResponse(content: unknown, status = 200): ApiResponse {
  return { status, headers: TYPE, body: JSON.stringify(content) };
}

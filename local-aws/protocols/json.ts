/** The AWS JSON protocols 1.0 and 1.1: operation in X-Amz-Target, JSON both ways (personalize, ssm, logs, cloudtrail, states). */
import { NotSupportedError, ServiceError, type ApiRequest, type ApiResponse } from '../core';

/** The operation's name: what follows the last dot of X-Amz-Target. */
export function jsonOperation(request: ApiRequest): string {
  const target = request.headers['x-amz-target'];
  if (!target) {
    throw new NotSupportedError(`a JSON request without X-Amz-Target (${request.method} ${request.path})`);
  }
  return target.slice(target.lastIndexOf('.') + 1);
}

/** The request's parameters. */
export function jsonParameters(request: ApiRequest): Record<string, unknown> {
  const text = request.body.toString('utf8');
  let parsed: unknown;
  try {
    parsed = text === '' ? {} : JSON.parse(text);
  } catch {
    throw new ServiceError('SerializationException', 'The request body is not JSON');
  }
  if (parsed === null || typeof parsed !== 'object' || Array.isArray(parsed)) {
    throw new ServiceError('SerializationException', 'The request body is not a JSON object');
  }
  return parsed as Record<string, unknown>;
}

/** Timestamps must be passed as epoch seconds: JSON leaves no other way to tell them apart. */
export function jsonResponse(result: object): ApiResponse {
  return { status: 200, headers: { 'content-type': 'application/x-amz-json-1.1' }, body: JSON.stringify(result) };
}

/** IAM's refusal is called differently here than in the XML protocols. */
export function jsonError(error: ServiceError, requestId: string): ApiResponse {
  const denied = error.code === 'AccessDenied';
  const code = denied ? 'AccessDeniedException' : error.code;
  return {
    status: denied ? 400 : error.status,
    headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amzn-errortype': code, 'x-amzn-requestid': requestId },
    body: JSON.stringify({ __type: code, message: error.message }),
  };
}

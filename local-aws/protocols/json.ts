import { NotSupportedError, ServiceError, found, type ApiRequest, type ApiResponse } from '../core';
import { ServiceModel } from './model';
import { Protocol, type Operation } from './protocol';
import { withUnknownMembers } from './unknown-members';

const CONTENT_TYPE = 'application/x-amz-json-1.1';

/** The AWS JSON protocols 1.0 and 1.1: JSON in both directions, the operation in X-Amz-Target. Times are seconds since the epoch. */
export class JsonApi extends Protocol<Record<string, unknown>, object> {
  private readonly model: ServiceModel;

  /** `client`: everything that the package of the service's SDK client exports */
  constructor(signingName: string, client: object, operations: Readonly<Record<string, Operation<Record<string, unknown>, object>>>) {
    super(signingName, operations);
    this.model = new ServiceModel(client);
  }

  /** What follows the last dot of X-Amz-Target. */
  public operation({ headers, method, path }: ApiRequest): string {
    const target = found(headers['x-amz-target'], () => new NotSupportedError(`a JSON request without X-Amz-Target (${method} ${path})`));
    return target.slice(target.lastIndexOf('.') + 1);
  }

  public error(error: ServiceError, requestId: string): ApiResponse {
    return jsonError(error, requestId);
  }

  protected withUnknownMembers(result: object): object {
    return withUnknownMembers(result);
  }

  protected parameters({ body }: ApiRequest, operation: string): Record<string, unknown> {
    const text = body.toString('utf8');
    let parsed: unknown;
    try {
      parsed = text === '' ? {} : JSON.parse(text, (_, member: unknown) => member ?? undefined); // null is absent
    } catch {
      throw new ServiceError('SerializationException', 'The request body is not JSON');
    }
    if (parsed === null || typeof parsed !== 'object' || Array.isArray(parsed)) {
      throw new ServiceError('SerializationException', 'The request body is not a JSON object');
    }
    this.model.check(operation, parsed, { missing: 'ValidationException', mistyped: 'SerializationException' });
    return parsed as Record<string, unknown>;
  }

  protected response(_operation: string, result: object): ApiResponse {
    return { status: 200, headers: { 'content-type': CONTENT_TYPE }, body: JSON.stringify(result) };
  }
}

/** The JSON protocols have another name for IAM's AccessDenied. */
export function jsonError(error: ServiceError, requestId: string): ApiResponse {
  const denied = error.code === 'AccessDenied';
  const code = denied ? 'AccessDeniedException' : error.code;
  return {
    status: denied ? 400 : error.status,
    headers: { 'content-type': CONTENT_TYPE, 'x-amzn-errortype': code, 'x-amzn-requestid': requestId },
    body: JSON.stringify({ __type: code, message: error.message }),
  };
}

/** The AWS query protocol: form-encoded parameters in, XML out (cloudformation, sts). */
import { XMLBuilder } from 'fast-xml-parser';
import { NotSupportedError, type ApiRequest, type ApiResponse, type ServiceError } from '../core';

const builder = new XMLBuilder({ ignoreAttributes: false, attributeNamePrefix: '@', suppressEmptyNode: false });

/** The parameters flat, with the dotted names they were sent under (`Parameters.member.1.ParameterKey`). */
export function queryParameters(request: ApiRequest): Record<string, string> {
  const form = new URLSearchParams(request.body.toString('utf8'));
  return Object.fromEntries([...request.query, ...form]);
}

/** The operation's name: the `Action` parameter. */
export function queryOperation(request: ApiRequest): string {
  const action = queryParameters(request).Action;
  if (!action) {
    throw new NotSupportedError(`a query request without Action (${request.method} ${request.path})`);
  }
  return action;
}

/** The values of a list: `Capabilities.member.1`, `Capabilities.member.2` … in order. */
export function queryMembers(parameters: Record<string, string>, prefix: string): string[] {
  const values: string[] = [];
  for (let index = 1; ; index++) {
    const value = parameters[`${prefix}.member.${index}`];
    if (value === undefined) {
      return values;
    }
    values.push(value);
  }
}

/** `<XResponse><XResult>…</XResult><ResponseMetadata>…`; arrays become `<member>` lists, undefined members are left out. */
export function queryResponse(operation: string, result: object, requestId: string, namespace: string): ApiResponse {
  return xml(200, {
    [`${operation}Response`]: {
      '@xmlns': namespace,
      [`${operation}Result`]: members(result),
      'ResponseMetadata': { RequestId: requestId },
    },
  });
}

export function queryError(error: ServiceError, requestId: string, namespace: string): ApiResponse {
  return xml(error.status, {
    ErrorResponse: {
      '@xmlns': namespace,
      'Error': { Type: error.status < 500 ? 'Sender' : 'Receiver', Code: errorCode(error), Message: error.message },
      'RequestId': requestId,
    },
  });
}

/** Services of this protocol call an unknown access key by another name. */
function errorCode({ code }: ServiceError): string {
  return code === 'UnrecognizedClientException' ? 'InvalidClientTokenId' : code;
}

/** Arrays as the query protocol writes them; dates as ISO 8601. */
function members(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.length > 0 ? { member: value.map(members) } : '';
  }
  if (value instanceof Date) {
    return value.toISOString();
  }
  if (value !== null && typeof value === 'object') {
    return Object.fromEntries(Object.entries(value)
      .filter(([, member]) => member !== undefined && member !== null)
      .map(([name, member]) => [name, members(member)]));
  }
  return typeof value === 'string' ? value : String(value);
}

function xml(status: number, document: object): ApiResponse {
  return { status, headers: { 'content-type': 'text/xml' }, body: `<?xml version="1.0" encoding="UTF-8"?>\n${builder.build(document)}` };
}

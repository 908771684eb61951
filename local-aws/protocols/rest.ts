import { NotSupportedError, found, type ApiRequest, type ApiResponse, type ServiceError } from '../core';
import { Protocol, type Operation } from './protocol';
import { xmlResponse } from './xml';

const JSON_TYPE = { 'content-type': 'application/json' };

/** The operation that a request asks for, and the parameters that its path names; undefined if there is none. */
export type Route<P> = (request: ApiRequest) => { readonly operation: string | undefined; readonly parameters: P } | undefined;

/** What the REST protocols share: no operation has its name on the wire. */
abstract class RestApi<P> extends Protocol<P, ApiResponse> {
  constructor(signingName: string, private readonly route: Route<P>, operations: Readonly<Record<string, Operation<P, ApiResponse>>>) {
    super(signingName, operations);
  }

  public operation(request: ApiRequest): string {
    return found(this.route(request)?.operation, () => (
      new NotSupportedError(`the ${this.signingName} request ${request.method} ${request.path}?${request.query}`)));
  }

  protected parameters(request: ApiRequest): P {
    return this.route(request)!.parameters;
  }

  protected response(_operation: string, result: ApiResponse): ApiResponse {
    return result;
  }
}

/** The AWS REST-JSON protocol. */
export class RestJsonApi<P> extends RestApi<P> {
  /** An error may have members of its own, as the service's model names them. */
  public error(error: ServiceError & { readonly members?: object }, requestId: string): ApiResponse {
    return {
      status: error.status,
      headers: { ...JSON_TYPE, 'x-amzn-errortype': error.code, 'x-amzn-requestid': requestId },
      body: JSON.stringify({ Type: error.status < 500 ? 'User' : 'Service', ...error.members ?? { Message: error.message } }),
    };
  }
}

export function jsonResponse(content: unknown, status = 200): ApiResponse {
  return { status, headers: JSON_TYPE, body: JSON.stringify(content) };
}

/** The AWS REST-XML protocol, as S3 has it. */
export class RestXmlApi<P> extends RestApi<P> {
  protected withUnknownMembers(result: ApiResponse): ApiResponse {
    const isXml = result.headers?.['content-type'] === 'application/xml';
    return isXml ? { ...result, body: String(result.body).replace(/<\/\w+>$/, '<LocalAwsUnknown>nobody knows</LocalAwsUnknown>$&') } : result;
  }

  public error(error: ServiceError, requestId: string): ApiResponse {
    return restXmlError(error, requestId);
  }
}

export function restXmlResponse(root: string, content: object | string): ApiResponse {
  const element = typeof content === 'string' ? { '#text': content } : content;
  return xmlResponse(200, 'application/xml', { [root]: { '@xmlns': 'http://s3.amazonaws.com/doc/2006-03-01/', ...element } });
}

export function restXmlError(error: ServiceError, requestId: string): ApiResponse {
  // S3 has another name for an unknown access key
  const code = error.code === 'UnrecognizedClientException' ? 'InvalidAccessKeyId' : error.code;
  return xmlResponse(error.status, 'application/xml', { Error: { Code: code, Message: error.message, RequestId: requestId } });
}

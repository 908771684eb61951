import type { ApiResponse, ServiceError } from '../core';
import { RestApi } from './rest';
import { xmlResponse } from './xml';

/** The AWS REST-XML protocol, as S3 has it. */
export class RestXmlApi<P> extends RestApi<P> {
  public error(error: ServiceError, requestId: string): ApiResponse {
    return restXmlError(error, requestId);
  }
}

export function restXmlResponse(root: string, content: object | string, namespace = 'http://s3.amazonaws.com/doc/2006-03-01/'): ApiResponse {
  const element = typeof content === 'string' ? { '#text': content } : content;
  return xmlResponse(200, 'application/xml', { [root]: { '@xmlns': namespace, ...element } });
}

export function restXmlError(error: ServiceError, requestId: string): ApiResponse {
  // S3 has another name for an unknown access key
  const code = error.code === 'UnrecognizedClientException' ? 'InvalidAccessKeyId' : error.code;
  return xmlResponse(error.status, 'application/xml', { Error: { Code: code, Message: error.message, RequestId: requestId } });
}

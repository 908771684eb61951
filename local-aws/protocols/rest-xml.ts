/** The REST-XML protocol of S3: the operation is in method, path and query; XML comes back. */
import { XMLBuilder } from 'fast-xml-parser';
import type { ApiResponse, ServiceError } from '../core';

const builder = new XMLBuilder({ ignoreAttributes: false, attributeNamePrefix: '@', suppressEmptyNode: false });

/** A list becomes repeated elements of its name. */
export function restXmlResponse(root: string, content: object | string, namespace = 'http://s3.amazonaws.com/doc/2006-03-01/'): ApiResponse {
  const element = typeof content === 'string' ? { '@xmlns': namespace, '#text': content } : { '@xmlns': namespace, ...content };
  return xml(200, { [root]: element });
}

export function restXmlError(error: ServiceError, requestId: string): ApiResponse {
  const code = error.code === 'UnrecognizedClientException' ? 'InvalidAccessKeyId' : error.code;
  return xml(error.status, { Error: { Code: code, Message: error.message, RequestId: requestId } });
}

function xml(status: number, document: object): ApiResponse {
  return { status, headers: { 'content-type': 'application/xml' }, body: `<?xml version="1.0" encoding="UTF-8"?>\n${builder.build(document)}` };
}

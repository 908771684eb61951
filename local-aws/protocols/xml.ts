import { XMLBuilder } from 'fast-xml-parser';
import type { ApiResponse } from '../core';

const builder = new XMLBuilder({ ignoreAttributes: false, attributeNamePrefix: '@', suppressEmptyNode: false });

/** An array becomes repeated elements of its name. */
export function xmlResponse(status: number, type: 'text/xml' | 'application/xml', document: object): ApiResponse {
  return { status, headers: { 'content-type': type }, body: `<?xml version="1.0" encoding="UTF-8"?>\n${builder.build(document)}` };
}

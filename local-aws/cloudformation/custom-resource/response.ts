import { isBeyond, sizeOf } from '../../quotas';
import type { CustomResourceRequest } from '../../wire';

/** What CloudFormation makes of a response. */
export type Verdict =
  | { readonly success: true; readonly physicalId: string; readonly data: Record<string, unknown> }
  | { readonly success: false; readonly physicalId?: string; readonly reason: string };

export function judge(body: string, request: CustomResourceRequest): Verdict {
  if (isBeyond('customResourceResponse', sizeOf('customResourceResponse', body))) { return failed('Response object is too long.'); }
  let response: Record<string, unknown>;
  try {
    response = JSON.parse(body);
  } catch {
    return failed('Response is not valid JSON');
  }
  const foreign = (['StackId', 'RequestId', 'LogicalResourceId'] as const).find(key => response[key] !== request[key]);
  if (foreign) { return failed(`Invalid response: ${foreign} does not match the request`); }
  const physicalId = typeof response.PhysicalResourceId === 'string' && response.PhysicalResourceId !== '' ? response.PhysicalResourceId : undefined;
  if (response.Status === 'FAILED') {
    const reason = `Received response status [FAILED] from custom resource. Message returned: ${String(response.Reason)} (RequestId: ${request.RequestId})`;
    return { success: false, physicalId, reason };
  }
  if (response.Status !== 'SUCCESS') { return failed('Invalid response: Status is neither SUCCESS nor FAILED'); }
  if (physicalId === undefined || isBeyond('customResourceId', sizeOf('customResourceId', physicalId))) { return failed('Invalid PhysicalResourceId'); }
  return { success: true, physicalId, data: (response.Data ?? {}) as Record<string, unknown> };
}

function failed(reason: string): Verdict {
  return { success: false, reason };
}

import { NotSupportedError, type ApiRequest, type ApiResponse, type Service, type ServiceError } from '../../core';
import { jsonError, jsonOperation, jsonResponse } from '../../protocols/json';

/** The CDK CLI looks here for explanations of a failed deployment; real trails lag behind by minutes, so there are none. */
export class CloudTrailService implements Service {
  public readonly signingName = 'cloudtrail';

  public operation(request: ApiRequest): string {
    return jsonOperation(request);
  }

  public async handle(operation: string): Promise<ApiResponse> {
    if (operation !== 'LookupEvents') {
      throw new NotSupportedError(`cloudtrail ${operation}`);
    }
    return jsonResponse({ Events: [] });
  }

  public error(error: ServiceError, requestId: string): ApiResponse {
    return jsonError(error, requestId);
  }
}

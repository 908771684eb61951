import { ACCOUNT, NotSupportedError, ServiceError, type ApiRequest, type ApiResponse, type Clock, type Iam, type Service, type Ssm } from '../../core';
import { jsonError, jsonOperation, jsonParameters, jsonResponse } from '../../protocols/json';
import { principalOf } from '../iam/principal';

/** Parameter Store; its API only reads. */
export class SsmService implements Service, Ssm {
  public readonly signingName = 'ssm';
  private readonly parameters = new Map<string, string>();

  constructor(private readonly iam: Iam, private readonly clock: Clock) {}

  public createParameter(name: string, value: string): void {
    if (this.parameters.has(name)) {
      throw new ServiceError('ParameterAlreadyExists', 'The parameter already exists. To overwrite this value, set the overwrite option in the request to true.');
    }
    this.parameters.set(name, value);
  }

  public setParameter(name: string, value: string): void {
    this.parameters.set(name, value);
  }

  public deleteParameter(name: string): void {
    if (!this.parameters.delete(name)) {
      throw new ServiceError('ParameterNotFound', '');
    }
  }

  public parameter(name: string): string | undefined {
    return this.parameters.get(name);
  }

  public operation(request: ApiRequest): string {
    return jsonOperation(request);
  }

  public async handle(operation: string, request: ApiRequest): Promise<ApiResponse> {
    if (operation !== 'GetParameter') {
      throw new NotSupportedError(`ssm ${operation}`);
    }
    const name = String(jsonParameters(request).Name);
    const arn = `arn:aws:ssm:${request.region}:${ACCOUNT}:parameter/${name.replace(/^\//, '')}`;
    await this.iam.authorize({ principal: principalOf(request.caller), action: 'ssm:GetParameter', resource: arn });
    const value = this.parameters.get(name);
    if (value === undefined) {
      throw new ServiceError('ParameterNotFound', '');
    }
    return jsonResponse({
      Parameter: { Name: name, Type: 'String', Value: value, Version: 1, ARN: arn, DataType: 'text', LastModifiedDate: this.clock.origin / 1000 },
    });
  }

  public error(error: ServiceError, requestId: string): ApiResponse {
    return jsonError(error, requestId);
  }
}

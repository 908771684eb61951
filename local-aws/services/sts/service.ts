import { NotSupportedError, ServiceError, type ApiRequest, type ApiResponse, type Iam, type Service } from '../../core';
import { queryError, queryOperation, queryParameters, queryResponse } from '../../protocols/query';
import { principalOf } from '../iam/principal';

const NAMESPACE = 'https://sts.amazonaws.com/doc/2011-06-15/';

/** Who am I, and becoming somebody else. */
export class StsService implements Service {
  public readonly signingName = 'sts';

  constructor(private readonly iam: Iam) {}

  public operation(request: ApiRequest): string {
    return queryOperation(request);
  }

  public async handle(operation: string, request: ApiRequest): Promise<ApiResponse> {
    switch (operation) {
      case 'GetCallerIdentity': {
        const { arn, account, accessKeyId } = request.caller;
        return queryResponse(operation, { Arn: arn, UserId: accessKeyId, Account: account }, 'sts', NAMESPACE);
      }
      case 'AssumeRole': return this.assumeRole(request);
      default: throw new NotSupportedError(`sts ${operation}`);
    }
  }

  public error(error: ServiceError, requestId: string): ApiResponse {
    return queryError(error, requestId, NAMESPACE);
  }

  private async assumeRole(request: ApiRequest): Promise<ApiResponse> {
    const parameters = queryParameters(request);
    const known = ['Action', 'Version', 'RoleArn', 'RoleSessionName', 'ExternalId', 'DurationSeconds'];
    const unknown = Object.keys(parameters).filter(name => !known.includes(name));
    if (unknown.length > 0) {
      throw new NotSupportedError(`sts AssumeRole with ${unknown.join(', ')}`);
    }
    const { RoleArn, RoleSessionName, ExternalId } = parameters;
    if (!RoleArn || !RoleSessionName) {
      throw new ServiceError('ValidationError', 'RoleArn and RoleSessionName are required');
    }
    const credentials = await this.iam.assumeRole({
      roleArn: RoleArn,
      sessionName: RoleSessionName,
      principal: principalOf(request.caller),
      ...(ExternalId && { context: { 'sts:ExternalId': ExternalId } }),
    });
    return queryResponse('AssumeRole', {
      Credentials: {
        AccessKeyId: credentials.accessKeyId,
        SecretAccessKey: credentials.secretAccessKey,
        SessionToken: credentials.sessionToken,
        Expiration: credentials.expiration,
      },
      AssumedRoleUser: { Arn: credentials.caller.arn, AssumedRoleId: `${credentials.accessKeyId}:${RoleSessionName}` },
    }, 'sts', NAMESPACE);
  }
}

import { NotSupportedError, found, type ApiRequest, type ApiResponse, type ServiceError } from '../core';
import { ServiceModel } from './model';
import { Protocol, type Operation } from './protocol';
import { QueryParameters } from './query-parameters';
import { structureOf } from './query-structure';
import { withUnknownMembers } from './unknown-members';
import { xmlResponse } from './xml';

/** The AWS query protocol: form-encoded parameters in, XML out. */
export class QueryApi extends Protocol<QueryParameters, object> {
  private readonly model: ServiceModel;

  /** `client`: everything that the package of the service's SDK client exports */
  constructor(
    signingName: string, client: object, private readonly namespace: string, operations: Readonly<Record<string, Operation<QueryParameters, object>>>,
  ) {
    super(signingName, operations);
    this.model = new ServiceModel(client);
  }

  public operation(request: ApiRequest): string {
    return found(values(request).Action, () => new NotSupportedError(`a query request without Action (${request.method} ${request.path})`));
  }

  public error(error: ServiceError, requestId: string): ApiResponse {
    return queryError(error, requestId, this.namespace);
  }

  protected withUnknownMembers(result: object): object {
    return withUnknownMembers(result);
  }

  protected parameters(request: ApiRequest, operation: string): QueryParameters {
    const { Action: _action, Version: _version, ...given } = values(request);
    this.model.check(operation, structureOf(this.model.input(operation), given), { missing: 'ValidationError', mistyped: 'ValidationError' });
    return new QueryParameters(`${this.signingName} ${operation}`, given);
  }

  /** `<XResponse><XResult>…</XResult><ResponseMetadata>…` */
  protected response(operation: string, result: object, parameters: QueryParameters, requestId: string): ApiResponse {
    parameters.refuseOthers();
    return xmlResponse(200, 'text/xml', {
      [`${operation}Response`]: {
        '@xmlns': this.namespace,
        [`${operation}Result`]: members(result),
        'ResponseMetadata': { RequestId: requestId },
      },
    });
  }
}

export function queryError(error: ServiceError, requestId: string, namespace: string): ApiResponse {
  return xmlResponse(error.status, 'text/xml', {
    ErrorResponse: {
      '@xmlns': namespace,
      'Error': {
        Type: error.status < 500 ? 'Sender' : 'Receiver',
        // the query protocol has another name for an unknown access key
        Code: error.code === 'UnrecognizedClientException' ? 'InvalidClientTokenId' : error.code,
        Message: error.message,
      },
      'RequestId': requestId,
    },
  });
}

function values({ query, body }: ApiRequest): Record<string, string> {
  return Object.fromEntries([...query, ...new URLSearchParams(body.toString('utf8'))]);
}

/** Arrays become `<member>` lists, dates ISO 8601; undefined members are left out. */
function members(value: unknown): unknown {
  if (Array.isArray(value)) { return value.length > 0 ? { member: value.map(members) } : ''; }
  if (value instanceof Date) { return value.toISOString(); }
  if (value !== null && typeof value === 'object') {
    return Object.fromEntries(Object.entries(value)
      .filter(([, member]) => member !== undefined && member !== null)
      .map(([name, member]) => [name, members(member)]));
  }
  return String(value);
}

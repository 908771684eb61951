import { NotSupportedError, found, type ApiRequest, type ApiResponse } from '../core';
import { Protocol, type Operation } from './protocol';

/** The operation that a request asks for, and the parameters that its path names; undefined if there is none. */
export type Route<P> = (request: ApiRequest) => { readonly operation: string | undefined; readonly parameters: P } | undefined;

/** What the REST protocols share: no operation has its name on the wire. */
export abstract class RestApi<P> extends Protocol<P, ApiResponse> {
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

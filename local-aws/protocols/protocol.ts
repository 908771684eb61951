import { NotSupportedError, type Api, type ApiRequest, type ApiResponse, type ServiceError } from '../core';
import { principalOf, type AuthorizationRequest, type Principal } from '../services/iam/authorization';
import type { World } from '../world';

/** A call of an operation. */
export interface Call<P> {
  readonly parameters: P;
  readonly request: ApiRequest;
  /** the caller, for IAM decisions */
  readonly principal: Principal;
  /** Throws AccessDenied unless the caller may do this, by default the action named like the operation, on the resource. */
  readonly authorize: (resource: string, more?: Partial<AuthorizationRequest>) => Promise<void>;
}

export type Operation<P, R> = (call: Call<P>, world: World) => Promise<R>;

/** An API: finds out what a request asks for, calls that operation, and writes its result the way the protocol does. */
export abstract class Protocol<P, R> implements Api {
  constructor(public readonly signingName: string, private readonly operations: Readonly<Record<string, Operation<P, R>>>) {}

  public async handle(operation: string, request: ApiRequest, world: World, requestId: string): Promise<ApiResponse> {
    if (!Object.hasOwn(this.operations, operation)) { throw new NotSupportedError(`${this.signingName} ${operation}`); }
    const principal = principalOf(request.caller);
    const call: Call<P> = {
      parameters: this.parameters(request, operation),
      request,
      principal,
      authorize: (resource, more) => world.iam.authorize({ principal, action: `${this.signingName}:${operation}`, resource, ...more }),
    };
    const result = await this.operations[operation](call, world);
    return this.response(operation, world.profile.unknownMembers ? this.withUnknownMembers(result) : result, call.parameters, requestId);
  }

  public abstract operation(request: ApiRequest): string;
  public abstract error(error: ServiceError, requestId: string): ApiResponse;
  protected abstract parameters(request: ApiRequest, operation: string): P;
  /** What clients must ignore, where the protocol has a place for it. */
  protected withUnknownMembers(result: R): R {
    return result;
  }

  protected abstract response(operation: string, result: R, parameters: P, requestId: string): ApiResponse;
}

import { logGroupOf, type LambdaFunction } from './function';
import { NotSupportedError, type Api, type ApiResponse } from '../../core';
import type { Operation } from '../../protocols/protocol';
import { jsonResponse, RestJsonApi, type Route } from '../../protocols/rest';

interface PathParameters {
  readonly functionName: string;
}

const PATHS: readonly [method: string, pattern: RegExp, operation: string][] = [
  ['POST', /^\/2015-03-31\/functions\/(.+)\/invocations\/?$/, 'Invoke'],
  ['GET', /^\/2015-03-31\/functions\/(.+)\/configuration\/?$/, 'GetFunctionConfiguration'],
  ['GET', /^\/2015-03-31\/functions\/([^/]+)\/?$/, 'GetFunction'],
];

const route: Route<PathParameters> = ({ method, path }) => {
  for (const [pathMethod, pattern, operation] of PATHS) {
    const match = method === pathMethod && pattern.exec(path);
    if (match) { return { operation, parameters: { functionName: match[1] } }; }
  }
  return undefined;
};

/** An operation that describes a function. */
function describing(result: (configuration: object) => object): Operation<PathParameters, ApiResponse> {
  return async ({ parameters, authorize }, { lambda }) => {
    const fn = lambda.get(parameters.functionName);
    await authorize(fn.arn);
    return jsonResponse(result(describe(fn)));
  };
}

export const lambdaApi: Api = new RestJsonApi<PathParameters>('lambda', route, {
  Invoke: async ({ parameters: { functionName }, request: { headers, body, caller: { accessKeyId } }, principal }, { lambda }) => {
    const invocation = { functionName, payload: body.toString('utf8') || '{}', principal, accessKeyId };
    const type = headers['x-amz-invocation-type'] ?? 'RequestResponse';
    switch (type) {
      case 'Event':
        await lambda.invokeAsync(invocation);
        return { status: 202 };
      case 'RequestResponse': {
        const { payload, functionError } = await lambda.invoke(invocation);
        return {
          status: 200,
          headers: {
            'content-type': 'application/json', 'x-amz-executed-version': '$LATEST', ...functionError && { 'x-amz-function-error': functionError },
          },
          body: payload,
        };
      }
      default:
        throw new NotSupportedError(`the Lambda invocation type ${type}`);
    }
  },

  GetFunction: describing(configuration => ({ Configuration: configuration, Code: { RepositoryType: 'S3' } })),
  GetFunctionConfiguration: describing(configuration => configuration),
});

function describe({ arn, configuration, lastModified, revision }: LambdaFunction): object {
  return {
    FunctionName: configuration.functionName,
    FunctionArn: arn,
    Runtime: configuration.runtime,
    Role: configuration.roleArn,
    Handler: configuration.handler,
    Description: configuration.description ?? '',
    Timeout: configuration.timeoutSeconds,
    MemorySize: configuration.memorySize,
    LastModified: lastModified.toISOString(),
    Version: '$LATEST',
    Environment: { Variables: configuration.environment },
    RevisionId: String(revision),
    State: 'Active',
    LastUpdateStatus: 'Successful',
    PackageType: 'Zip',
    LoggingConfig: { LogFormat: configuration.logging.format, LogGroup: logGroupOf(configuration) },
  };
}

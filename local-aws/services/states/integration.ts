import * as eventBridge from '@aws-sdk/client-eventbridge';
import * as glue from '@aws-sdk/client-glue';
import * as personalize from '@aws-sdk/client-personalize';
import * as s3 from '@aws-sdk/client-s3';
import * as sfn from '@aws-sdk/client-sfn';
import { StateFailure } from './failures';
import { NotSupportedError } from '../../core';
import { ServiceModel, problemsOf } from '../../protocols/model';
import type { Credentials } from '../iam/credentials';

/** How Step Functions calls a service and names its errors. */
interface ServiceApi {
  readonly model: ServiceModel;
  readonly signingName: string;
  readonly targetPrefix: string;
  /** of the names of errors */
  readonly errorPrefix: string;
  /** The API's members begin with a lower-case letter; those in state machines never do. */
  readonly lowerCase: boolean;
  /** the errors in the service's model; any other is named by the prefix and `Exception` */
  readonly modelledErrors: readonly string[];
}

const SERVICES: Readonly<Record<string, ServiceApi>> = {
  personalize: {
    model: new ServiceModel(personalize),
    signingName: 'personalize',
    targetPrefix: 'AmazonPersonalize',
    errorPrefix: 'Personalize',
    lowerCase: true,
    modelledErrors: ['InvalidInput', 'InvalidNextToken', 'LimitExceeded', 'ResourceAlreadyExists', 'ResourceInUse', 'ResourceNotFound', 'TooManyTags'],
  },
  glue: {
    model: new ServiceModel(glue),
    signingName: 'glue',
    targetPrefix: 'AWSGlue',
    errorPrefix: 'Glue',
    lowerCase: false,
    modelledErrors: [
      'AccessDenied', 'AlreadyExists', 'EntityNotFound', 'GlueEncryption', 'InternalService', 'InvalidInput', 'OperationTimeout',
      'ResourceNumberLimitExceeded',
    ],
  },
  s3: {
    model: new ServiceModel(s3),
    signingName: 's3',
    targetPrefix: '',
    errorPrefix: 'S3',
    lowerCase: false,
    modelledErrors: ['NoSuchBucket', 'NoSuchKey'],
  },
  sfn: {
    model: new ServiceModel(sfn),
    signingName: 'states',
    targetPrefix: 'AWSStepFunctions',
    errorPrefix: 'Sfn',
    lowerCase: true,
    modelledErrors: ['ResourceNotFound', 'InvalidArn'],
  },
};
const EVENTS: ServiceApi = {
  model: new ServiceModel(eventBridge),
  signingName: 'events',
  targetPrefix: 'AWSEvents',
  errorPrefix: 'EventBridge',
  lowerCase: false,
  modelledErrors: ['InternalException'],
};

const SDK_INTEGRATION = /^arn:aws:states:::aws-sdk:([a-z0-9]+):([a-zA-Z0-9]+)$/;
const PUT_EVENTS = 'arn:aws:states:::events:putEvents';

export function isIntegration(resource: string): boolean {
  return resource === PUT_EVENTS || SERVICES[SDK_INTEGRATION.exec(resource)?.[1] ?? ''] !== undefined;
}

/**
 * What Step Functions would refuse a task's parameters for; undefined if they are fine. Values that come from paths are checked by the service.
 * When Step Functions looks at them, at creation or only in the execution, is not documented.
 *
 * @see https://docs.aws.amazon.com/step-functions/latest/dg/connect-parameters.html
 */
export function problemOfParameters(resource: string, parameters: unknown): string | undefined {
  const [, service, action = 'putEvents'] = SDK_INTEGRATION.exec(resource) ?? [];
  const { model, lowerCase } = SERVICES[service] ?? EVENTS;
  const given = withoutPaths(parameters);
  const problem = [...problemsOf(model.input(firstLetter(action, 'toUpperCase')), lowerCase ? members(given) : given)].find(({ kind }) => kind !== 'mistyped');
  if (!problem) { return undefined; }
  const path = problem.path.split('.').map(name => lowerCase ? otherCase(name) : name).join('.');
  return `The field "${path}" ${problem.kind === 'unknown' ? 'is not supported by Step Functions' : 'is required but was missing'}`;
}

/** Names end with `.$` where the value is a path. */
function withoutPaths(value: unknown): unknown {
  if (Array.isArray(value)) { return value.map(withoutPaths); }
  if (value === null || typeof value !== 'object') { return value; }
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name.replace(/\.\$$/, ''), withoutPaths(member)]));
}

/** Calls a service over HTTP, as a session of the state machine's role. */
export async function callService(endpoint: string, region: string, credentials: Credentials, resource: string, input: unknown): Promise<unknown> {
  if (resource === PUT_EVENTS) { return putEvents(endpoint, region, credentials, input as { Entries: { Detail?: unknown }[] }); }
  const [, service, action] = SDK_INTEGRATION.exec(resource)!;
  const api = SERVICES[service];
  if (service === 's3') { return callS3(endpoint, region, credentials, firstLetter(action, 'toUpperCase'), input); }
  const parameters = api.lowerCase ? members(input) : input;
  const answer = await call(api, endpoint, region, credentials, firstLetter(action, 'toUpperCase'), parameters);
  return api.lowerCase ? isoTimes(members(answer)) : answer;
}

/** The optimized integration takes details as objects, and fails if an event is refused. */
async function putEvents(
  endpoint: string, region: string, credentials: Credentials, { Entries }: { Entries: { Detail?: unknown }[] },
): Promise<unknown> {
  const entries = Entries.map(entry => ({ ...entry, Detail: typeof entry.Detail === 'string' ? entry.Detail : JSON.stringify(entry.Detail) }));
  const answer = await call(EVENTS, endpoint, region, credentials, 'PutEvents', { Entries: entries }) as { FailedEntryCount: number };
  if (answer.FailedEntryCount > 0) { throw new StateFailure('EventBridge.FailedEntry', JSON.stringify(answer)); }
  return answer;
}

async function call(
  api: ServiceApi, endpoint: string, region: string, { accessKeyId, sessionToken }: Credentials, operation: string, parameters: unknown,
): Promise<unknown> {
  let response: Response;
  try {
    response = await fetch(endpoint, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-amz-json-1.1',
        'x-amz-target': `${api.targetPrefix}.${operation}`,
        'x-amz-security-token': sessionToken,
        // local AWS does not check signatures
        'authorization': `AWS4-HMAC-SHA256 Credential=${accessKeyId}/20260101/${region}/${api.signingName}/aws4_request, SignedHeaders=host, Signature=0`,
      },
      body: JSON.stringify(parameters),
    });
  } catch (error) {
    throw new StateFailure(`${api.errorPrefix}.SdkClientException`, (error as Error).message);
  }
  const answer = JSON.parse(await response.text()) as { __type?: string; message?: string };
  if (response.ok) { return answer; }
  const code = String(answer.__type);
  const name = api.modelledErrors.includes(code.replace(/Exception$/, '')) ? code : `${api.errorPrefix}Exception`;
  throw new StateFailure(`${api.errorPrefix}.${name}`, `${answer.message} (Service: ${api.errorPrefix}, Status Code: ${response.status})`);
}

/** S3 has no JSON protocol. The content of an object is a text. */
async function callS3(endpoint: string, region: string, credentials: Credentials, operation: string, input: unknown): Promise<unknown> {
  const send = S3_OPERATIONS[operation];
  if (send === undefined) { throw new NotSupportedError(`the S3 operation ${operation} in a state machine`); }
  const client = new s3.S3Client({ endpoint, region, credentials, maxAttempts: 1, forcePathStyle: true });
  try {
    const { $metadata: _, ...answer } = await send(client, input as never);
    return JSON.parse(JSON.stringify(answer));
  } catch (error) {
    const { name, message, $response } = error as s3.S3ServiceException;
    if ($response === undefined) { throw new StateFailure('S3.SdkClientException', message); }
    throw new StateFailure(
      `S3.${SERVICES.s3.modelledErrors.includes(name) ? `${name}Exception` : 'S3Exception'}`, `${message} (Service: S3, Status Code: ${$response.statusCode})`,
    );
  } finally {
    client.destroy();
  }
}

const S3_OPERATIONS: Readonly<Record<string, (client: s3.S3Client, input: never) => Promise<{ readonly $metadata: object }>>> = {
  ListObjectsV2: (client, input) => client.send(new s3.ListObjectsV2Command(input)),
  GetObject: async (client, input) => {
    const answer = await client.send(new s3.GetObjectCommand(input));
    return { ...answer, Body: await answer.Body!.transformToString() };
  },
};

/** All names in the other case: a name in the case that only the API knows becomes one that the API does not know. */
function members(value: unknown): unknown {
  if (Array.isArray(value)) { return value.map(members); }
  if (value === null || typeof value !== 'object') { return value; }
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [otherCase(name), members(member)]));
}

/** In answers, times are ISO 8601. */
function isoTimes(value: unknown): unknown {
  if (Array.isArray(value)) { return value.map(isoTimes); }
  if (value === null || typeof value !== 'object') { return value; }
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [
    name, name.endsWith('DateTime') && typeof member === 'number' ? new Date(member * 1000).toISOString() : isoTimes(member),
  ]));
}

function otherCase(name: string): string {
  return firstLetter(name, /^[a-z]/.test(name) ? 'toUpperCase' : 'toLowerCase');
}

function firstLetter(name: string, change: 'toLowerCase' | 'toUpperCase'): string {
  return name.charAt(0)[change]() + name.slice(1);
}

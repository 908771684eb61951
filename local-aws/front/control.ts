import type { ScaledClock } from '../clock';
import type { CustomResourceExchange } from '../cloudformation';
import { ServiceError, type ApiResponse, type Logs, type RecordedDecision } from '../core';
import type { Datasets } from '../services/personalize/datasets';
import type { PersonalizeService } from '../services/personalize/service';
import { changePersonalizeSettings } from '../services/personalize/settings';
import type { S3Store } from '../services/s3/store';
import type { EventRecord, ExecutionRecord, Fault, LambdaSettings, ObjectRecord, PersonalizeSettings, SeedRequest, StackRecord, WaitSignalRecord } from '../wire';
import type { CallLog } from './calls';
import type { Faults } from './faults';
import type { PlainHandler } from './front';
import { changeSettings } from './settings';

export const CONTROL_PREFIX = '/_local-aws/';

export interface Controlled {
  readonly clock: ScaledClock;
  readonly calls: CallLog;
  readonly decisions: () => readonly RecordedDecision[];
  readonly faults: Faults;
  readonly datasets: Datasets;
  readonly personalize: PersonalizeService;
  readonly lambdaSettings: () => LambdaSettings;
  readonly s3: S3Store;
  readonly logs: Logs;
  /** requests to custom resources and the answers */
  readonly exchanges: () => readonly CustomResourceExchange[];
  /** by name or ARN */
  readonly stack: (nameOrArn: string) => StackRecord | undefined;
  /** to handles of wait conditions */
  readonly waitSignals: () => readonly WaitSignalRecord[];
  readonly events: () => readonly EventRecord[];
  /** of all state machines */
  readonly executions: () => readonly ExecutionRecord[];
}

/** The control API: how tests look behind the services and arrange what happens. Plain JSON, no signatures. */
export function controlApi(parts: Controlled): PlainHandler {
  const routes: [method: string, path: RegExp, answer: (match: string[], body: () => unknown) => unknown][] = [
    ['GET', /^calls$/, () => parts.calls.records],
    ['GET', /^decisions$/, () => parts.decisions()],
    ['GET', /^custom-resources$/, () => parts.exchanges()],
    ['GET', /^stacks\/(.+)$/, ([nameOrArn]) => {
      const stack = parts.stack(nameOrArn);
      if (!stack) {
        throw new ServiceError('NoSuchStack', `There is no stack ${nameOrArn}`, 404);
      }
      return stack;
    }],
    ['GET', /^wait-signals$/, () => parts.waitSignals()],
    ['GET', /^events$/, () => parts.events()],
    ['GET', /^executions$/, () => parts.executions()],
    ['GET', /^personalize\/jobs$/, () => parts.personalize.jobs()],
    ['POST', /^personalize\/datasets$/, (_, body) => ({ datasetArn: parts.datasets.seed(body() as SeedRequest) })],
    ['GET', /^personalize\/settings$/, () => parts.personalize.settings],
    ['PUT', /^personalize\/settings$/, (_, body) => changePersonalizeSettings(parts.personalize.settings, body() as Partial<PersonalizeSettings>)],
    ['PUT', /^lambda\/settings$/, (_, body) => changeSettings(parts.lambdaSettings(), body() as Partial<LambdaSettings>)],
    ['GET', /^faults$/, () => parts.faults.remaining()],
    ['POST', /^faults$/, (_, body) => {
      for (const fault of [body()].flat() as Fault[]) {
        parts.faults.add(fault);
      }
      return parts.faults.remaining();
    }],
    ['DELETE', /^faults$/, () => {
      parts.faults.clear();
      return [];
    }],
    ['PUT', /^clock\/speed$/, (_, body) => {
      parts.clock.changeSpeed(body() as number);
      return body();
    }],
    ['POST', /^clock\/sleep$/, async (_, body) => {
      await parts.clock.sleep(body() as number * 1000);
      return body();
    }],
    ['GET', /^s3\/([^/]+)\/?$/, ([bucket]) => parts.s3.objects(bucket).map(({ key, body, kmsKeyArn }): ObjectRecord =>
      ({ key, size: body.length, kmsKeyArn }))],
    ['GET', /^s3\/([^/]+)\/(.+)$/s, ([bucket, key]) => {
      const object = parts.s3.getObject(bucket, key);
      if (!object) {
        throw new ServiceError('NoSuchKey', `There is no ${key} in ${bucket}`, 404);
      }
      return object.body;
    }],
    ['GET', /^logs\/(.+)$/, ([group]) => parts.logs.lines(group)],
  ];

  return async ({ method, path, body }): Promise<ApiResponse> => {
    const rest = path.slice(CONTROL_PREFIX.length);
    try {
      for (const [routeMethod, pattern, answer] of routes) {
        const match = routeMethod === method ? pattern.exec(rest) : null;
        if (match) {
          const result = await answer(match.slice(1), () => JSON.parse(body.toString('utf8')));
          return Buffer.isBuffer(result) ? { status: 200, body: result } : json(200, result);
        }
      }
      return json(404, { code: 'NoSuchRoute', message: `The control API has no ${method} ${path}` });
    } catch (error) {
      const { code, status } = error instanceof ServiceError ? error : { code: 'BadRequest', status: 400 };
      return json(status, { code, message: error instanceof Error ? error.message : String(error) });
    }
  };
}

function json(status: number, content: unknown): ApiResponse {
  return { status, headers: { 'content-type': 'application/json' }, body: JSON.stringify(content) };
}

import type { CallLog } from './calls';
import type { Faults } from './faults';
import type { TimeStop } from './time-stop';
import type { ScaledClock } from '../clock';
import { stackRecord } from '../cloudformation/descriptions';
import { ServiceError, found, type ApiRequest, type ApiResponse } from '../core';
import { jsonResponse } from '../protocols/rest';
import type { Fault, LambdaSettings, ObjectRecord, PersonalizeSettings, SeedRequest, StopAt } from '../wire';
import type { World } from '../world';

export const CONTROL_PREFIX = '/_local-aws/';

export type ControlApi = (request: Omit<ApiRequest, 'caller'>) => Promise<ApiResponse>;

/** The control API, to look behind the services and to arrange what happens. Plain JSON, not signed. */
export function controlApi(
  { iam, cloudformation, events, glue, states, personalize, lambda, s3, logs }: World,
  clock: ScaledClock, calls: CallLog, faults: Faults, timeStop: TimeStop,
): ControlApi {
  const routes: [method: string, path: RegExp, answer: (match: string[], body: () => unknown) => unknown][] = [
    ['GET', /^calls$/, () => calls.records],
    ['GET', /^decisions$/, () => iam.decisions],
    ['GET', /^custom-resources$/, () => cloudformation.customResourceExchanges],
    ['GET', /^stacks\/(.+)$/, ([nameOrArn]) => stackRecord(found(cloudformation.find(nameOrArn), () => notFound('NoSuchStack', `There is no stack ${nameOrArn}`)))],
    ['GET', /^events$/, () => events.events],
    ['GET', /^executions$/, () => states.executions],
    ['GET', /^personalize\/jobs$/, () => personalize.jobs()],
    ['GET', /^personalize\/import-jobs$/, () => personalize.importJobs()],
    ['POST', /^personalize\/datasets$/, (_, body) => ({ datasetArn: personalize.datasets.seed(body() as SeedRequest) })],
    ['GET', /^personalize\/settings$/, () => personalize.settings],
    ['PUT', /^personalize\/settings$/, (_, body) => {
      const change = body() as Partial<PersonalizeSettings>;
      return changeSettings(personalize.settings, { ...change, jobs: { ...personalize.settings.jobs, ...change.jobs } });
    }],
    ['PUT', /^lambda\/settings$/, (_, body) => changeSettings(lambda.settings, body() as Partial<LambdaSettings>)],
    ['GET', /^glue\/tables$/, () => glue.tables()],
    ['GET', /^faults$/, () => faults.remaining()],
    ['POST', /^faults$/, (_, body) => {
      [body()].flat().forEach(fault => faults.add(fault as Fault));
      return faults.remaining();
    }],
    ['DELETE', /^faults$/, () => {
      faults.clear();
      return [];
    }],
    ['PUT', /^clock\/speed$/, (_, body) => {
      clock.changeSpeed(body() as number);
      return body();
    }],
    ['POST', /^clock\/sleep$/, async (_, body) => {
      await clock.sleep(body() as number * 1000);
      return body();
    }],
    ['POST', /^clock\/stop$/, (_, body) => {
      timeStop.set(body() as StopAt);
      return body();
    }],
    ['GET', /^clock\/stop$/, async () => {
      await timeStop.reached();
      return {};
    }],
    ['DELETE', /^clock\/stop$/, () => {
      timeStop.clear();
      return {};
    }],
    ['GET', /^s3\/([^/]+)\/?$/, ([bucket]) => s3.objects(bucket).map(({ key, body, kmsKeyArn }): ObjectRecord => ({ key, size: body.length, kmsKeyArn }))],
    ['GET', /^s3\/([^/]+)\/(.+)$/s, ([bucket, key]) => found(s3.getObject(bucket, key), () => notFound('NoSuchKey', `There is no ${key} in ${bucket}`)).body],
    ['GET', /^logs\/(.+)$/, ([group]) => logs.lines(group)],
  ];

  return async ({ method, path, body }) => {
    const rest = path.slice(CONTROL_PREFIX.length);
    try {
      for (const [routeMethod, pattern, answer] of routes) {
        const match = routeMethod === method ? pattern.exec(rest) : null;
        if (match) {
          const result = await answer(match.slice(1), () => JSON.parse(body.toString('utf8')));
          return Buffer.isBuffer(result) ? { status: 200, body: result } : jsonResponse(result);
        }
      }
      throw notFound('NoSuchRoute', `The control API has no ${method} ${path}`);
    } catch (error) {
      const { code, status } = error instanceof ServiceError ? error : { code: 'BadRequest', status: 400 };
      return jsonResponse({ code, message: error instanceof Error ? error.message : String(error) }, status);
    }
  };
}

function notFound(code: string, message: string): ServiceError {
  return new ServiceError(code, message, 404);
}

/** Changes only the named settings. A misspelled one is refused. */
function changeSettings<T extends object>(settings: T, change: Partial<T>): T {
  const unknown = Object.keys(change).filter(name => !(name in settings));
  if (unknown.length > 0) { throw new ServiceError('InvalidSettings', `There is no setting ${unknown.join(', ')}`); }
  return Object.assign(settings, change);
}

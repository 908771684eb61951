import type { WaitHandles } from './wait-handles';
import { Cancelled, NothingDone, ResourceFailure, type Properties, type ResourceType } from '../resources/resource-type';

const MOST_SECONDS = 43_200;

export function waitConditionHandle(handles: WaitHandles): ResourceType {
  return {
    properties: {},
    async create(_, { stack, logicalId }) {
      return { physicalId: await handles.open(stack, logicalId) };
    },
    update: () => notUpdated('AWS::CloudFormation::WaitConditionHandle'),
    delete: ({ physicalId }) => handles.close(physicalId),
  };
}

/** Holds the deployment until signals came. It is not eager: the other resources are made while it waits. */
export function waitCondition(handles: WaitHandles): ResourceType {
  return {
    properties: { Handle: 'update', Timeout: 'update', Count: 'update' },
    required: ['Handle', 'Timeout'],
    async create(properties, { world, stack, logicalId, signal }) {
      const handle = handles.find(String(properties.Handle));
      if (!handle) {
        throw new NothingDone(`Handle ${String(properties.Handle)} is not a wait condition handle`);
      }
      const seconds = whole(properties, 'Timeout', 0, MOST_SECONDS);
      const count = whole({ Count: 1, ...properties }, 'Count', 1, Infinity);
      const physicalId = `${stack.id}/${logicalId}`;
      const calledOff = new Promise<void>(resolve => {
        signal.addEventListener('abort', () => resolve(), { once: true });
        if (signal.aborted) {resolve();}
      });
      const { successes, failure } = await handle.listen(count, Promise.race([world.clock.sleep(seconds * 1000), calledOff]));
      if (failure) {
        throw new ResourceFailure(`WaitCondition received failed message: '${failure.Reason}' for uniqueId: ${failure.UniqueId}`, physicalId);
      }
      if (successes.length < count) {
        throw signal.aborted ? new Cancelled(physicalId)
          : new ResourceFailure(`WaitCondition timed out. Received ${successes.length} conditions when expecting ${count}`, physicalId);
      }
      return { physicalId, attributes: { Data: JSON.stringify(Object.fromEntries(successes.map(({ UniqueId, Data }) => [UniqueId, Data]))) } };
    },
    update: () => notUpdated('AWS::CloudFormation::WaitCondition'),
    delete: () => undefined,
  };
}

function notUpdated(type: string): never {
  throw new NothingDone(`Update to resource type ${type} is not supported.`);
}

function whole(properties: Properties, name: string, least: number, most: number): number {
  const value = Number(properties[name]);
  if (!(Number.isInteger(value) && value >= least && value <= most)) {
    throw new NothingDone(`Value of property ${name} must be a whole number from ${least}${most === Infinity ? '' : ` to ${most}`}: ${String(properties[name])}`);
  }
  return value;
}

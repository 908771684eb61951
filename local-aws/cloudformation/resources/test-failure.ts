import { Cancelled, type Properties, type ResourceContext, type ResourceType } from './resource-type';
import { isTrue } from './values';
import { physicalName } from '../engine/names';

/**
 * `LocalAws::Test::Failure` fails when it is told to, so that tests can see rollbacks: on create (unless OnCreate is false), on
 * update (with OnUpdate), on delete (with OnDelete), AfterSeconds later. It does not wait in line behind custom resources.
 */
export const testFailure: ResourceType = {
  properties: { Message: 'update', AfterSeconds: 'update', OnCreate: 'update', OnUpdate: 'update', OnDelete: 'update', Revision: 'update' },
  eager: true,
  async create(properties, context) {
    await failOr(properties.OnCreate === undefined || isTrue(properties.OnCreate), properties, context);
    return { physicalId: physicalName(context.stack.name, context.logicalId) };
  },
  async update(properties, existing, context) {
    await failOr(isTrue(properties.OnUpdate), properties, context);
    return existing;
  },
  async delete({ properties }, context) {
    await failOr(isTrue(properties.OnDelete), properties, context);
  },
};

async function failOr(fails: boolean, { AfterSeconds = 0, Message = 'failed as told to' }: Properties, { world, signal }: ResourceContext): Promise<void> {
  await Promise.race([
    world.clock.sleep(Number(AfterSeconds) * 1000),
    new Promise(resolve => {
      signal.addEventListener('abort', resolve, { once: true });
    }),
  ]);
  if (signal.aborted) {
    throw new Cancelled();
  }
  if (fails) {
    throw new Error(String(Message));
  }
}

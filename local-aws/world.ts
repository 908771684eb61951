import { Callers } from './callers';
import type { ResourceTypes } from './cloudformation/resource-type';
import type { Api, Clock } from './core';
import type { Profile } from './profile';
import { SERVICES } from './services';

/** Each part is optional. */
export interface Service {
  /** What the service has and does. A store names those that it uses itself as `Pick<World, …>`. */
  readonly store?: new (world: never) => object;
  readonly api?: Api;
  /** what CloudFormation can create of it, by the types' names */
  readonly resources?: ResourceTypes;
}

interface Surroundings {
  readonly region: string;
  readonly clock: Clock;
  readonly profile: Profile;
  /** `http://127.0.0.1:<port>` */
  readonly endpoint: string;
  /** CSV with header: the records of new INTERACTIONS datasets, instead of the sample */
  readonly interactionsCsv?: string;
}

type Services = typeof SERVICES;
type WithStore = { [N in keyof Services]: Services[N] extends { store: unknown } ? N : never }[keyof Services];
type Stores = { readonly [N in WithStore]: InstanceType<Services[N]['store']> };

/** One account in one region: the stores of all services, and what they share. */
export interface World extends Surroundings, Stores {
  readonly callers: Callers;
  /** of all services, by name */
  readonly resourceTypes: ResourceTypes;
}

const services: [string, Service][] = Object.entries(SERVICES);

export const APIS: readonly Api[] = services.flatMap(([, { api }]) => api ?? []);

export function createWorld(surroundings: Surroundings): World {
  const resourceTypes = Object.assign({}, ...services.map(([, { resources }]) => resources));
  const world: Record<string, unknown> = { ...surroundings, callers: new Callers(), resourceTypes };
  for (const [name, { store: Store }] of services) {
    if (Store) { world[name] = new Store(world as never); }
  }
  return world as unknown as World;
}

/** Stops what the stores have started, such as processes, the last store first. */
export async function stopWorld(world: World): Promise<void> {
  const stores = services.map(([name]) => (world as unknown as Record<string, { stop?: () => unknown } | undefined>)[name]);
  for (const store of stores.reverse()) { await store?.stop?.(); }
}

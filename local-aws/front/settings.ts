import { ServiceError } from '../core';

/** Changes the settings named and leaves the others; a misspelt one is refused. */
export function changeSettings<T extends object>(settings: T, change: Partial<T>): T {
  const unknown = Object.keys(change).filter(name => !(name in settings));
  if (unknown.length > 0) {
    throw new ServiceError('InvalidSettings', `There is no setting ${unknown.join(', ')}`);
  }
  return Object.assign(settings, change);
}

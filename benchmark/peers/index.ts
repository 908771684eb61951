import { awsCustomResourcePeer } from './aws-custom-resource';
import { libraryPeer } from './library';
import { ownProviderPeer } from './own-provider';
import type { Peer } from './peer';
import { stepFunctionsPeer } from './step-functions';
import type * as Library from '../../src';

export * from './peer';
export { NAME_LENGTH, namedJobsPeer } from './library';

/** This library first. */
export function peers(library: typeof Library): Peer[] {
  return [libraryPeer(library), awsCustomResourcePeer, ownProviderPeer, stepFunctionsPeer];
}

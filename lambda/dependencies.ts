import type { CloudFormationApi } from './cloudformation-api';
import type { Log } from './log';
import type { ObserverApi } from './outcome-events';
import type { PersonalizeApi } from './personalize-api';
import type { StorageApi } from './storage-api';

/** Everything that the lifecycle touches. */
export interface Dependencies {
  readonly personalize: PersonalizeApi;
  readonly cloudFormation: CloudFormationApi;
  readonly storage: StorageApi;
  /** Only with events. */
  readonly outcomes?: ObserverApi;
  /** milliseconds since the epoch */
  readonly now: () => number;
  readonly log: Log;
  readonly logGroup: string;
  /** between two polls of a request */
  readonly pollSeconds: number;
}

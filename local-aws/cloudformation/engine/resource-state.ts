import type { DeletionPolicy } from '../template/template';

/** A resource as it exists in a stack. Never changed, only replaced: so what was before an update is still there to go back to. */
export interface ResourceState {
  readonly logicalId: string;
  readonly type: string;
  /** undefined: nothing was made */
  readonly physicalId?: string;
  /** resolved */
  readonly properties: Readonly<Record<string, unknown>>;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly dependencies: readonly string[];
  readonly deletionPolicy: DeletionPolicy;
  readonly updateReplacePolicy: DeletionPolicy;
  readonly status: string;
  readonly statusReason?: string;
  /** an update failed, and nobody knows what it left: the same properties do not make it the same resource */
  readonly uncertain?: boolean;
  readonly timestamp: Date;
}

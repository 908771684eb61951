/** A call that IAM decides about. `{Id}` stands for the physical id of the resource with that logical id, as `Ref` gives it. */
export interface Call {
  /** `role {Id}` or `service <principal>` */
  readonly who: string;
  readonly action: string;
  readonly resource: string;
  readonly context?: Readonly<Record<string, string | string[]>>;
  /** Which policy must allow the call. Absent: IAM decides, by all of them. Personalize's documentation wants some actions on keys in both. */
  readonly by?: 'the role policy alone' | 'the resource policy alone';
}

/** The key of the calls that all scenarios make. */
export const EVERYWHERE = 'Everywhere';

/** The calls of each scenario, by its name. */
export type RecordedCalls = Readonly<Record<string, readonly Call[]>>;

/**
 * A call that a deployment of a scenario asked IAM about. `{Id}` stands for the physical id of the resource with that logical
 * id, as `Ref` gives it.
 */
export interface Call {
  /** `role {Id}` or `service <principal>` */
  readonly who: string;
  readonly action: string;
  readonly resource: string;
  readonly context?: Readonly<Record<string, string | string[]>>;
  /**
   * Which policies must allow the call: usually those that IAM would ask. For keys, Personalize's documentation wants the
   * role's policy to allow some actions by itself, and the key's policy others.
   */
  readonly by?: 'the role policy alone' | 'the resource policy alone';
}

/** The calls of each scenario. */
export type RecordedCalls = Readonly<Record<string, readonly Call[]>>;

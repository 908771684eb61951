/** Adds a member that no client knows to a structure and to all structures in it. */
export function withUnknownMembers<T>(value: T): T {
  if (Array.isArray(value)) { return value.map(withUnknownMembers) as T; }
  if (value === null || typeof value !== 'object' || value instanceof Date) { return value; }
  const members = Object.entries(value).map(([name, member]) => [name, withUnknownMembers<unknown>(member)]);
  return { ...Object.fromEntries(members), localAwsUnknown: 'nobody knows' } as T;
}

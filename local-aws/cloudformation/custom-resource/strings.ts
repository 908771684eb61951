/** Properties as custom resources get them: every number and boolean has become a string. */
export function asStrings(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(asStrings);
  }
  if (value !== null && typeof value === 'object') {
    return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, asStrings(member)]));
  }
  return String(value);
}

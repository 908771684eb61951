/** What `cdk deploy --outputs-file` writes: stack, output, value. */
export type StackOutputs = Record<string, Record<string, string>>;

/** An assertion that fails does not fail its deployment: the result is an output of the assertions' stack. */
export function failedAssertions(outputs: StackOutputs): string[] {
  const results = Object.values(outputs).flatMap(stack => Object.entries(stack)).filter(([name]) => name.startsWith('AssertionResults'));
  if (results.length === 0) { return ['there is no result of any assertion']; }
  return results
    .map(([name, text]) => ({ name, ...JSON.parse(text) as { status: string; message?: string } }))
    .filter(({ status }) => status !== 'success')
    .map(({ name, message }) => `${name}: ${message}`);
}

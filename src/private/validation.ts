import { Duration, Token, ValidationError } from 'aws-cdk-lib';
import { IConstruct } from 'constructs';

type LiteralString = ConstructorParameters<typeof ValidationError>[0];

/** Names an error, as the CDK's own error classes want it: a text that is in the source code as it is. */
export function literal(text: TemplateStringsArray): LiteralString {
  return text[0] as unknown as LiteralString;
}

/** Throws the problem, if there is one, as an error of this construct. */
export function rejectIf(problem: string | undefined, name: LiteralString, scope: IConstruct): void {
  if (problem !== undefined) {
    throw new ValidationError(name, problem, scope);
  }
}

/** Runs a check of a text that may hold tokens: their values are known only to the handler, which checks again. */
export function checkKnown(value: string, check: (value: string) => string | undefined): string | undefined {
  return Token.isUnresolved(value) ? undefined : check(value);
}

/** Runs a check of a Duration, if there is one. Nothing keeps JavaScript from passing a number instead. */
export function checkDuration(
  prop: string, duration: Duration | undefined, unit: 'seconds' | 'days', check: (duration: Duration) => string | undefined,
): string | undefined {
  if (duration === undefined) { return undefined; }
  const given = duration as Duration | number | null;
  return typeof given === 'object' && given?.toSeconds ? check(duration)
    : `${prop} must be a Duration, got ${quoted(given)}: write Duration.${unit}(${typeof given === 'number' ? given : '<number>'})`;
}

/** @param kind of resource that a prop takes, where JavaScript may pass an ARN instead */
export function referenceProblem(prop: string, given: unknown, reference: object | undefined, kind: 'Dataset' | 'DatasetGroup'): string | undefined {
  return reference !== undefined ? undefined
    : `${prop} must be made by new Cfn${kind}() or ${kind}.from${kind}Arn(), got ${quoted(given)}: `
      + `write ${kind}.from${kind}Arn(this, '${kind}', ${typeof given === 'string' ? quoted(given) : '<arn>'})`;
}

function quoted(given: unknown): string {
  return typeof given === 'string' ? JSON.stringify(given) : String(given);
}

export function maxConcurrencyProblem(maxConcurrency: number = 1): string | undefined {
  // a token is no integer: what is synthesized depends on how many there are at a time
  return Number.isInteger(maxConcurrency) && maxConcurrency >= 1 && maxConcurrency <= 1000 ? undefined
    : `maxConcurrency must be a whole number from 1 to 1000 that is known at synth, got ${maxConcurrency}`;
}

/** Ends with `/`, or is empty. */
export function normalizedPrefix(prefix: string = ''): string {
  return prefix === '' || Token.isUnresolved(prefix) || prefix.endsWith('/') ? prefix : `${prefix}/`;
}

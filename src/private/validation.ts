import { Duration, Token, ValidationError } from 'aws-cdk-lib';
import { IConstruct } from 'constructs';

type LiteralString = ConstructorParameters<typeof ValidationError>[0];

/** Names an error. The CDK's error classes accept only literals from the source code. */
export function literal(text: TemplateStringsArray): LiteralString {
  return text[0] as unknown as LiteralString;
}

/** Throws the problem, if there is one, as an error of this construct. */
export function rejectIf(problem: string | undefined, name: LiteralString, scope: IConstruct): void {
  if (problem !== undefined) {
    throw new ValidationError(name, problem, scope);
  }
}

/** Checks a text unless it contains tokens: the handler checks those when their values are known. */
export function checkKnown(value: string, check: (value: string) => string | undefined): string | undefined {
  return Token.isUnresolved(value) ? undefined : check(value);
}

/** What a Duration may be: whole units in a range, by default one or more, or whatever `check` accepts. */
export interface DurationRule {
  readonly unit: 'seconds' | 'days';
  readonly min?: Duration;
  readonly max?: Duration;
  readonly check?: (count: number, text: string) => string | undefined;
  /** Whether the value may be a token. */
  readonly token?: boolean;
}

export function durationProblem(prop: string, duration: Duration | undefined, rule: DurationRule): string | undefined {
  if (duration === undefined) { return undefined; }
  const { unit, min = Duration[unit](1), max, check, token } = rule;
  // JavaScript lets a user pass a number
  const given = duration as Duration | number | null;
  if (typeof given !== 'object' || !given?.toSeconds) {
    return `${prop} must be a Duration, got ${quoted(given)}: write Duration.${unit}(${typeof given === 'number' ? given : '<number>'})`;
  }
  if (duration.isUnresolved()) { return token ? undefined : `${prop} must not be a token: pass a Duration with a literal number`; }
  const inUnits = (some: Duration) => (unit === 'days' ? some.toDays({ integral: false }) : some.toSeconds({ integral: false }));
  const [count, text] = [inUnits(duration), duration.toHumanString()];
  if (check) { return check(count, text); }
  if (Number.isInteger(count) && count >= inUnits(min) && (max === undefined || count <= inUnits(max))) { return undefined; }
  const range = max === undefined ? `one or more whole ${unit}` : `between ${min.toHumanString()} and ${max.toHumanString()}, in whole ${unit}`;
  return `${prop} must be ${range}, got ${text}`;
}

/** Tokens are refused: they are encoded as negative numbers, and the number decides what is synthesized. */
export function wholeNumberProblem(prop: string, value: number | undefined, min: number, max: number): string | undefined {
  return value === undefined || (Number.isInteger(value) && value >= min && value <= max) ? undefined
    : `${prop} must be a whole number from ${min} to ${max} and not a token, got ${quoted(value)}`;
}

/** @param kind of resource that the prop takes; JavaScript lets a user pass an ARN */
export function referenceProblem(prop: string, given: unknown, reference: object | undefined, kind: 'Dataset' | 'DatasetGroup'): string | undefined {
  return reference !== undefined ? undefined
    : `${prop} must be made by new Cfn${kind}() or ${kind}.from${kind}Arn(), got ${quoted(given)}: `
      + `write ${kind}.from${kind}Arn(this, '${kind}', ${typeof given === 'string' ? quoted(given) : '<arn>'})`;
}

/** What the user passed, in a message. */
export function quoted(given: unknown): string {
  return typeof given === 'string' ? JSON.stringify(given) : String(given);
}

/** Appends the missing `/`, unless the prefix is empty or a token. */
export function normalizedPrefix(prefix: string = ''): string {
  return prefix === '' || Token.isUnresolved(prefix) || prefix.endsWith('/') ? prefix : `${prefix}/`;
}

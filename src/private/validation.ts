import { Token, ValidationError } from 'aws-cdk-lib';
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

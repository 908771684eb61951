import { randomInt } from 'node:crypto';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';

export function randomSuffix(length = 12): string {
  return Array.from({ length }, () => ALPHABET[randomInt(ALPHABET.length)]).join('');
}

/** A name as CloudFormation makes it: `<stack>-<logical ID>-<random>`, both parts shortened to fit. */
export function physicalName({ stack, logicalId }: { readonly stack: { readonly name: string }; readonly logicalId: string }, longest = 64): string {
  const suffix = randomSuffix();
  const room = longest - suffix.length - 2;
  const stackPart = stack.name.slice(0, Math.max(Math.floor(room / 2), room - logicalId.length));
  return `${stackPart}-${logicalId.slice(0, room - stackPart.length)}-${suffix}`;
}

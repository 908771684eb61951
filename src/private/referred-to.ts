import { Reference, Tokenization } from 'aws-cdk-lib';
import { IConstruct } from 'constructs';

/** The construct of this app that this is an attribute of. */
export function referredTo(value: string): IConstruct | undefined {
  const token = Tokenization.reverse(value, { failConcat: false });
  return Reference.isReference(token) ? token.target : undefined;
}

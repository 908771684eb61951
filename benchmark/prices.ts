/** List prices in US dollars, us-east-1, x86, first tier, without the free tier. */
export interface Price {
  readonly usd: number;
  readonly per: string;
  readonly source: string;
  readonly date: string;
}

const READ = 'read 2026-11-23; the page has no date';

export const PRICES = {
  lambdaRequest: {
    usd: 0.20 / 1e6, per: 'Lambda request', source: 'https://docs.aws.amazon.com/whitepapers/latest/how-aws-pricing-works/lambda.html', date: READ,
  },
  lambdaGbSecond: {
    usd: 0.0000166667, per: 'Lambda GB-second', source: 'https://aws.amazon.com/lambda/pricing/', date: READ,
  },
  stateTransition: {
    usd: 0.025 / 1000,
    per: 'Step Functions state transition (Standard; a retry is one too)',
    source: 'https://aws.amazon.com/step-functions/pricing/',
    date: READ,
  },
} as const satisfies Record<string, Price>;

/**
 * What Lambda bills for one poll. An assumption: it depends on how fast Personalize answers, which cannot be measured here. The
 * framework's function waits for the handler, and so takes longer.
 */
export const ASSUMED_MS = { handler: 100, framework: 120 };

export interface Usage {
  readonly lambdaInvocations: number;
  readonly gbSeconds: number;
  readonly stateTransitions: number;
}

export function cost({ lambdaInvocations, gbSeconds, stateTransitions }: Usage): number {
  return lambdaInvocations * PRICES.lambdaRequest.usd + gbSeconds * PRICES.lambdaGbSecond.usd + stateTransitions * PRICES.stateTransition.usd;
}

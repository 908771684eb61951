import type { PersonalizeClient } from '@aws-sdk/client-personalize';
import { putPresigned, serviceError } from './aws-call';

export interface WaitOutcome {
  readonly Status: 'SUCCESS' | 'FAILURE';
  /** what the stack's events show */
  readonly Reason: string;
  /** the same for each attempt to send the same signal: CloudFormation counts it once */
  readonly UniqueId: string;
}

/** Ends the wait of a CloudFormation WaitCondition. */
export type WaitSignal = (handleUrl: string, outcome: WaitOutcome) => Promise<void>;

export function waitSignal(config: PersonalizeClient['config']): WaitSignal {
  return async (handleUrl, outcome) => {
    const answer = await putPresigned(config, handleUrl, JSON.stringify({ ...outcome, Data: '' }));
    if (answer.statusCode >= 300) {
      throw serviceError('SignalFailed', `the WaitCondition's handle answered HTTP ${answer.statusCode}`, answer);
    }
  };
}

import type { ObserverApi } from './outcome-events';

/** @param stateMachineArn of the state machine that observes jobs */
export function observerApi(stateMachineArn: string): ObserverApi {
  return {
    async start(name, input) {
      // only needed with events
      const { ExecutionAlreadyExists, SFNClient, StartExecutionCommand } = await import('@aws-sdk/client-sfn');
      const requestHandler = { connectionTimeout: 5_000, requestTimeout: 15_000, throwOnRequestTimeout: true };
      try {
        await new SFNClient({ requestHandler, maxAttempts: 3 }).send(new StartExecutionCommand({ stateMachineArn, name, input }));
      } catch (error) {
        // an earlier request or poll has started it
        if (!(error instanceof ExecutionAlreadyExists)) { throw error; }
      }
    },
  };
}

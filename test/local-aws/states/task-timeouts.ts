import { mapStates, type Definition } from './definition';

/** As long as an execution can last: https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html */
const YEAR_SECONDS = 365 * 24 * 3600;

/**
 * Tasks have no time limit unless they name one (https://docs.aws.amazon.com/step-functions/latest/dg/sfn-stuck-execution.html);
 * the library would give up after 60 s.
 */
export function withTaskTimeouts(definition: Definition): Definition {
  return mapStates(definition, (state) => (state.Type === 'Task' ? { TimeoutSeconds: YEAR_SECONDS, ...state } : state));
}

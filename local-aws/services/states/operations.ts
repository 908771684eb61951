import * as client from '@aws-sdk/client-sfn';
import type { Api } from '../../core';
import { JsonApi } from '../../protocols/json';
import type { Operation } from '../../protocols/protocol';
import type { World } from '../../world';

type Parameters = Readonly<Record<string, string>>;

/** An operation on the resource whose ARN one of its parameters is. */
function on(arnParameter: string, operation: (states: World['states'], parameters: Parameters) => object): Operation<Record<string, unknown>, object> {
  return async ({ parameters, authorize }, { states }) => {
    await authorize(String(parameters[arnParameter]));
    return operation(states, parameters as Parameters);
  };
}

export const statesApi: Api = new JsonApi('states', client, {
  StartExecution: on('stateMachineArn', (states, { stateMachineArn, input = '{}', name }) => {
    const { executionArn, startDate } = states.startExecution(stateMachineArn, input, name);
    return { executionArn, startDate };
  }),
  DescribeExecution: on('executionArn', (states, { executionArn }) => states.execution(executionArn)),
  RedriveExecution: on('executionArn', (states, { executionArn }) => ({ redriveDate: states.redriveExecution(executionArn).redriveDate })),
  StopExecution: on('executionArn', (states, { executionArn, error, cause }) => ({ stopDate: states.stopExecution(executionArn, error, cause).stopDate })),
  ListExecutions: on('stateMachineArn', (states, { stateMachineArn, statusFilter }) => ({
    executions: states.executions
      .filter(execution => execution.stateMachineArn === stateMachineArn && (statusFilter ?? execution.status) === execution.status)
      .map(({ executionArn, name, status, startDate, stopDate }) => ({ executionArn, stateMachineArn, name, status, startDate, stopDate }))
      .reverse(),
  })),
  DescribeMapRun: on('mapRunArn', (states, { mapRunArn }) => {
    const { parent: { executionArn }, status, itemCounts } = states.mapRun(mapRunArn);
    return { mapRunArn, executionArn, status, itemCounts };
  }),
});

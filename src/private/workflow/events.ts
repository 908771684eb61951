import { aws_events as events, aws_stepfunctions as sfn, aws_stepfunctions_tasks as tasks } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { transientRetry } from './personalize-calls';

/** The events of workflows. Users' rules match them, so source and detail types never change. */
const SOURCE = 'cdk-personalize-dataset-export';
export const JOB_EVENT = 'Dataset Export Job State Change';
export const RUN_EVENT = 'Dataset Export Run State Change';

/** A state that puts an event. If that fails, the workflow continues: exports do not depend on their events. */
export function putEvent(
  scope: Construct, id: string, eventBus: events.IEventBus | undefined, detailType: string, detail: any, next: sfn.State,
): sfn.TaskStateBase {
  const put = new tasks.EventBridgePutEvents(scope, id, {
    entries: [{ source: SOURCE, detailType, detail: sfn.TaskInput.fromObject(detail), eventBus }],
    resultPath: sfn.JsonPath.DISCARD,
  });
  put.addRetry(transientRetry(10));
  put.addCatch(next, { errors: [sfn.Errors.ALL], resultPath: sfn.JsonPath.DISCARD });
  put.next(next);
  return put;
}

/** What puts events. */
export interface EventSource {
  readonly eventBus?: events.IEventBus;
  readonly stateMachine: sfn.StateMachine;
}

/** A rule for events of one type, further restricted by the user's options. */
export function eventRule(
  scope: Construct, { eventBus, stateMachine }: EventSource, id: string, detailType: string, status: string[],
  { crossStackScope, eventPattern, target, ...props }: events.OnEventOptions,
): events.Rule {
  const detail = { stateMachineArn: [stateMachine.stateMachineArn], status };
  const rule = new events.Rule(crossStackScope ?? scope, id, {
    ...props, eventBus, eventPattern: { source: [SOURCE], detailType: [detailType], detail },
  });
  rule.addEventPattern(eventPattern);
  rule.addTarget(target);
  return rule;
}

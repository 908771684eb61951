import { Stack, Token, aws_events as events, aws_iam as iam, aws_stepfunctions as sfn } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { stackJobNamePrefix } from './job-name';
import { attachedPolicy } from './policies/attached-policy';
import { JOB_EVENT, putEvent } from './workflow/events';
import { jsonataPass, reasonOf, shortened } from './workflow/expressions';
import { growingWaitExpression } from './workflow/growing-wait';
import { MAX_REASON_LENGTH } from './workflow/payload-budget';
import { describeJob, hasStatus, transientRetry } from './workflow/personalize-calls';

/** Of the input, which the handler writes: see lambda/outcome-events.ts. */
const GIVEN = ['datasetArn', 'jobName', 'datasetExportJobArn', 'outputUri', 'stackId', 'logicalResourceId'];
const POLL_SECONDS = 60;
/** The deletion of the stack waits for it. */
const LONGEST_POLL_SECONDS = 15 * 60;
/** JSONata: what Personalize says about the job. */
const DESCRIBED = '$states.input.job.DatasetExportJob';

interface OutcomeObserverProps {
  readonly eventBus: events.IEventBus;
  readonly logs?: sfn.LogOptions;
  readonly tracing?: boolean;
}

/** A state machine whose executions wait for one job each, and put an event when that has ended. */
export class OutcomeObserver extends Construct {
  public readonly stateMachine: sfn.StateMachine;

  public readonly eventBus: events.IEventBus;
  /** What the functions need. */
  public readonly startStatements: iam.PolicyStatement[];

  constructor(scope: Construct, id: string, props: OutcomeObserverProps) {
    super(scope, id);
    const { eventBus, logs, tracing } = props;
    this.eventBus = eventBus;
    const put = putEvent(this, 'Put export event', eventBus, JOB_EVENT, sfn.JsonPath.stringAt('$'), new sfn.Succeed(this, 'Done'));
    const times = { creationDateTime: `${DESCRIBED}.CreationDateTime`, lastUpdatedDateTime: `${DESCRIBED}.LastUpdatedDateTime` };
    const exported = this.report('Dataset exported', { status: '"ACTIVE"', ...times });
    const failed = this.report('Dataset export job failed', {
      status: '"CREATE FAILED"', ...times, failureReason: shortened(reasonOf(`${DESCRIBED}.FailureReason`), MAX_REASON_LENGTH),
    });
    const unknown = this.report('Dataset export job unknown', {
      status: '"ERROR"', failureReason: shortened('$states.input.error.Error & ": " & $states.input.error.Cause', MAX_REASON_LENGTH),
    });
    for (const end of [exported, failed, unknown]) { end.next(put); }
    const wait = this.wait();
    const describe = this.describe().addCatch(unknown, { resultPath: '$.error' });
    wait.next(describe).next(new sfn.Choice(this, 'Dataset export job done?')
      .when(hasStatus('$.job', 'ACTIVE'), exported)
      .when(hasStatus('$.job', 'CREATE FAILED'), failed)
      // also without a status, and at one that did not exist when this was written
      .otherwise(wait));
    this.stateMachine = new sfn.StateMachine(this, 'StateMachine', {
      definitionBody: sfn.DefinitionBody.fromChainable(wait),
      comment: `Waits for dataset export jobs of Amazon Personalize and puts events (${scope.node.path})`,
      logs,
      tracingEnabled: tracing || undefined,
    });
    this.startStatements = [new iam.PolicyStatement({ actions: ['states:StartExecution'], resources: [this.stateMachine.stateMachineArn] })];
  }

  /** Permits to describe the job with a name of the user's. Generated names of the stack are always permitted. */
  public permit(job: Construct, jobName: string): void {
    const statement = new iam.PolicyStatement({ actions: ['personalize:DescribeDatasetExportJob'], resources: [this.jobArn(jobName)] });
    // all jobs depend on the role's default policy, and what the name comes from may depend on another job
    if (Token.isUnresolved(jobName)) {
      attachedPolicy(job, 'EventPolicy', this.stateMachine.role, [statement]);
    } else {
      this.stateMachine.addToRolePolicy(statement);
    }
  }

  private report(id: string, fields: Record<string, string>): sfn.Pass {
    return jsonataPass(this, id, {
      ...Object.fromEntries(GIVEN.map(field => [field, `$states.input.${field}`])),
      ...fields,
      executionArn: '$states.context.Execution.Id',
      stateMachineArn: '$states.context.StateMachine.Id',
    });
  }

  private wait(): sfn.Wait {
    const seconds = growingWaitExpression(`${POLL_SECONDS}`, '$millis() - $toMillis($states.context.Execution.StartTime)', LONGEST_POLL_SECONDS);
    return sfn.Wait.jsonata(this, 'Wait for dataset export job', { time: sfn.WaitTime.seconds(`{% ${seconds} %}`) });
  }

  private describe(): sfn.TaskStateBase {
    const patterns = [this.jobArn(`${stackJobNamePrefix(Stack.of(this))}*`)];
    return describeJob(this, 'Describe dataset export job', patterns, sfn.JsonPath.stringAt('$.datasetExportJobArn'), '$.job')
      .addRetry(transientRetry(15)) as sfn.TaskStateBase;
  }

  private jobArn(resourceName: string): string {
    return Stack.of(this).formatArn({ service: 'personalize', resource: 'dataset-export-job', resourceName });
  }
}

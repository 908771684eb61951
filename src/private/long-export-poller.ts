import { Duration, aws_iam as iam, aws_lambda as lambda, aws_stepfunctions as sfn } from 'aws-cdk-lib';
import { Construct, IDependable } from 'constructs';

export interface LongExportPollerProps {
  /** Looks at a job, and signals the WaitCondition when it is done. */
  readonly pollFunction: lambda.IFunction;
  /** How often. */
  readonly interval: Duration;
  /** Starts the state machine. */
  readonly starter: iam.IRole;
}

/**
 * The state machine that looks after the long exports of a stack: it outlives the custom resource, which CloudFormation ends
 * after an hour.
 */
export class LongExportPoller extends Construct {
  public readonly stateMachineArn: string;
  /** What a job must depend on. */
  public readonly permissions: IDependable;

  constructor(scope: Construct, id: string, props: LongExportPollerProps) {
    super(scope, id);

    const poll = this.invoke('Poll', props.pollFunction);
    const giveUp = this.invoke('GiveUp', props.pollFunction);
    const wait = new sfn.Wait(this, 'Wait', { time: sfn.WaitTime.duration(props.interval) });
    poll.addCatch(giveUp, { resultPath: '$.Trouble' });
    poll.next(new sfn.Choice(this, 'Done?')
      .when(sfn.Condition.booleanEquals('$.Poll.Done', true), new sfn.Succeed(this, 'Done'))
      .otherwise(wait.next(poll)));

    const stateMachine = new sfn.StateMachine(this, 'StateMachine', {
      comment: 'Looks after dataset export jobs that take longer than CloudFormation waits for a custom resource',
      definitionBody: sfn.DefinitionBody.fromChainable(poll),
    });
    stateMachine.addToRolePolicy(new iam.PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [props.pollFunction.functionArn] }));
    this.stateMachineArn = stateMachine.stateMachineArn;

    // A policy of its own: the state machine depends on the function, and the function on the other policies of this role.
    this.permissions = new iam.Policy(this, 'StartPolicy', {
      roles: [props.starter],
      statements: [new iam.PolicyStatement({ actions: ['states:StartExecution'], resources: [stateMachine.stateMachineArn] })],
    });
  }

  /** Not `tasks.LambdaInvoke`, which would let the state machine invoke all versions of the function. */
  private invoke(id: string, pollFunction: lambda.IFunction): sfn.CustomState {
    return new sfn.CustomState(this, id, { stateJson: { Type: 'Task', Resource: pollFunction.functionArn, ResultPath: '$.Poll' } })
      // The function has tried before it fails, and what it does may be repeated: many attempts, for nobody else ends the wait.
      .addRetry({
        errors: [sfn.Errors.ALL], interval: Duration.seconds(10), backoffRate: 2, maxDelay: Duration.minutes(5), maxAttempts: 10,
      });
  }
}

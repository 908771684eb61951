import * as path from 'path';
import {
  CustomResource, Duration, RemovalPolicy, Stack, ValidationError, aws_iam as iam, aws_lambda as lambda, aws_logs as logs, custom_resources as cr,
} from 'aws-cdk-lib';
import { propertyInjectable } from 'aws-cdk-lib/core/lib/prop-injectable';
import { Construct, IDependable } from 'constructs';
import { CLOUDFORMATION_LIMIT_SECONDS } from './contract/limits';
import { DEFAULT_MAX_CONCURRENCY } from './private/defaults';
import { Lanes } from './private/lanes';
import { HandlerPermissions, JobPermissions } from './private/policies/handler-permissions';
import { durationProblem, literal, rejectIf, wholeNumberProblem } from './private/validation';

/** Part of every job's ServiceToken, which CloudFormation never lets change. */
const DEFAULT_ID = 'PersonalizeDatasetExportProvider';

/** Time for several calls, each of which may take 15 seconds. */
const HANDLER_TIMEOUT = Duration.minutes(3);
/**
 * How often the framework's functions try to invoke ours while the account's Lambda concurrency is used up. The SDK waits up to 1 s, 2 s,
 * 4 s … 20 s between attempts, and the framework repeats all of them once: about five minutes, which leaves our function its time within the
 * framework's 15. The SDK's default, 3 attempts, would be over in seconds.
 *
 * @see https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html
 */
const FRAMEWORK_ATTEMPTS = 20;
/** With a longer one, CloudFormation might give up before a job's timeout is noticed. */
const MAX_POLL_INTERVAL = Duration.minutes(2);

/**
 * Properties of the provider of a stack's export jobs.
 *
 * @see https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.custom_resources-readme.html
 */
export interface DatasetExportProviderProps {
  /**
   * How often the status of a running job is checked: 1 second to 2 minutes, in whole seconds.
   *
   * A deployment ends at most this long after its job; some minutes later if the job had to wait for jobs of other stacks.
   *
   * Synthesis fails if the value is out of range or a token: with more than 2 minutes, CloudFormation could give up before a job's
   * `timeout` is noticed, and the number of checks is computed at synthesis.
   *
   * @default Duration.seconds(30)
   */
  readonly pollInterval?: Duration;

  /**
   * How many of the provider's jobs run at the same time: 1 to 1000.
   *
   * Further jobs wait in CloudFormation: their custom resources depend on those of earlier jobs, in an order that follows your own
   * dependencies. A job's `timeout` starts when it is its turn. Synthesis fails if the value is out of range or a token.
   *
   * The default is Personalize's quota for import jobs; it documents none for export jobs. If the value is at least the number of jobs,
   * all of them start at once.
   *
   * After a job with `waitForCompletion: false`, the next one starts as soon as that job is created. Only jobs with the same
   * CloudFormation condition wait for a job with a condition.
   *
   * @see https://docs.aws.amazon.com/personalize/latest/dg/limits.html
   * @default 5
   */
  readonly maxConcurrency?: number;

  /**
   * The log group of the provider's functions.
   *
   * @default - a new log group that is deleted with the stack
   */
  readonly logGroup?: logs.ILogGroup;

  /**
   * How long the new log group keeps the logs.
   *
   * Synthesis fails if it is combined with `logGroup`.
   *
   * @default RetentionDays.ONE_MONTH
   */
  readonly logRetention?: logs.RetentionDays;
}

/**
 * Defines the Lambda functions and the state machine that start export jobs and wait for them.
 *
 * All jobs of a stack share one provider, which the first job defines. To change its settings, define a provider yourself and pass
 * it to the jobs as `provider`.
 *
 * @see https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.custom_resources-readme.html
 */
@propertyInjectable
export class DatasetExportProvider extends Construct {
  /** Identifies the class to property injectors. */
  public static readonly PROPERTY_INJECTION_ID: string = 'cdk-personalize-dataset-export.DatasetExportProvider';

  /**
   * Returns the shared provider of the stack that a construct is in, and defines it if there is none.
   *
   * @param scope any construct in the stack
   */
  public static getOrCreate(scope: Construct): DatasetExportProvider {
    const stack = Stack.of(scope);
    return stack.node.tryFindChild(DEFAULT_ID) as DatasetExportProvider | undefined ?? new DatasetExportProvider(stack, DEFAULT_ID);
  }

  /**
   * The service token for the custom resources.
   */
  public readonly serviceToken: string;

  /**
   * The log group of the functions.
   */
  public readonly logGroup: logs.ILogGroup;

  private readonly permissions: HandlerPermissions;
  private readonly queue: (job: CustomResource[]) => void;
  private readonly jobNames = new Map<string, string>();

  /**
   * Defines a provider.
   *
   * @param scope the parent construct
   * @param id the construct's id
   * @param props polling, concurrency and logs
   */
  constructor(scope: Construct, id: string, props: DatasetExportProviderProps = {}) {
    super(scope, id);
    const pollInterval = props.pollInterval ?? Duration.seconds(30);
    rejectIf(durationProblem('pollInterval', pollInterval, { unit: 'seconds', max: MAX_POLL_INTERVAL }), literal`InvalidPollInterval`, this);
    rejectIf(wholeNumberProblem('maxConcurrency', props.maxConcurrency, 1, 1000), literal`InvalidMaxConcurrency`, this);
    if (props.logGroup !== undefined && props.logRetention !== undefined) {
      throw new ValidationError(
        literal`ConflictingLogProps`, 'logRetention cannot be used with logGroup: set the retention of the log group itself', this,
      );
    }

    this.logGroup = props.logGroup ?? new logs.LogGroup(this, 'LogGroup', {
      retention: props.logRetention ?? logs.RetentionDays.ONE_MONTH,
      removalPolicy: RemovalPolicy.DESTROY,
    });

    this.queue = Lanes.of(Stack.of(this)).addQueue(props.maxConcurrency ?? DEFAULT_MAX_CONCURRENCY);
    this.permissions = new HandlerPermissions(this, this.logGroup);

    const provider = new cr.Provider(this, 'Provider', {
      onEventHandler: this.handler('OnEvent', 'index.onEvent', pollInterval),
      isCompleteHandler: this.handler('IsComplete', 'index.isComplete', pollInterval),
      frameworkOnEventRole: this.functionRole('FrameworkOnEventRole'),
      frameworkCompleteAndTimeoutRole: this.functionRole('FrameworkCompleteRole'),
      logGroup: this.logGroup,
      queryInterval: pollInterval,
      // never reached: each job has a shorter timeout of its own, with a better message
      totalTimeout: Duration.seconds(Math.ceil(CLOUDFORMATION_LIMIT_SECONDS / pollInterval.toSeconds()) * pollInterval.toSeconds()),
    });
    for (const entryPoint of ['onEvent', 'isComplete']) {
      // these ids are part of deployed functions' logical ids and of every job's service token, so the CDK cannot change them
      (provider.node.findChild(`framework-${entryPoint}`) as lambda.Function).addEnvironment('AWS_MAX_ATTEMPTS', `${FRAMEWORK_ATTEMPTS}`);
    }
    this.serviceToken = provider.serviceToken;
  }

  /**
   * Permits the functions to run a job.
   *
   * @internal
   * @returns what the job must depend on
   */
  public _register(job: Construct, permissions: JobPermissions): IDependable {
    if (Stack.of(job) !== Stack.of(this)) {
      throw new ValidationError(
        literal`ProviderInOtherStack`,
        `provider must be in the stack of the job, got ${JSON.stringify(this.node.path)}: define one in that stack, or leave provider out`, job,
      );
    }
    const { jobName } = permissions;
    if (jobName !== undefined) { this.reserve(jobName, job); }
    return this.permissions.add(permissions);
  }

  /**
   * Puts a job into the queue.
   *
   * @internal
   * @param resources of the job, in the order in which CloudFormation creates them
   */
  public _queue(resources: CustomResource[]): void {
    this.queue(resources);
  }

  private reserve(jobName: string, job: Construct): void {
    const other = this.jobNames.get(jobName);
    if (other !== undefined) {
      throw new ValidationError(
        literal`DuplicateJobName`,
        `jobName must be unique, got ${JSON.stringify(jobName)}, which ${JSON.stringify(other)} already uses: choose another, or leave jobName out`, job,
      );
    }
    this.jobNames.set(jobName, job.node.path);
  }

  private functionRole(id: string): iam.Role {
    const role = new iam.Role(this, id, { assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com') });
    this.logGroup.grantWrite(role);
    return role;
  }

  private handler(id: string, entryPoint: string, pollInterval: Duration): lambda.Function {
    return new lambda.Function(this, id, {
      description: `Personalize dataset exports: ${entryPoint} (${this.node.path})`.slice(0, 256),
      code: lambda.Code.fromAsset(path.join(__dirname, '..', 'assets', 'lambda', 'index')),
      handler: entryPoint,
      runtime: lambda.determineLatestNodeRuntime(this),
      loggingFormat: lambda.LoggingFormat.JSON,
      logGroup: this.logGroup,
      memorySize: 256,
      timeout: HANDLER_TIMEOUT,
      role: this.permissions.role,
      environment: { POLL_SECONDS: `${pollInterval.toSeconds()}` },
    });
  }
}

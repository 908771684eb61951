import * as path from 'path';
import { CustomResource, Duration, RemovalPolicy, Stack, ValidationError, aws_iam as iam, aws_lambda as lambda, aws_logs as logs, custom_resources as cr } from 'aws-cdk-lib';
import { propertyInjectable } from 'aws-cdk-lib/core/lib/prop-injectable';
import { Construct, IDependable } from 'constructs';
import { CLOUDFORMATION_LIMIT_SECONDS } from './contract/limits';
import { HandlerPermissions, JobPermissions } from './private/handler-permissions';
import { Lanes } from './private/lanes';
import { checkDuration, literal, maxConcurrencyProblem, rejectIf } from './private/validation';

/** Part of every job's ServiceToken, which can never change: frozen. */
const DEFAULT_ID = 'PersonalizeDatasetExportProvider';

/** Some calls, each of which may take 15 seconds before it is given up. */
const HANDLER_TIMEOUT = Duration.minutes(3);
/** What Personalize publishes for import jobs; it publishes nothing for export jobs. */
const DEFAULT_MAX_CONCURRENCY = 5;
/**
 * How often the SDK of the framework's functions asks to invoke ours when the account's Lambda concurrency has no room for it: it waits up to
 * 1 s, 2 s, 4 s … 20 s, and the framework lets it do all of that twice. That makes about five minutes, and always leaves our function its time
 * within the framework's 15. With the SDK's own 3 attempts it would be seconds.
 *
 * @see https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html
 */
const FRAMEWORK_ATTEMPTS = 20;
/** Longer, and a job at its time limit might be noticed only after CloudFormation gave up. */
const MAX_POLL_INTERVAL = Duration.minutes(2);

/**
 * How the export jobs of a stack are started and watched.
 *
 * @see https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.custom_resources-readme.html
 */
export interface DatasetExportProviderProps {
  /**
   * How often a running job is looked at, in whole seconds from 1 second to 2 minutes. Anything else, and a token, fails at
   * synth.
   *
   * A deployment is done at most this long after its job; after a job that had to wait for jobs of other stacks, some minutes more.
   *
   * @default Duration.seconds(30)
   */
  readonly pollInterval?: Duration;

  /**
   * How many of the provider's jobs run at a time, from 1 to 1000. Anything else, and a token, fails at synth.
   *
   * Further jobs wait in CloudFormation: the custom resource of a job depends on that of an earlier one. The order has each job after
   * those that it depends on anyway. The `timeout` of a job begins with its turn.
   *
   * The default is the limit that Personalize publishes for import jobs; it publishes none for export jobs. With at least as
   * many as there are jobs, all of them begin at once.
   *
   * A job with `waitForCompletion: false` lets the next one begin as soon as it is created. A job with a CloudFormation condition lets
   * only jobs with the same condition wait.
   *
   * @see https://docs.aws.amazon.com/personalize/latest/dg/limits.html
   * @default 5
   */
  readonly maxConcurrency?: number;

  /**
   * Where the provider's functions write their logs.
   *
   * @default - a new log group that is deleted with the stack
   */
  readonly logGroup?: logs.ILogGroup;

  /**
   * How long the new log group keeps the logs.
   *
   * Fails at synth together with `logGroup`.
   *
   * @default RetentionDays.ONE_MONTH
   */
  readonly logRetention?: logs.RetentionDays;
}

/**
 * Defines the Lambda functions and the state machine that start export jobs and wait for them.
 *
 * All jobs of a stack share one provider, which is made with the first job. Define one yourself to change its settings, and
 * pass it to the jobs as `provider`.
 *
 * @see https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.custom_resources-readme.html
 */
@propertyInjectable
export class DatasetExportProvider extends Construct {
  /** Identifies the class to property injectors. */
  public static readonly PROPERTY_INJECTION_ID: string = 'cdk-personalize-dataset-export.DatasetExportProvider';

  /**
   * The provider of the stack that a construct is in; made when there is none yet.
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
   * Where the functions write their logs.
   */
  public readonly logGroup: logs.ILogGroup;

  private readonly permissions: HandlerPermissions;
  private readonly queue: (job: CustomResource[]) => void;
  private readonly jobNames = new Map<string, string>();

  /**
   * Fails at synth when a prop is not what its description asks for; the message names the prop, its value and what is allowed.
   *
   * @param scope the parent construct
   * @param id the construct's id
   * @param props how jobs are watched, and where the logs are
   */
  constructor(scope: Construct, id: string, props: DatasetExportProviderProps = {}) {
    super(scope, id);
    const pollInterval = props.pollInterval ?? Duration.seconds(30);
    rejectIf(checkDuration('pollInterval', pollInterval, 'seconds', pollIntervalProblem), literal`InvalidPollInterval`, this);
    rejectIf(maxConcurrencyProblem(props.maxConcurrency), literal`InvalidMaxConcurrency`, this);
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
      // Never the one to give up: each job has a time limit of its own that is shorter, and says more when it is reached.
      totalTimeout: Duration.seconds(Math.ceil(CLOUDFORMATION_LIMIT_SECONDS / pollInterval.toSeconds()) * pollInterval.toSeconds()),
    });
    for (const entryPoint of ['onEvent', 'isComplete']) {
      // these ids are in the logical ids of deployed functions, one of them in every job's service token: the CDK cannot change them
      (provider.node.findChild(`framework-${entryPoint}`) as lambda.Function).addEnvironment('AWS_MAX_ATTEMPTS', `${FRAMEWORK_ATTEMPTS}`);
    }
    this.serviceToken = provider.serviceToken;
  }

  /**
   * Lets the functions run a job.
   *
   * @internal
   * @returns what the job must depend on
   */
  public _register(job: Construct, permissions: JobPermissions): IDependable {
    if (Stack.of(job) !== Stack.of(this)) {
      throw new ValidationError(
        literal`ProviderInOtherStack`, `provider must be in the stack of the job, got ${JSON.stringify(this.node.path)}: define one in that stack, or leave provider out`, job,
      );
    }
    const { jobName } = permissions;
    if (jobName !== undefined) {
      const other = this.jobNames.get(jobName);
      if (other !== undefined) {
        throw new ValidationError(
          literal`DuplicateJobName`, `jobName must be unique, got ${JSON.stringify(jobName)}, which ${JSON.stringify(other)} has already: choose another, or leave jobName out`, job,
        );
      }
      this.jobNames.set(jobName, job.node.path);
    }
    return this.permissions.add(permissions);
  }

  /**
   * Lets a job wait for its turn.
   *
   * @internal
   * @param resources of the job, in the order in which CloudFormation creates them
   */
  public _queue(resources: CustomResource[]): void {
    this.queue(resources);
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

function pollIntervalProblem(pollInterval: Duration): string | undefined {
  if (pollInterval.isUnresolved()) {
    return 'pollInterval must be known at synth, got a token: pass a number';
  }
  const seconds = pollInterval.toSeconds({ integral: false });
  if (Number.isInteger(seconds) && seconds >= 1 && seconds <= MAX_POLL_INTERVAL.toSeconds()) { return undefined; }
  return `pollInterval must be 1 second to 2 minutes in whole seconds, got ${pollInterval.toHumanString()}`;
}

import * as path from 'path';
import {
  CustomResource, Duration, RemovalPolicy, Stack, ValidationError,
  aws_ec2 as ec2, aws_events as events, aws_iam as iam, aws_kms as kms, aws_lambda as lambda, aws_logs as logs, aws_sqs as sqs,
  aws_stepfunctions as sfn, custom_resources as cr,
} from 'aws-cdk-lib';
import { propertyInjectable } from 'aws-cdk-lib/core/lib/prop-injectable';
import { Construct, DependencyGroup, IConstruct, IDependable } from 'constructs';
import { CLOUDFORMATION_LIMIT_SECONDS } from './contract/limits';
import { allowFromOtherAccount, functionsQueueProblem } from './private/dead-letter-queue';
import { DEFAULT_MAX_CONCURRENCY } from './private/defaults';
import { shortDescription } from './private/description';
import { roleProblem, serviceKeyProblem } from './private/environments';
import { Lanes } from './private/lanes';
import { allowAccount } from './private/other-account-key';
import { OutcomeObserver } from './private/outcome-observer';
import { FrameworkPermissions } from './private/policies/framework-permissions';
import { HandlerPermissions, JobPermissions } from './private/policies/handler-permissions';
import { NetworkPolicies } from './private/policies/network-policies';
import { applySettings, networkStatements, settingsStatements } from './private/provider/function-settings';
import { allowLogs } from './private/provider/log-encryption';
import { Network, endpointsOf, networkOf, networkProblem } from './private/provider/network';
import { encryptStateMachine, traceStateMachine, writesLogs } from './private/state-machine-settings';
import { durationProblem, literal, rejectIf, wholeNumberProblem } from './private/validation';
import { JOB_EVENT, eventRule } from './private/workflow/events';

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
/** The framework has functions of the same names. Part of the functions' ids. */
const ENTRY_POINTS = ['onEvent', 'isComplete'] as const;
type EntryPoint = typeof ENTRY_POINTS[number];
const DEFAULT_POLL_INTERVAL = Duration.seconds(30);
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

  /**
   * The KMS key that encrypts the new log group.
   *
   * Its policy must let CloudWatch Logs use it. The construct adds the statement to the policy of a key of this app; for an imported key, a
   * warning at synthesis contains the statement to add. Synthesis fails for an alias, for a key that is known to be in another Region than the
   * stack, and if it is combined with `logGroup`.
   *
   * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html
   * @default - encrypted by CloudWatch Logs, with a key of its own
   */
  readonly logEncryptionKey?: kms.IKey;

  /**
   * The VPC that all functions are attached to, those of the CDK's Provider framework too.
   *
   * From there they must reach Personalize, CloudFormation, Lambda, Step Functions and S3. Synthesis warns about isolated subnets, unless this
   * app defines the endpoints, and fails for public ones.
   *
   * @see https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html
   * @default - the functions are in no VPC of yours
   */
  readonly vpc?: ec2.IVpc;

  /**
   * The subnets of the VPC for the functions. Synthesis fails without `vpc`, for public subnets, and if `vpc` has no subnets.
   *
   * @default - the private subnets; isolated ones if there are none with a route to the internet
   */
  readonly vpcSubnets?: ec2.SubnetSelection;

  /**
   * The security groups of the functions. They must let traffic out at port 443.
   *
   * Synthesis fails without `vpc`, and for an empty list. It warns if all groups are this app's and none has an egress rule.
   *
   * @default - one new security group for all functions, which lets all outbound traffic through
   */
  readonly securityGroups?: ec2.ISecurityGroup[];

  /**
   * The KMS key that encrypts the environment variables of all functions.
   *
   * They hold no secrets. Lambda creates a grant on the key, with the permissions of whoever deploys: `kms:CreateGrant` and `kms:Encrypt`. The
   * functions' roles need none. Synthesis fails for an alias, and for a key that is known to be in another Region than the stack.
   *
   * @see https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars-encryption.html
   * @default - an AWS managed key
   */
  readonly environmentEncryption?: kms.IKeyRef;

  /**
   * The instruction set architecture of all functions.
   *
   * @default Architecture.X86_64
   */
  readonly architecture?: lambda.Architecture;

  /**
   * The memory of each function, in MiB: 128 to 10240. Synthesis fails if the value is out of range or a token.
   *
   * @default - 256 for the library's functions, 128 for those of the CDK's Provider framework
   */
  readonly memorySize?: number;

  /**
   * Whether X-Ray traces all functions and the state machines.
   *
   * Their roles get permissions on all resources (`*`), because those of X-Ray have no resource types.
   *
   * @see https://docs.aws.amazon.com/lambda/latest/dg/services-xray.html
   * @default false
   */
  readonly tracing?: boolean;

  /**
   * The queue for requests that Lambda could not hand over to a function.
   *
   * CloudFormation invokes only the first function of the CDK's Provider framework asynchronously, so only that function's requests can end up
   * here, such as when the account has had no room for functions for six hours. Each contains the presigned URL for the answer to
   * CloudFormation: whoever reads the queue can answer while CloudFormation waits. All functions get the queue, because rules of
   * organizations ask for one on each. Synthesis fails for a FIFO queue, and for a queue that is known to be in another Region than the stack.
   * If the queue or its key is known to be in another account, and is imported, warnings contain the statements for its policy.
   *
   * @see https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html
   * @default - no queue
   */
  readonly deadLetterQueue?: sqs.IQueue;

  /**
   * The role of the library's functions. Lambda must be able to assume it.
   *
   * The construct adds the permissions in policies of their own. If it cannot, because the role is imported with `mutable: false` or is of
   * another account, warnings at synthesis contain the statements to add. Synthesis fails if the role is known to be in another account,
   * because roles cannot be passed across accounts.
   *
   * With `vpc`, the role is denied calls that manage network interfaces from the code of functions: from that of your functions, too, if they
   * share the role.
   *
   * @default - a new role
   */
  readonly role?: iam.IRole;

  /**
   * The role of the functions of the CDK's Provider framework. Lambda must be able to assume it.
   *
   * Permissions, warnings and errors are those of `role`.
   *
   * @default - two new roles
   */
  readonly frameworkRole?: iam.IRole;

  /**
   * The KMS key that encrypts the definition and the executions of the state machine that waits for exports, and of the one for events.
   *
   * The executions' input contains the presigned URL for the answer to CloudFormation. The state machine's role gets the permission to use the
   * key. The policy of an imported key must let IAM policies of the account grant its use, as default key policies do. Synthesis fails for an
   * alias, and for a key that is known to be in another Region than the stack.
   *
   * @see https://docs.aws.amazon.com/step-functions/latest/dg/encryption-at-rest.html
   * @default - a key that Step Functions owns
   */
  readonly stateMachineEncryptionKey?: kms.IKey;

  /**
   * Logging of the state machine that waits for exports, and of the one for events.
   *
   * CloudWatch Logs adds the log group to one of the account's resource policies, which have a size limit, unless the group's name starts with
   * `/aws/vendedlogs/`. With `includeExecutionData`, the log contains the presigned URL for the answer to CloudFormation: whoever reads the log can answer while
   * CloudFormation waits. Synthesis fails without a `destination`.
   *
   * @see https://docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html
   * @default - no logs
   */
  readonly stateMachineLogs?: sfn.LogOptions;

  /**
   * The event bus for an event about the end of each job, also of those that the deployment does not wait for, and of those that run longer
   * than their `timeout` or than the deployment.
   *
   * The source, the detail type and the detail are those of a `DatasetExportWorkflow`'s events about exports; the detail also has `stackId`
   * and `logicalResourceId`. For the default event bus, pass `EventBus.fromEventBusName(this, 'Default', 'default')`. The provider then has a
   * state machine that waits for the jobs and puts the events. An export does not depend on its event.
   *
   * @default - no events
   */
  readonly eventBus?: events.IEventBus;
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

  /**
   * The function that starts exports.
   */
  public readonly onEventHandler: lambda.IFunction;

  /**
   * The function that checks the status of running exports.
   */
  public readonly isCompleteHandler: lambda.IFunction;

  /**
   * The functions of the CDK's Provider framework, which call the other two and answer CloudFormation.
   */
  public readonly frameworkFunctions: lambda.IFunction[];

  /**
   * The event bus for the events of the jobs, if there are any.
   */
  public readonly eventBus?: events.IEventBus;

  /** What jobs must depend on. */
  private readonly inPlace = new DependencyGroup();
  private readonly observer?: OutcomeObserver;
  private readonly permissions: HandlerPermissions;
  private readonly queue: (job: CustomResource[]) => void;
  private readonly jobNames = new Map<string, string>();

  /**
   * Defines a provider.
   *
   * @param scope the parent construct
   * @param id the construct's id
   * @param props polling, concurrency, logs, and what the functions and the state machine run with
   */
  constructor(scope: Construct, id: string, props: DatasetExportProviderProps = {}) {
    super(scope, id);
    this.validate(props);
    const pollInterval = props.pollInterval ?? DEFAULT_POLL_INTERVAL;
    this.logGroup = props.logGroup ?? this.newLogGroup(props);
    if (props.deadLetterQueue) { allowFromOtherAccount(this, props.deadLetterQueue, 'Lambda refuses the functions'); }
    this.queue = Lanes.of(Stack.of(this)).addQueue(props.maxConcurrency ?? DEFAULT_MAX_CONCURRENCY);
    const { logGroup } = this;
    const statements = () => settingsStatements(props);
    this.eventBus = props.eventBus;
    this.observer = this.eventBus && this.newObserver(this.eventBus, props);
    const ofHandlers = () => [...statements(), ...this.observer?.startStatements ?? []];
    const networkPolicies = new NetworkPolicies(this, props.vpc ? networkStatements(Stack.of(this)) : []);
    this.permissions = new HandlerPermissions(this, { logGroup, role: props.role, statements: ofHandlers, network: networkPolicies });
    const network = networkOf(this, props, networkPolicies.inPlace);
    if (network) { this.inPlace.add(endpointsOf(this, network)); }
    if (props.environmentEncryption) {
      allowAccount(this, props.environmentEncryption, ['kms:CreateGrant', 'kms:Decrypt', 'kms:Encrypt'], 'Lambda refuses the key');
    }
    const handlers = ENTRY_POINTS.map(entryPoint => this.handler(entryPoint, pollInterval, props, network));
    [this.onEventHandler, this.isCompleteHandler] = handlers;
    const framework = new FrameworkPermissions(this, { logGroup, role: props.frameworkRole, statements, network: networkPolicies });
    const provider = this.newFramework(framework, pollInterval, props, network);
    // these ids are part of deployed functions' logical ids and of every job's service token, so the CDK cannot change them
    const frameworkFunctions = [...ENTRY_POINTS, 'onTimeout'].map(entryPoint => provider.node.findChild(`framework-${entryPoint}`) as lambda.Function);
    for (const fn of frameworkFunctions.slice(0, ENTRY_POINTS.length)) { fn.addEnvironment('AWS_MAX_ATTEMPTS', `${FRAMEWORK_ATTEMPTS}`); }
    for (const fn of frameworkFunctions) { fn.node.addDependency(framework.beforeFunctions); }
    for (const fn of [...handlers, ...frameworkFunctions]) {
      fn.node.addDependency(networkPolicies.inPlace);
      applySettings(fn, props);
    }
    this.frameworkFunctions = frameworkFunctions;
    this.configureWaiter(provider.node.findChild('waiter-state-machine'), props, framework);
    this.serviceToken = provider.serviceToken;
  }

  /**
   * Defines a rule for jobs of this provider that have failed. Synthesis fails without `eventBus`.
   *
   * @param id the rule's id
   * @param options the rule's target and further conditions
   */
  public onExportFailed(id: string, options: events.OnEventOptions = {}): events.Rule {
    return this.rule(id, ['CREATE FAILED', 'ERROR'], options);
  }

  /**
   * Defines a rule for jobs of this provider that have succeeded. Synthesis fails without `eventBus`.
   *
   * @param id the rule's id
   * @param options the rule's target and further conditions
   */
  public onExportSucceeded(id: string, options: events.OnEventOptions = {}): events.Rule {
    return this.rule(id, ['ACTIVE'], options);
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
    if (jobName !== undefined) {
      this.reserve(jobName, job);
      this.observer?.permit(job, jobName);
    }
    return new DependencyGroup(this.permissions.add(permissions, job), this.inPlace);
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

  private rule(id: string, status: string[], options: events.OnEventOptions): events.Rule {
    const { observer } = this;
    if (observer === undefined) {
      throw new ValidationError(literal`ProviderWithoutEvents`, 'eventBus must be set for rules about jobs: without it, the provider puts no events', this);
    }
    return eventRule(this, observer, id, JOB_EVENT, status, options);
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

  private validate(props: DatasetExportProviderProps): void {
    const stack = Stack.of(this);
    rejectIf(durationProblem('pollInterval', props.pollInterval, { unit: 'seconds', max: MAX_POLL_INTERVAL }), literal`InvalidPollInterval`, this);
    rejectIf(wholeNumberProblem('maxConcurrency', props.maxConcurrency, 1, 1000), literal`InvalidMaxConcurrency`, this);
    rejectIf(wholeNumberProblem('memorySize', props.memorySize, 128, 10240), literal`InvalidMemorySize`, this);
    const ofNewLogGroup = (['logRetention', 'logEncryptionKey'] as const).find(name => props[name] !== undefined);
    rejectIf(
      props.logGroup && ofNewLogGroup && `${ofNewLogGroup} cannot be used with logGroup: configure the log group itself`, literal`ConflictingLogProps`, this,
    );
    rejectIf(networkProblem(props), literal`ConflictingNetworkProps`, this);
    for (const name of ['environmentEncryption', 'logEncryptionKey', 'stateMachineEncryptionKey'] as const) {
      rejectIf(serviceKeyProblem(props[name], name, stack), literal`InvalidProviderKey`, this);
    }
    for (const name of ['role', 'frameworkRole'] as const) {
      const role = props[name];
      rejectIf(role && roleProblem(name, role, stack), literal`InvalidProviderRole`, this);
    }
    const { stateMachineLogs, deadLetterQueue } = props;
    rejectIf(deadLetterQueue && functionsQueueProblem(deadLetterQueue, stack), literal`InvalidDeadLetterQueue`, this);
    rejectIf(
      stateMachineLogs && !stateMachineLogs.destination ? 'stateMachineLogs must have a destination, got none: pass a log group' : undefined,
      literal`MissingLogDestination`, this,
    );
  }

  private newLogGroup({ logRetention, logEncryptionKey }: DatasetExportProviderProps): logs.LogGroup {
    if (logEncryptionKey) { allowLogs(this, logEncryptionKey); }
    return new logs.LogGroup(this, 'LogGroup', {
      retention: logRetention ?? logs.RetentionDays.ONE_MONTH,
      removalPolicy: RemovalPolicy.DESTROY,
      encryptionKey: logEncryptionKey,
    });
  }

  private handler(entryPoint: EntryPoint, pollInterval: Duration, props: DatasetExportProviderProps, network?: Network): lambda.Function {
    const fn = new lambda.Function(this, entryPoint[0].toUpperCase() + entryPoint.slice(1), {
      ...network,
      description: shortDescription(`Personalize dataset exports: index.${entryPoint} (${this.node.path})`, 256),
      code: lambda.Code.fromAsset(path.join(__dirname, '..', 'assets', 'lambda', 'index')),
      handler: `index.${entryPoint}`,
      runtime: lambda.determineLatestNodeRuntime(this),
      architecture: props.architecture,
      loggingFormat: lambda.LoggingFormat.JSON,
      logGroup: this.logGroup,
      memorySize: 256,
      timeout: HANDLER_TIMEOUT,
      role: this.permissions.role,
      environment: {
        POLL_SECONDS: `${pollInterval.toSeconds()}`,
        ...this.observer && { OBSERVER_ARN: this.observer.stateMachine.stateMachineArn },
      },
      environmentEncryption: props.environmentEncryption,
    });
    fn.node.addDependency(this.permissions.beforeFunctions);
    return fn;
  }

  private newFramework(framework: FrameworkPermissions, pollInterval: Duration, props: DatasetExportProviderProps, network?: Network): cr.Provider {
    return new cr.Provider(this, 'Provider', {
      ...network,
      onEventHandler: this.onEventHandler,
      isCompleteHandler: this.isCompleteHandler,
      frameworkOnEventRole: framework.onEventRole,
      frameworkCompleteAndTimeoutRole: framework.completeRole,
      providerFunctionEnvEncryption: props.environmentEncryption,
      logGroup: this.logGroup,
      queryInterval: pollInterval,
      // never reached: each job has a shorter timeout of its own, with a better message
      totalTimeout: Duration.seconds(Math.ceil(CLOUDFORMATION_LIMIT_SECONDS / pollInterval.toSeconds()) * pollInterval.toSeconds()),
      disableWaiterStateMachineLogging: props.stateMachineLogs === undefined,
      waiterStateMachineLogOptions: props.stateMachineLogs,
    });
  }

  private newObserver(eventBus: events.IEventBus, props: DatasetExportProviderProps): OutcomeObserver {
    const { stateMachineLogs, stateMachineEncryptionKey, tracing } = props;
    const observer = new OutcomeObserver(this, 'Observer', { eventBus, logs: stateMachineLogs, tracing });
    if (stateMachineEncryptionKey) {
      const { node, role } = observer.stateMachine;
      const machine = { resource: node.defaultChild as sfn.CfnStateMachine, role, isLogged: writesLogs(stateMachineLogs) };
      this.inPlace.add(encryptStateMachine(this, machine, stateMachineEncryptionKey, 'ObserverKeyPolicy'));
    }
    return observer;
  }

  private configureWaiter(waiter: IConstruct, props: DatasetExportProviderProps, framework: FrameworkPermissions): void {
    const machine = {
      resource: waiter.node.findChild('Resource') as sfn.CfnStateMachine,
      role: waiter.node.findChild('Role') as iam.Role,
      isLogged: writesLogs(props.stateMachineLogs),
    };
    if (props.tracing) { traceStateMachine(machine); }
    if (props.stateMachineEncryptionKey) { this.inPlace.add(encryptStateMachine(this, machine, props.stateMachineEncryptionKey)); }
    const calls = framework.allowCalls([this.onEventHandler, this.isCompleteHandler], machine.resource.ref);
    if (calls) { this.inPlace.add(calls); }
  }
}

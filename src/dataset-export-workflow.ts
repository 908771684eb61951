import {
  ArnFormat, Duration, Stack, ValidationError,
  aws_cloudwatch as cloudwatch, aws_events as events, aws_iam as iam, aws_personalize as personalize, aws_stepfunctions as sfn,
} from 'aws-cdk-lib';
import { propertyInjectable } from 'aws-cdk-lib/core/lib/prop-injectable';
import { Construct } from 'constructs';
import { DatasetExportFragment } from './dataset-export-fragment';
import { DatasetExportJobGrants } from './dataset-export-job-grants';
import { ExportDestination } from './export-destination';
import { IngestionMode } from './ingestion-mode';
import { warnOfMissingDatasetKey } from './private/dataset-key';
import { allowDatasets } from './private/dataset-policies';
import { datasetGroupProblem, datasetProblem } from './private/export-inputs';
import { historyProblem, inlineMapProblem, isInlineMapEnough } from './private/history-budget';
import { Work, payloadProblem } from './private/payload-budget';
import { checkDuration, literal, maxConcurrencyProblem, rejectIf } from './private/validation';
import { JOB_EVENT, RUN_EVENT, SOURCE } from './private/workflow-events';
import { ExportStates } from './private/workflow-states';

/**
 * What a workflow exports, and how.
 *
 * @see https://docs.aws.amazon.com/personalize/latest/dg/API_CreateDatasetExportJob.html
 */
export interface DatasetExportWorkflowProps {
  /**
   * The datasets to export: `CfnDataset`s, or `Dataset.fromDatasetArn()`.
   *
   * They must be in the account and Region of the stack. Fails at synth for datasets whose type is known to be Actions or Action
   * interactions, which Personalize cannot export, and for more than Step Functions or IAM can bear: 600 datasets and dataset groups
   * fit, unless their ARNs are tokens.
   *
   * @default - only those of `datasetGroups`; fails at synth when there are none of these either
   */
  readonly datasets?: personalize.IDatasetRef[];

  /**
   * The dataset groups to export: `CfnDatasetGroup`s, or `DatasetGroup.fromDatasetGroupArn()`.
   *
   * Which datasets they have is asked at the start of each run. Those that Personalize cannot export are skipped, and counted
   * in the report of the run. Fails at synth for a group that is known to be in another account or Region than the stack, and
   * for one that is named twice.
   *
   * @default - only `datasets`
   */
  readonly datasetGroups?: personalize.IDatasetGroupRef[];

  /**
   * Which records to export, by the way they came into the datasets.
   *
   * Left out, Personalize exports none of the records that were imported in bulk: a warning at synth says so.
   *
   * @see https://docs.aws.amazon.com/personalize/latest/dg/API_CreateDatasetExportJob.html
   * @default - Personalize's own default, PUT: only records that were added one by one
   */
  readonly ingestionMode?: IngestionMode;

  /**
   * Where to write, and as whom. Each job writes below a folder of its own.
   *
   * Fails at synth when it is known to be in another account or Region.
   *
   * @default - a new ExportDestination: an encrypted bucket, a KMS key and a service role
   */
  readonly destination?: ExportDestination;

  /**
   * How many export jobs the workflow runs at a time, 1 to 1000. Anything else, and a token, fails at synth.
   *
   * The default is the limit that Personalize publishes for import jobs; it publishes none for export jobs. Jobs beyond
   * Personalize's limit wait until there is room for them.
   *
   * @default 5
   */
  readonly maxConcurrency?: number;

  /**
   * Whether the execution of the state machine fails at its end when a dataset could not be exported.
   *
   * All other datasets are exported in any case. A redrive of a failed execution exports what failed, and nothing else; one that
   * succeeded cannot be redriven.
   *
   * @see https://docs.aws.amazon.com/step-functions/latest/dg/redrive-executions.html
   * @default true
   */
  readonly failOnExportFailure?: boolean;

  /**
   * Tags of the export jobs, 50 at most. The tags of the stack do not reach them.
   *
   * What Personalize would refuse fails at synth: more than 50, keys of more than 128 or values of more than 256 characters, keys
   * that begin with `aws:`.
   *
   * @see https://docs.aws.amazon.com/personalize/latest/dg/tagging-resources.html
   * @default - no tags
   */
  readonly tags?: { readonly [key: string]: string };

  /**
   * How soon and how often a running job is looked at, from 1 second to 1 day in whole seconds. Anything else, and a token, fails at
   * synth.
   *
   * As a job goes on it is looked at less often: after a tenth of the time that has passed, once that is longer.
   *
   * @default Duration.minutes(1)
   */
  readonly pollInterval?: Duration;

  /**
   * How long a run may take, from 1 minute to 365 days in whole seconds. Anything else, and a token, fails at synth.
   *
   * When it is over, the execution times out, without a report or an event of the run; jobs that were started go on, as
   * Personalize cannot stop them, and a redrive of the execution waits for them anew.
   *
   * @default - 6 hours; 2 days with a Distributed Map
   */
  readonly timeout?: Duration;

  /**
   * Whether each dataset is exported in an execution of its own, by a Distributed Map, and the reports of the datasets are
   * written to the destination's bucket instead of the execution's output.
   *
   * An inline Map bears some hundred datasets at most, fewer with a long timeout or a short poll interval: Step Functions
   * limits an execution's history to 25,000 events and its output to 256 KiB. False for more than 164 datasets fails at synth, three being
   * counted for each dataset group.
   *
   * @default - true when the datasets may be too many for an inline Map, three being counted for each dataset group
   */
  readonly distributed?: boolean;

  /**
   * The event bus that gets an event for each export and for each run.
   *
   * @default - the default event bus of the account
   */
  readonly eventBus?: events.IEventBus;

  /**
   * Logging of the state machine.
   *
   * @default - no logs; Step Functions keeps the history of an execution for 90 days
   */
  readonly logs?: sfn.LogOptions;
}

/**
 * The alarm on failed runs.
 *
 * @see https://docs.aws.amazon.com/step-functions/latest/dg/procedure-cw-metrics.html
 */
export interface FailureAlarmOptions {
  /**
   * What happens when a run has failed, such as `new cloudwatch_actions.SnsAction(topic)`.
   *
   * @default - nothing; the alarm changes its state
   */
  readonly actions?: cloudwatch.IAlarmAction[];

  /**
   * The name of the alarm.
   *
   * @default - generated by CloudFormation
   */
  readonly alarmName?: string;
}

/**
 * Defines a state machine that exports many datasets of Amazon Personalize to S3, whenever an execution of it is started: by
 * a `DatasetExportSchedule`, by an event, by hand.
 *
 * The execution's output is the report of the run: for each dataset the job's ARN, status, reason of failure, output URI,
 * start and end. An export that fails does not keep the others from going on; the execution fails at its end then.
 *
 * For each export that has ended, and for each run, an event is put on the event bus: see `onExportFailed()` and its
 * neighbours.
 *
 * @see https://docs.aws.amazon.com/personalize/latest/dg/export-data.html
 */
@propertyInjectable
export class DatasetExportWorkflow extends Construct implements iam.IGrantable {
  /** Identifies the class to property injectors. */
  public static readonly PROPERTY_INJECTION_ID: string = 'cdk-personalize-dataset-export.DatasetExportWorkflow';

  /**
   * The state machine. Its executions need no input.
   */
  public readonly stateMachine: sfn.StateMachine;

  /**
   * Where the jobs write, and as whom.
   */
  public readonly destination: ExportDestination;

  /**
   * The event bus that gets an event for each export and for each run.
   */
  public readonly eventBus?: events.IEventBus;

  /**
   * Grants on the exported objects of all runs.
   */
  public readonly grants: DatasetExportJobGrants;

  /**
   * The state machine's role.
   */
  public readonly grantPrincipal: iam.IPrincipal;

  /**
   * Fails at synth when a prop is not what its description asks for; the message names the prop, its value and what is allowed.
   *
   * @param scope the parent construct
   * @param id the construct's id
   * @param props what to export, and how
   */
  constructor(scope: Construct, id: string, props: DatasetExportWorkflowProps) {
    super(scope, id);
    this.validate(props);

    const work = workOf(props);
    const { datasetArns, datasetGroupArns } = work;
    const maxConcurrency = props.maxConcurrency ?? 5;
    const pollInterval = props.pollInterval ?? Duration.minutes(1);
    const distributed = props.distributed ?? !isInlineMapEnough(work, {
      maxConcurrency,
      timeoutSeconds: (props.timeout ?? INLINE_TIMEOUT).toSeconds(),
      pollSeconds: pollInterval.toSeconds(),
    });

    this.eventBus = props.eventBus;
    this.destination = props.destination ?? new ExportDestination(this, 'Destination');
    warnOfMissingDatasetKey(this, this.destination, [...datasetArns, ...datasetGroupArns]);
    const datasetArnPatterns = [...datasetArns, ...datasetGroupArns.map(arn => this.datasetsOf(arn))];
    const fragment = new DatasetExportFragment(this, 'Export', {
      datasetArn: sfn.JsonPath.stringAt('$.datasetArn'),
      datasetArnPatterns: datasetArnPatterns.slice(0, INLINE_DATASETS),
      runId: sfn.JsonPath.stringAt('$.run.executionArn'),
      resultPath: '$.datasetExport',
      destination: this.destination,
      ingestionMode: props.ingestionMode,
      tags: props.tags,
      pollInterval,
      // those of the run: a child execution counts its own
      _redrives: sfn.JsonPath.stringAt('$.redriveCount'),
    });
    this.grants = DatasetExportJobGrants._fromDestination(this.destination, `${fragment.jobNamePrefix}_*`);

    const states = new ExportStates(this, {
      fragment,
      ...work,
      maxConcurrency,
      distributed,
      eventBus: props.eventBus,
      failOnExportFailure: props.failOnExportFailure ?? true,
    });
    this.stateMachine = new sfn.StateMachine(this, 'StateMachine', {
      definitionBody: sfn.DefinitionBody.fromChainable(states.chain),
      comment: `Exports datasets of Amazon Personalize (${this.node.path})`,
      timeout: props.timeout ?? (distributed ? DISTRIBUTED_TIMEOUT : INLINE_TIMEOUT),
      logs: props.logs,
    });
    this.grantPrincipal = this.stateMachine.grantPrincipal;
    states.grantMapRuns(this.stateMachine);
    this.allowFurtherDatasets(datasetArnPatterns.slice(INLINE_DATASETS));
    // the policies come before the first run and leave after the last
    this.stateMachine.node.addDependency(this.destination._inPlace);
  }

  /**
   * Makes a rule for exports that failed, one event for each dataset.
   *
   * @param id the rule's id
   * @param options the rule's target and further restrictions
   */
  public onExportFailed(id: string, options: events.OnEventOptions = {}): events.Rule {
    return this.rule(id, JOB_EVENT, ['CREATE FAILED', 'ERROR'], options);
  }

  /**
   * Makes a rule for exports that are done, one event for each dataset.
   *
   * @param id the rule's id
   * @param options the rule's target and further restrictions
   */
  public onExportSucceeded(id: string, options: events.OnEventOptions = {}): events.Rule {
    return this.rule(id, JOB_EVENT, ['ACTIVE'], options);
  }

  /**
   * Makes a rule for runs in which a dataset could not be exported.
   *
   * A run that times out or is stopped sends no event: `addFailureAlarm()` notices these as well.
   *
   * @param id the rule's id
   * @param options the rule's target and further restrictions
   */
  public onRunFailed(id: string, options: events.OnEventOptions = {}): events.Rule {
    return this.rule(id, RUN_EVENT, ['FAILED'], options);
  }

  /**
   * Makes a rule for runs that exported all datasets.
   *
   * @param id the rule's id
   * @param options the rule's target and further restrictions
   */
  public onRunSucceeded(id: string, options: events.OnEventOptions = {}): events.Rule {
    return this.rule(id, RUN_EVENT, ['SUCCEEDED'], options);
  }

  /**
   * The number of runs that failed.
   *
   * @param props metric options
   * @default - sum over 5 minutes
   */
  public metricFailed(props?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.stateMachine.metricFailed(props);
  }

  /**
   * The number of runs that took longer than `timeout`.
   *
   * @param props metric options
   * @default - sum over 5 minutes
   */
  public metricTimedOut(props?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.stateMachine.metricTimedOut(props);
  }

  /**
   * The number of runs that were stopped by hand.
   *
   * @param props metric options
   * @default - sum over 5 minutes
   */
  public metricAborted(props?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.stateMachine.metricAborted(props);
  }

  /**
   * The number of runs that succeeded.
   *
   * @param props metric options
   * @default - sum over 5 minutes
   */
  public metricSucceeded(props?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.stateMachine.metricSucceeded(props);
  }

  /**
   * The number of runs that were started.
   *
   * @param props metric options
   * @default - sum over 5 minutes
   */
  public metricStarted(props?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.stateMachine.metricStarted(props);
  }

  /**
   * How long runs take, in milliseconds.
   *
   * @param props metric options
   * @default - average over 5 minutes
   */
  public metricTime(props?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.stateMachine.metricTime(props);
  }

  /**
   * Makes an alarm that goes off when a run has failed, timed out or was stopped.
   *
   * @param id the alarm's id
   * @param options what the alarm does
   */
  public addFailureAlarm(id: string, options: FailureAlarmOptions = {}): cloudwatch.Alarm {
    const alarm = new cloudwatch.Alarm(this, id, {
      alarmName: options.alarmName,
      alarmDescription: `A run of the Personalize dataset exports of ${this.node.path} has failed, timed out or was stopped`,
      metric: new cloudwatch.MathExpression({
        expression: 'failed + timedOut + aborted',
        usingMetrics: { failed: this.metricFailed(), timedOut: this.metricTimedOut(), aborted: this.metricAborted() },
        label: 'Runs that did not succeed',
        period: Duration.minutes(5),
      }),
      threshold: 1,
      evaluationPeriods: 1,
      comparisonOperator: cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      treatMissingData: cloudwatch.TreatMissingData.NOT_BREACHING,
    });
    alarm.addAlarmAction(...options.actions ?? []);
    return alarm;
  }

  private rule(id: string, detailType: string, status: string[], options: events.OnEventOptions): events.Rule {
    const rule = new events.Rule(options.crossStackScope ?? this, id, {
      description: options.description,
      ruleName: options.ruleName,
      eventBus: this.eventBus,
      eventPattern: { source: [SOURCE], detailType: [detailType], detail: { stateMachineArn: [this.stateMachine.stateMachineArn], status } },
    });
    rule.addEventPattern(options.eventPattern);
    rule.addTarget(options.target);
    return rule;
  }

  private validate(props: DatasetExportWorkflowProps): void {
    const { datasets = [], datasetGroups = [] } = props;
    rejectIf(
      datasets.length + datasetGroups.length > 0 ? undefined : 'datasets or datasetGroups must name something to export, got neither',
      literal`NothingToExport`, this,
    );
    for (const dataset of datasets) { rejectIf(datasetProblem(this, dataset, 'datasets'), literal`InvalidDataset`, this); }
    for (const group of datasetGroups) { rejectIf(datasetGroupProblem(this, group), literal`InvalidDatasetGroup`, this); }
    const work = workOf(props);
    rejectIf(props.distributed === false ? inlineMapProblem(work) : undefined, literal`TooManyForInlineMap`, this);
    rejectIf(historyProblem(work), literal`TooManyDatasetGroups`, this);
    rejectIf(payloadProblem(Stack.of(this), work), literal`TooManyDatasets`, this);
    rejectIf(repetition('datasets', datasets.map(({ datasetRef }) => datasetRef.datasetArn)), literal`DuplicateDataset`, this);
    rejectIf(repetition('datasetGroups', datasetGroups.map(({ datasetGroupRef }) => datasetGroupRef.datasetGroupArn)), literal`DuplicateDatasetGroup`, this);
    rejectIf(maxConcurrencyProblem(props.maxConcurrency), literal`InvalidMaxConcurrency`, this);
    rejectIf(checkDuration('pollInterval', props.pollInterval, 'seconds', durationWithin('pollInterval', Duration.seconds(1), Duration.days(1))), literal`InvalidPollInterval`, this);
    rejectIf(checkDuration('timeout', props.timeout, 'seconds', durationWithin('timeout', Duration.minutes(1), Duration.days(365))), literal`InvalidTimeout`, this);
  }

  private allowFurtherDatasets(arns: string[]): void {
    if (arns.length === 0) { return; }
    const policies = allowDatasets(this, this.stateMachine.role, arns);
    if (policies === undefined) {
      throw new ValidationError(literal`TooManyDatasets`, `datasets and datasetGroups must be fewer, got ${INLINE_DATASETS + arns.length}, and IAM does not let `
        + 'the role of a state machine hold the permissions for so many: leave some to a second DatasetExportWorkflow', this);
    }
    // not the whole construct: the role is below it
    this.stateMachine.node.defaultChild!.node.addDependency(policies);
  }

  /** An IAM pattern for the datasets of a group: their ARNs hold its name. */
  private datasetsOf(datasetGroupArn: string): string {
    const stack = Stack.of(this);
    const { resourceName } = stack.splitArn(datasetGroupArn, ArnFormat.SLASH_RESOURCE_NAME);
    return stack.formatArn({ service: 'personalize', resource: 'dataset', resourceName: `${resourceName}/*` });
  }
}

/** As many datasets and dataset groups are in the role's inline policies: with the CDK's estimate of their length, it leaves these in one piece. */
const INLINE_DATASETS = 20;
const INLINE_TIMEOUT = Duration.hours(6);
const DISTRIBUTED_TIMEOUT = Duration.days(2);

function workOf({ datasets = [], datasetGroups = [] }: DatasetExportWorkflowProps): Work {
  return {
    datasetArns: datasets.map(({ datasetRef }) => datasetRef.datasetArn),
    datasetGroupArns: datasetGroups.map(({ datasetGroupRef }) => datasetGroupRef.datasetGroupArn),
  };
}

function repetition(prop: string, arns: string[]): string | undefined {
  const repeated = arns.find((arn, index) => arns.indexOf(arn) < index);
  return repeated === undefined ? undefined : `${prop} must be different from each other, got ${JSON.stringify(repeated)} twice`;
}

const durationWithin = (prop: string, min: Duration, max: Duration) => (duration: Duration): string | undefined => {
  if (duration.isUnresolved()) { return `${prop} must be known at synth, got a token: pass a number`; }
  const seconds = duration.toSeconds({ integral: false });
  return Number.isInteger(seconds) && seconds >= min.toSeconds() && seconds <= max.toSeconds() ? undefined
    : `${prop} must be ${min.toHumanString()} to ${max.toHumanString()} in whole seconds, got ${duration.toHumanString()}`;
};

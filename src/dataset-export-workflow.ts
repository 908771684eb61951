import {
  ArnFormat, Duration, Stack, Token, ValidationError,
  aws_cloudwatch as cloudwatch, aws_events as events, aws_iam as iam, aws_kms as kms, aws_personalize as personalize, aws_stepfunctions as sfn,
} from 'aws-cdk-lib';
import { propertyInjectable } from 'aws-cdk-lib/core/lib/prop-injectable';
import { Construct, DependencyGroup, IDependable } from 'constructs';
import { DatasetExportFragment } from './dataset-export-fragment';
import { DatasetExportJobGrants } from './dataset-export-job-grants';
import { ExportDestination } from './export-destination';
import { IngestionMode } from './ingestion-mode';
import { ANY_DATASET, datasetNames } from './private/dataset-arn';
import { warnOfMissingDatasetKey } from './private/dataset-key-warning';
import { DEFAULT_MAX_CONCURRENCY, DEFAULT_POLL_INTERVAL } from './private/defaults';
import { serviceKeyProblem } from './private/environments';
import { datasetGroupProblem, datasetProblem, validateOutputPath } from './private/export-inputs';
import { runJobNamePattern } from './private/job-name';
import { DATASETS_PER_STATEMENT, datasetPolicies } from './private/policies/dataset-policies';
import { warnOfDatasetsNotRetained } from './private/retention-warning';
import { encryptStateMachine, writesLogs } from './private/state-machine-settings';
import { durationProblem, literal, rejectIf, wholeNumberProblem } from './private/validation';
import { grantMapRuns } from './private/workflow/dataset-map';
import { JOB_EVENT, RUN_EVENT, eventRule } from './private/workflow/events';
import { ExtensibleDefinition } from './private/workflow/extensible-definition';
import { historyProblem, inlineMapProblem, isInlineMapEnough, tablesHistoryProblem } from './private/workflow/history-budget';
import { Work, payloadProblem } from './private/workflow/payload-budget';
import { RegisteredTables } from './private/workflow/registered-tables';
import { RunStates } from './private/workflow/run-states';
import { RegisteredTable } from './private/workflow/table-states';

/**
 * Properties of a workflow that exports many datasets.
 *
 * @see https://docs.aws.amazon.com/personalize/latest/dg/API_CreateDatasetExportJob.html
 */
export interface DatasetExportWorkflowProps {
  /**
   * The datasets to export: `CfnDataset`s, or `Dataset.fromDatasetArn()`.
   *
   * They must be in the stack's account and Region. Synthesis fails if one is given twice or its type is known to be Actions or Action
   * interactions, which Personalize cannot export, and if there are more datasets than the quotas of Step Functions or IAM allow. 600
   * datasets and dataset groups in total always fit, unless their ARNs are tokens.
   *
   * @default - only those of `datasetGroups`; synthesis fails if both are empty
   */
  readonly datasets?: personalize.IDatasetRef[];

  /**
   * The dataset groups to export: `CfnDatasetGroup`s, or `DatasetGroup.fromDatasetGroupArn()`.
   *
   * Each run starts by listing their datasets. Datasets that Personalize cannot export are skipped, and counted in the report of the
   * run. Synthesis fails if a group is given twice, or is known to be in another account or Region than the stack.
   *
   * @default - only `datasets`
   */
  readonly datasetGroups?: personalize.IDatasetGroupRef[];

  /**
   * Which records to export, by how they were added to the datasets.
   *
   * If it is not set, Personalize exports no bulk imports, and synthesis warns about that.
   *
   * @see https://docs.aws.amazon.com/personalize/latest/dg/API_CreateDatasetExportJob.html
   * @default - Personalize's default, PUT: only records that were added individually
   */
  readonly ingestionMode?: IngestionMode;

  /**
   * The bucket, encryption key and service role for the exports. Each job writes to a folder of its own.
   *
   * Synthesis fails if it is known to be in another account or Region.
   *
   * @default - a new ExportDestination: an encrypted bucket, a KMS key and a service role
   */
  readonly destination?: ExportDestination;

  /**
   * How many export jobs the workflow runs at the same time: 1 to 1000. Synthesis fails if the value is out of range or a token.
   *
   * The default is Personalize's quota for import jobs; it documents none for export jobs. Jobs beyond Personalize's quota wait
   * until there is room for them.
   *
   * @default 5
   */
  readonly maxConcurrency?: number;

  /**
   * Whether the state machine's execution fails at its end if a dataset could not be exported.
   *
   * All other datasets are exported in any case. A redrive of a failed execution exports only what failed; an execution that
   * succeeded cannot be redriven.
   *
   * @see https://docs.aws.amazon.com/step-functions/latest/dg/redrive-executions.html
   * @default true
   */
  readonly failOnExportFailure?: boolean;

  /**
   * Whether an export counts as failed if it is complete, but has written no objects.
   *
   * By default, its report says `"objectCount": 0`. An export whose objects could not be counted never counts as failed. A redrive does empty
   * exports again.
   *
   * @default false
   */
  readonly failOnEmptyExport?: boolean;

  /**
   * Tags of the export jobs, at most 50. The stack's tags do not apply to them.
   *
   * Synthesis fails if there are more, if a key has more than 128 characters or starts with `aws:`, or if a value has more than
   * 256 characters.
   *
   * @see https://docs.aws.amazon.com/personalize/latest/dg/tagging-resources.html
   * @default - no tags
   */
  readonly tags?: { readonly [key: string]: string };

  /**
   * How often the status of a running job is checked: 1 second to 1 day, in whole seconds.
   *
   * The interval grows to a tenth of the time that the job has been running, up to an hour; after 100 hours, to a hundredth. Synthesis fails
   * if the value is out of range or a token: it is used to choose between an inline and a Distributed Map, see `distributed`.
   *
   * @default Duration.minutes(1)
   */
  readonly pollInterval?: Duration;

  /**
   * How long a run may take: 1 minute to 365 days, in whole seconds. Synthesis fails if the value is out of range or a token.
   *
   * After that, the execution times out, with neither a report nor an event for the run. Its running jobs continue, because
   * Personalize cannot stop them, and a redrive of the execution waits for them again.
   *
   * @default - 6 hours; 2 days with a Distributed Map
   */
  readonly timeout?: Duration;

  /**
   * Whether to use a Distributed Map: it exports each dataset in an execution of its own, and writes the reports of the datasets to
   * the destination's bucket instead of the execution's output.
   *
   * An inline Map reliably handles at most 100 datasets, fewer with a long timeout or a short poll interval: Step Functions limits the history
   * of an execution to 25,000 events and its output to 256 KiB. Synthesis fails if this is false and there are more than 164 datasets,
   * counting three for each dataset group.
   *
   * @default - true if there may be too many datasets for an inline Map, counting three for each dataset group
   */
  readonly distributed?: boolean;

  /**
   * The event bus for the events of exports and runs.
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

  /**
   * The KMS key that encrypts the definition and the executions of the state machine.
   *
   * The state machine's role gets the permission to use the key. The policy of an imported key must let IAM policies of the account grant its
   * use, as default key policies do; with `logs`, a warning at synthesis contains the statement to add there. Whoever reads executions needs
   * `kms:Decrypt`. Synthesis fails for an alias, and for a key that is known to be in another Region than the stack.
   *
   * @see https://docs.aws.amazon.com/step-functions/latest/dg/encryption-at-rest.html
   * @default - a key that Step Functions owns
   */
  readonly encryptionKey?: kms.IKey;

  /**
   * Whether X-Ray traces the state machine.
   *
   * Its role gets permissions on all resources (`*`), because those of X-Ray have no resource types.
   *
   * @see https://docs.aws.amazon.com/step-functions/latest/dg/concepts-xray-tracing.html
   * @default false
   */
  readonly tracing?: boolean;
}

/**
 * Options for the alarm on failed runs.
 *
 * @see https://docs.aws.amazon.com/step-functions/latest/dg/procedure-cw-metrics.html
 */
export interface DatasetExportFailureAlarmOptions {
  /**
   * What to do when a run has failed, such as `new cloudwatch_actions.SnsAction(topic)`.
   *
   * @default - no actions; the alarm only changes its state
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
 * Defines a state machine that exports many datasets of Amazon Personalize to S3.
 *
 * Each execution is a run, started by a `DatasetExportSchedule`, by an event or manually. Its output is the report of the run: for each
 * dataset the job's ARN, status, failure reason, output URI, start and end. If an export fails, the others continue, and the execution
 * fails at its end.
 *
 * The workflow puts an event on the event bus for each export and each run: see `onExportFailed()`, `onExportSucceeded()`,
 * `onRunFailed()` and `onRunSucceeded()`.
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
   * The bucket, encryption key and service role of the exports.
   */
  public readonly destination: ExportDestination;

  /**
   * The event bus for the events of exports and runs, if it is not the default one.
   */
  public readonly eventBus?: events.IEventBus;

  /**
   * Grants on the objects that all runs export.
   */
  public readonly grants: DatasetExportJobGrants;

  /**
   * The state machine's role.
   */
  public readonly grantPrincipal: iam.IPrincipal;

  /**
   * What must exist before a run starts, and does not before the state machine.
   *
   * @internal
   */
  public readonly _beforeRuns = new DependencyGroup();

  private readonly work: Work;
  private readonly jobNamePattern: string;
  private readonly tables: RegisteredTables;

  /**
   * Defines a workflow.
   *
   * @param scope the parent construct
   * @param id the construct's id
   * @param props what to export, and how
   */
  constructor(scope: Construct, id: string, props: DatasetExportWorkflowProps) {
    super(scope, id);
    this.validate(props);

    this.eventBus = props.eventBus;
    this.destination = props.destination ?? new ExportDestination(this, 'Destination');
    this.work = workOf(props);
    const { work } = this;
    warnOfMissingDatasetKey(this, this.destination, [...work.datasetArns, ...work.datasetGroupArns]);
    warnOfDatasetsNotRetained(work.datasetArns);
    const [allowed, furtherAllowed] = this.datasetPatterns(work);
    const fragment = this.fragment(props, allowed);
    this.jobNamePattern = `${fragment.jobNamePrefix}_*`;
    this.grants = DatasetExportJobGrants._fromDestination(this.destination, { ...ANY_DATASET, jobName: this.jobNamePattern });
    for (const arn of [...work.datasetArns, ...work.datasetGroupArns]) {
      validateOutputPath(this, this.destination, { arn, jobName: runJobNamePattern(fragment.jobNamePrefix) });
    }

    const { maxConcurrency = DEFAULT_MAX_CONCURRENCY, pollInterval = DEFAULT_POLL_INTERVAL, timeout } = props;
    const pace = { maxConcurrency, timeoutSeconds: (timeout ?? INLINE_TIMEOUT).toSeconds(), pollSeconds: pollInterval.toSeconds() };
    const distributed = props.distributed ?? !isInlineMapEnough(work, pace);
    this.tables = new RegisteredTables(this, this.destination.bucket.bucketName, tables => (
      props.distributed === undefined && !distributed ? tablesHistoryProblem(work, pace, tables) : undefined));
    const { failOnExportFailure = true, eventBus } = props;
    const states = new RunStates(this, { fragment, ...work, maxConcurrency, distributed, eventBus, failOnExportFailure });
    this.stateMachine = new sfn.StateMachine(this, 'StateMachine', {
      definitionBody: new ExtensibleDefinition(states.chain, definition => this.tables.extend(definition)),
      comment: `Exports datasets of Amazon Personalize (${this.node.path})`,
      timeout: timeout ?? (distributed ? DISTRIBUTED_TIMEOUT : INLINE_TIMEOUT),
      logs: props.logs,
      tracingEnabled: props.tracing || undefined,
    });
    this.encrypt(props, distributed);
    this.grantPrincipal = this.stateMachine.grantPrincipal;
    if (distributed) { grantMapRuns(this, this.stateMachine, fragment); }
    this.allow(furtherAllowed);
    // the policies are created before the first run and deleted after the last
    this.stateMachine.node.addDependency(this.destination._inPlace);
  }

  /**
   * Defines a rule for failed exports. Each dataset has an event of its own.
   *
   * @param id the rule's id
   * @param options the rule's target and further conditions
   */
  public onExportFailed(id: string, options: events.OnEventOptions = {}): events.Rule {
    return eventRule(this, this, id, JOB_EVENT, ['CREATE FAILED', 'ERROR'], options);
  }

  /**
   * Defines a rule for successful exports. Each dataset has an event of its own.
   *
   * @param id the rule's id
   * @param options the rule's target and further conditions
   */
  public onExportSucceeded(id: string, options: events.OnEventOptions = {}): events.Rule {
    return eventRule(this, this, id, JOB_EVENT, ['ACTIVE'], options);
  }

  /**
   * Defines a rule for runs in which a dataset could not be exported.
   *
   * A run that times out or is stopped sends no event: `addFailureAlarm()` covers these as well.
   *
   * @param id the rule's id
   * @param options the rule's target and further conditions
   */
  public onRunFailed(id: string, options: events.OnEventOptions = {}): events.Rule {
    return eventRule(this, this, id, RUN_EVENT, ['FAILED'], options);
  }

  /**
   * Defines a rule for runs that exported all datasets.
   *
   * @param id the rule's id
   * @param options the rule's target and further conditions
   */
  public onRunSucceeded(id: string, options: events.OnEventOptions = {}): events.Rule {
    return eventRule(this, this, id, RUN_EVENT, ['SUCCEEDED'], options);
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
   * The number of runs that were stopped manually.
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
   * Defines an alarm on runs that fail, time out or are stopped.
   *
   * @param id the alarm's id
   * @param options what the alarm does
   */
  public addFailureAlarm(id: string, options: DatasetExportFailureAlarmOptions = {}): cloudwatch.Alarm {
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

  /**
   * Registers each export of a dataset in its table, once it is done.
   *
   * @internal
   */
  public _addTable(scope: Construct, table: RegisteredTable, resource: IDependable): void {
    rejectIf(this.tables.get(table.datasetArn) && 'dataset must not have two tables in a workflow: remove one of them', literal`DuplicateTable`, scope);
    rejectIf(this.tables.problem(table), literal`TooManyTables`, scope);
    // before the first run
    this.stateMachine.node.defaultChild!.node.addDependency(resource, this.tables.add(table, this.stateMachine.role));
    if (table.header !== undefined) { this._grantsOf(table.datasetArn).read(this.stateMachine); }
  }

  /**
   * Why there are no exports of a dataset; undefined if there are or may be, because only the deployment knows.
   *
   * @internal
   */
  public _datasetProblem(datasetArn: string): string | undefined {
    const { datasetArns, datasetGroupArns } = this.work;
    const isKnown = ![datasetArn, ...datasetGroupArns].some(arn => Token.isUnresolved(arn));
    const isInGroup = datasetGroupArns.some(arn => datasetArn.startsWith(`${arn.replace(':dataset-group/', ':dataset/')}/`));
    if (datasetArns.includes(datasetArn) || isInGroup || (datasetGroupArns.length > 0 && !isKnown)) { return undefined; }
    return `dataset must be one of those that the workflow exports, got ${JSON.stringify(datasetArn)}: add it to datasets of ${this.node.path}`;
  }

  /**
   * Grants on the objects that all runs export of a dataset.
   *
   * @internal
   */
  public _grantsOf(datasetArn: string): DatasetExportJobGrants {
    return DatasetExportJobGrants._fromDestination(this.destination, { ...datasetNames(datasetArn), jobName: this.jobNamePattern });
  }

  private validate(props: DatasetExportWorkflowProps): void {
    const { datasets = [], datasetGroups = [] } = props;
    rejectIf(
      datasets.length + datasetGroups.length > 0 ? undefined : 'datasets or datasetGroups must have at least one element, got none: there is nothing to export',
      literal`NothingToExport`, this,
    );
    for (const dataset of datasets) { rejectIf(datasetProblem(this, dataset, 'datasets'), literal`InvalidDataset`, this); }
    for (const group of datasetGroups) { rejectIf(datasetGroupProblem(this, group, 'datasetGroups'), literal`InvalidDatasetGroup`, this); }
    const work = workOf(props);
    rejectIf(props.distributed === false ? inlineMapProblem(work) : undefined, literal`TooManyForInlineMap`, this);
    rejectIf(historyProblem(work), literal`TooManyDatasetGroups`, this);
    rejectIf(payloadProblem(Stack.of(this), work), literal`TooManyDatasets`, this);
    rejectIf(repetition('datasets', datasets.map(({ datasetRef }) => datasetRef.datasetArn)), literal`DuplicateDataset`, this);
    rejectIf(repetition('datasetGroups', datasetGroups.map(({ datasetGroupRef }) => datasetGroupRef.datasetGroupArn)), literal`DuplicateDatasetGroup`, this);
    rejectIf(wholeNumberProblem('maxConcurrency', props.maxConcurrency, 1, 1000), literal`InvalidMaxConcurrency`, this);
    rejectIf(durationProblem('pollInterval', props.pollInterval, { unit: 'seconds', max: Duration.days(1) }), literal`InvalidPollInterval`, this);
    rejectIf(serviceKeyProblem(props.encryptionKey, 'encryptionKey', Stack.of(this)), literal`InvalidEncryptionKey`, this);
    rejectIf(durationProblem('timeout', props.timeout, { unit: 'seconds', min: Duration.minutes(1), max: Duration.days(365) }), literal`InvalidTimeout`, this);
  }

  private fragment(props: DatasetExportWorkflowProps, datasetArnPatterns: string[]): DatasetExportFragment {
    return new DatasetExportFragment(this, 'Export', {
      datasetArn: sfn.JsonPath.stringAt('$.datasetArn'),
      datasetArnPatterns,
      runId: sfn.JsonPath.stringAt('$.run.executionArn'),
      resultPath: '$.datasetExport',
      destination: this.destination,
      ingestionMode: props.ingestionMode,
      tags: props.tags,
      failOnEmptyExport: props.failOnEmptyExport,
      pollInterval: props.pollInterval,
      // of the run: a child execution counts its own
      _redrives: sfn.JsonPath.stringAt('$.redriveCount'),
      _startTime: sfn.JsonPath.stringAt('$.startTime'),
    });
  }

  /** @returns patterns for the datasets that the role's default policy allows, and for the others */
  private datasetPatterns({ datasetArns, datasetGroupArns }: Work): [string[], string[]] {
    const stack = Stack.of(this);
    const ofGroups = datasetGroupArns.map(arn => stack.formatArn({
      service: 'personalize', resource: 'dataset', resourceName: `${stack.splitArn(arn, ArnFormat.SLASH_RESOURCE_NAME).resourceName}/*`,
    }));
    const patterns = [...datasetArns, ...ofGroups];
    return [patterns.slice(0, DATASETS_PER_STATEMENT), patterns.slice(DATASETS_PER_STATEMENT)];
  }

  private encrypt({ encryptionKey, logs }: DatasetExportWorkflowProps, isDistributed: boolean): void {
    if (encryptionKey === undefined) { return; }
    const { role, node } = this.stateMachine;
    const machine = { resource: node.defaultChild as sfn.CfnStateMachine, role, isLogged: writesLogs(logs), isDistributed };
    this._beforeRuns.add(encryptStateMachine(this, machine, encryptionKey));
  }

  private allow(furtherDatasets: string[]): void {
    if (furtherDatasets.length === 0) { return; }
    const policies = datasetPolicies(this, this.stateMachine.role, furtherDatasets);
    if (policies === undefined) {
      throw new ValidationError(literal`TooManyDatasets`, `datasets and datasetGroups must be fewer, got ${DATASETS_PER_STATEMENT + furtherDatasets.length}: `
        + 'the permissions for all of them exceed the IAM quotas of the state machine\'s role. Split them among several DatasetExportWorkflows', this);
    }
    // not on the construct as a whole, which contains the role
    this.stateMachine.node.defaultChild!.node.addDependency(policies);
  }
}

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
  return repeated === undefined ? undefined : `${prop} must not contain duplicates, got ${JSON.stringify(repeated)} twice: leave out one of them`;
}

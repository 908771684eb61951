/** What the control API and its client say to each other. Types only: the client shares no code with the server. */

export interface CallRecord {
  /** simulated time, ISO 8601 */
  readonly time: string;
  readonly service: string;
  readonly operation: string;
  /** the caller's ARN */
  readonly caller: string;
  /** body of JSON calls, parameters of query calls, path and query of the others */
  readonly parameters: Record<string, unknown>;
  /** 0: the connection was dropped without an answer; absent while the call is under way */
  status?: number;
  errorCode?: string;
}

/** A decision of IAM. */
export interface DecisionRecord {
  /** the ARN of a role (with that of its session) or a user, whose identity policies count, or a service: `personalize.amazonaws.com` */
  readonly principal: { readonly roleArn?: string; readonly userArn?: string; readonly service?: string; readonly sessionArn?: string };
  /** `personalize:CreateDatasetExportJob` */
  readonly action: string;
  /** an ARN, or `*` for actions without resources */
  readonly resource: string;
  /** condition keys */
  readonly context?: Record<string, string | string[]>;
  /** bucket, key or trust policy, if the resource has one */
  readonly resourcePolicy?: object;
  readonly allowed: boolean;
}

/** The next calls of an operation go wrong. */
export interface Fault {
  /** signing name; absent: any service */
  readonly service?: string;
  readonly operation: string;
  /** part of the caller's ARN; absent: any caller */
  readonly caller?: string;
  /** calls let through first; default 0 */
  readonly after?: number;
  /** calls that go wrong; default 1 */
  readonly times?: number;
  /** simulated seconds to wait before anything else happens */
  readonly delaySeconds?: number;
  /** answered in the protocol of the service */
  readonly error?: { readonly code: string; readonly message?: string; readonly status?: number };
  /** the connection is closed without an answer */
  readonly drop?: boolean;
  /** with `error` or `drop`: the call takes effect all the same */
  readonly takesEffect?: boolean;
}

export type DatasetType = 'INTERACTIONS' | 'ITEMS' | 'USERS' | 'ACTIONS' | 'ACTION_INTERACTIONS';

export interface SeedRequest {
  /** the dataset group's name */
  readonly group: string;
  readonly type: DatasetType;
  /** CSV with header: what import jobs brought in */
  readonly csv: string;
  /** CSV with header: what was put record by record */
  readonly putCsv?: string;
  /** the key that the dataset group is encrypted with */
  readonly kmsKeyArn?: string;
}

export interface PersonalizeSettings {
  /** simulated seconds that jobs stay `CREATE PENDING` */
  secondsPending: number;
  /** simulated seconds that jobs stay `CREATE IN_PROGRESS` */
  secondsInProgress: number;
  /** further jobs are refused with LimitExceededException; null: no limit */
  maxConcurrentJobs: number | null;
  /** while set, jobs that would have written their output fail with this reason */
  failNextJobsWith: string | null;
  /** the same for jobs whose names begin with these texts */
  jobs: Readonly<Record<string, Partial<JobSettings>>>;
  /** datasets, by ARN, whose jobs fail in the end, and the reasons */
  failJobsOf: Readonly<Record<string, string>>;
  /** datasets in an answer of ListDatasets that asks for no fewer */
  datasetsPerPage: number;
  /** what DescribeDatasetExportJob says instead of `CREATE IN_PROGRESS`: a status that nobody has heard of, say */
  statusInProgress: string | null;
  /** whether Personalize's own calls to S3 and KMS carry aws:SourceAccount and aws:SourceArn (not documented) */
  sendSourceContext: boolean;
  /** rows per output file */
  recordsPerFile: number;
}

export interface LambdaSettings {
  /** the account's limit in the Region, for all functions together */
  concurrentExecutions: number;
  /** how much of it somebody else's functions take */
  heldByOthers: number;
}

export interface JobRecord {
  readonly datasetExportJobArn: string;
  /** every parameter as it was sent */
  readonly request: Record<string, unknown>;
  readonly caller: string;
  readonly status: string;
  readonly failureReason?: string;
  /** which permission was missing: AWS does not tell */
  readonly detail?: string;
  /** simulated times, ISO 8601 */
  readonly creationDateTime: string;
  readonly lastUpdatedDateTime: string;
}

/** A stack and everything that has happened to it. */
export interface StackRecord {
  readonly stackId: string;
  readonly status: string;
  readonly statusReason?: string;
  /** by output key */
  readonly outputs: Readonly<Record<string, string>>;
  /** oldest first */
  readonly events: readonly StackEventRecord[];
}

export interface StackEventRecord {
  /** real time, ISO 8601 */
  readonly time: string;
  /** the stack's name for its own events */
  readonly logicalId: string;
  readonly physicalId: string;
  readonly resourceType: string;
  readonly status: string;
  readonly reason?: string;
}

export interface ObjectRecord {
  readonly key: string;
  readonly size: number;
  readonly kmsKeyArn?: string;
}

/** Printed by main.ts when it is ready. */
export interface Ready {
  readonly endpoint: string;
  readonly region: string;
  readonly account: string;
  /** for the CDK CLI, the SDKs and everything else that is to talk to local AWS */
  readonly env: Record<string, string>;
}

/** An event that somebody put on an event bus. */
export interface EventRecord {
  /** simulated time, ISO 8601 */
  readonly time: string;
  /** the bus's name */
  readonly eventBus: string;
  readonly source: string;
  readonly detailType: string;
  readonly detail: Record<string, unknown>;
  /** the targets of the rules that it matched, by ARN */
  readonly deliveredTo: string[];
}

export interface ExecutionRecord {
  readonly executionArn: string;
  readonly stateMachineArn: string;
  readonly name: string;
  readonly input: string;
  /** simulated seconds since the epoch */
  readonly startDate: number;
  readonly status: 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'TIMED_OUT' | 'ABORTED';
  readonly stopDate?: number;
  /** JSON */
  readonly output?: string;
  readonly error?: string;
  readonly cause?: string;
  readonly redriveCount: number;
  /** simulated seconds since the epoch */
  readonly redriveDate?: number;
  /** how long the history was when the execution ended last */
  readonly historyEvents: number;
}

/** A request to a custom resource, and every response to it. */
export interface CustomResourceExchange {
  readonly requestId: string;
  readonly functionArn: string;
  /** simulated time, ISO 8601 */
  readonly sentAt: string;
  /** the event that the function got */
  readonly request: CustomResourceRequest;
  readonly responses: {
    /** simulated time, ISO 8601 */
    readonly receivedAt: string;
    readonly body: string;
    /** false: it came too late, or after another one */
    readonly accepted: boolean;
  }[];
  /** absent while CloudFormation waits */
  outcome?: 'SUCCESS' | 'FAILED' | 'TIMED OUT' | 'CANCELLED';
  /** of a failure */
  reason?: string;
}

export interface CustomResourceRequest {
  readonly RequestType: 'Create' | 'Update' | 'Delete';
  readonly ServiceToken: string;
  readonly ResponseURL: string;
  readonly StackId: string;
  readonly RequestId: string;
  readonly LogicalResourceId: string;
  readonly PhysicalResourceId?: string;
  readonly ResourceType: string;
  readonly ResourceProperties: Record<string, unknown>;
  readonly OldResourceProperties?: Record<string, unknown>;
}

/** What can be set for all jobs, or for some. */
export type JobSettings = Pick<PersonalizeSettings, 'secondsPending' | 'secondsInProgress' | 'failNextJobsWith'>;

/** The data of the control API. Types only: the client shares no code with the server. */

/** ISO 8601 */
type SimulatedTime = string;
/** since the epoch */
type SimulatedSeconds = number;

export interface CallRecord {
  readonly time: SimulatedTime;
  readonly service: string;
  readonly operation: string;
  /** the caller's ARN */
  readonly caller: string;
  /** the body of JSON calls, the parameters of query calls, path and query of others */
  readonly parameters: Record<string, unknown>;
  /** 0: the connection was dropped; absent while the call is running */
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

/** Makes the next calls of an operation go wrong. */
export interface Fault {
  /** signing name; default: any service */
  readonly service?: string;
  readonly operation: string;
  /** part of the caller's ARN; default: any caller */
  readonly caller?: string;
  /** how many calls are let through first; default: 0 */
  readonly after?: number;
  /** how many calls go wrong; default: 1 */
  readonly times?: number;
  /** simulated seconds, before anything else happens */
  readonly delaySeconds?: number;
  /** the answer, in the protocol of the service */
  readonly error?: { readonly code: string; readonly message?: string; readonly status?: number };
  /** Closes the connection without an answer. */
  readonly drop?: boolean;
  /** with `error` or `drop`: the call still takes effect */
  readonly takesEffect?: boolean;
}

/** Where simulated time is to stop. */
export type StopAt =
  | { readonly afterSeconds: number }
  /** as soon as such a call is answered, with that error; default: without one */
  | Pick<Fault, 'service' | 'operation' | 'caller'> & { readonly errorCode?: string };

export type DatasetType = 'INTERACTIONS' | 'ITEMS' | 'USERS' | 'ACTIONS' | 'ACTION_INTERACTIONS';

export interface SeedRequest {
  /** the dataset group's name */
  readonly group: string;
  readonly type: DatasetType;
  /** CSV with header: records of import jobs */
  readonly csv: string;
  /** CSV with header: records that were put individually */
  readonly putCsv?: string;
  /** of the dataset group */
  readonly kmsKeyArn?: string;
}

export interface PersonalizeSettings {
  /** simulated seconds that jobs stay `CREATE PENDING` */
  secondsPending: number;
  /** simulated seconds that jobs stay `CREATE IN_PROGRESS` */
  secondsInProgress: number;
  /** More jobs are refused with LimitExceededException; null: no limit. */
  maxConcurrentJobs: number | null;
  /** While it is set, jobs fail with this reason instead of writing their output. */
  failNextJobsWith: string | null;
  /** settings of their own for jobs, by what their names begin with */
  jobs: Readonly<Record<string, Partial<JobSettings>>>;
  /** the reasons with which jobs fail, by the ARNs of their datasets */
  failJobsOf: Readonly<Record<string, string>>;
  /** the most datasets in an answer of ListDatasets */
  datasetsPerPage: number;
  /** what DescribeDatasetExportJob answers instead of `CREATE IN_PROGRESS`, such as an unknown status */
  statusInProgress: string | null;
  /** whether Personalize's own calls to S3 and KMS have aws:SourceAccount and aws:SourceArn, which is not documented */
  sendSourceContext: boolean;
  /** rows per output file */
  recordsPerFile: number;
  /** where the output files are below the path of the request: empty, or ends with a slash */
  outputSubfolder: string;
  /** of the output files' names; `.gz` follows if they are compressed */
  outputExtension: string;
  /** Whether the output files are compressed. */
  outputGzip: boolean;
  /** Whether an export without records writes a file with the header only, or no file. */
  fileWithoutRecords: boolean;
  /** which files begin with the names of the columns */
  headers: 'all files' | 'first file' | 'none';
  /** Whether the columns are in the order of the schema, or in the opposite one. */
  columnOrder: 'schema' | 'opposite';
  /** Whether all values are in quotes, or only those that need it. */
  quotesAll: boolean;
  /** Whether the names of the columns are in quotes. */
  quotesHeader: boolean;
  /** what stands before a quote in a value */
  quoteEscape: '"' | '\\';
  lineEnd: '\n' | '\r\n';
  /** Whether files begin with a byte order mark. */
  byteOrderMark: boolean;
  /** Whether ListDatasets answers first with a page that has a token but no member `datasets`. */
  emptyPageFirst: boolean;
  /** Lists types of datasets as `INTERACTIONS`, rather than as `Interactions`. */
  uppercasesTypes: boolean;
  /** Whether DescribeDatasetExportJob answers with the slash at the end of the output path, if the request had one. */
  echoesTrailingSlash: boolean;
  /** Whether DescribeDatasetExportJob leaves out what the request left out, instead of answering with the default. */
  omitsDefaults: boolean;
  /**
   * what DescribeDatasetExportJob leaves out of its answer, by the status of the job: no member is required, not even `datasetExportJob`.
   * https://docs.aws.amazon.com/personalize/latest/dg/API_DatasetExportJob.html
   */
  omits: Readonly<Record<string, readonly string[]>>;
  /** simulated seconds until DescribeDatasetExportJob and ListDatasetExportJobs find a new job */
  secondsUntilVisible: number;
  /** Whether CreateDatasetExportJob refuses a job that may not write its output; in any case the job itself fails then. */
  checksAccessAtCreate: boolean;
}

export interface LambdaSettings {
  /** the account's limit in the Region, for all functions together */
  concurrentExecutions: number;
  /** how much of it other functions use, which are not here */
  heldByOthers: number;
  /** When a function gets the same asynchronous event again, in seconds after the first time: by turns for one event after the other; null: never. */
  redeliveredAfterSeconds: readonly (number | null)[];
}

export interface JobRecord {
  readonly datasetExportJobArn: string;
  /** all parameters */
  readonly request: Record<string, unknown>;
  readonly caller: string;
  readonly status: string;
  readonly failureReason?: string;
  /** which permission was missing, or what is wrong with the data; AWS does not tell */
  readonly detail?: string;
  readonly creationDateTime: SimulatedTime;
  readonly lastUpdatedDateTime: SimulatedTime;
}

export interface ImportJobRecord extends Omit<JobRecord, 'datasetExportJobArn' | 'caller'> {
  readonly datasetImportJobArn: string;
}

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
  /** the stack's name, for its own events */
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

/** A table or a view in the Data Catalog. */
export interface TableRecord {
  readonly database: string;
  readonly name: string;
  /** the TableInput of Glue's API */
  readonly input: Readonly<Record<string, unknown>>;
  /** in the order of their creation */
  readonly partitions: readonly { readonly values: readonly string[]; readonly location?: string }[];
}

/** Printed by main.ts when it is ready. */
export interface Ready {
  readonly endpoint: string;
  readonly region: string;
  readonly account: string;
  /** environment variables that make the CDK CLI and the SDKs use local AWS */
  readonly env: Record<string, string>;
}

/** An event on an event bus. */
export interface EventRecord {
  readonly time: SimulatedTime;
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
  readonly startDate: SimulatedSeconds;
  readonly status: 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'TIMED_OUT' | 'ABORTED';
  readonly stopDate?: SimulatedSeconds;
  /** JSON */
  readonly output?: string;
  readonly error?: string;
  readonly cause?: string;
  readonly redriveCount: number;
  readonly redriveDate?: SimulatedSeconds;
  /** the length of the history when the execution last ended */
  readonly historyEvents: number;
}

/** A request to a custom resource, and every response to it. */
export interface CustomResourceExchange {
  readonly requestId: string;
  readonly functionArn: string;
  readonly sentAt: SimulatedTime;
  /** the event that the function got */
  readonly request: CustomResourceRequest;
  readonly responses: {
    readonly receivedAt: SimulatedTime;
    readonly body: string;
    /** false: it was too late, or not the first */
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

/** What output files look like and where they are: nothing of it is documented. */
export type OutputLayout = Pick<PersonalizeSettings,
  'recordsPerFile' | 'outputSubfolder' | 'outputExtension' | 'outputGzip' | 'fileWithoutRecords' | 'headers' | 'columnOrder' | 'quotesAll' | 'quotesHeader' | 'quoteEscape'
  | 'lineEnd' | 'byteOrderMark'>;

/** What can be set for all jobs, or for some. */
export type JobSettings = Pick<PersonalizeSettings, 'secondsPending' | 'secondsInProgress' | 'failNextJobsWith'>;

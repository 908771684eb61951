/**
 * What the parts of local AWS have in common. Each service lives in a folder of its own and implements `Service`;
 * `LocalAws` (local-aws.ts) wires them together. Nothing in here is shipped.
 */

/** The account that everything happens in. */
export const ACCOUNT = '111122223333';

/** Time as the simulated services see it: it can run faster than the wall clock, never backwards. */
export interface Clock {
  /** real milliseconds since the epoch at which simulated and real time were the same */
  readonly origin: number;
  /** simulated milliseconds since the epoch */
  now(): number;
  /** resolves after this many simulated milliseconds */
  sleep(ms: number): Promise<void>;
  /** Does what takes real time, as a function's process does: until it is done, simulated time is no faster than that. */
  work<T>(action: () => Promise<T>): Promise<T>;
}

/** Who signed a request, found by the access key id in its Authorization header. */
export interface Caller {
  readonly accessKeyId: string;
  readonly account: string;
  /** `arn:aws:iam::…:user/deployer` or `arn:aws:sts::…:assumed-role/<role>/<session>` */
  readonly arn: string;
  /** set for an assumed role: the role's own ARN, whose policies count */
  readonly roleArn?: string;
}

/** An error as the service would answer it. */
export class ServiceError extends Error {
  constructor(public readonly code: string, message: string, public readonly status = 400) {
    super(message);
    this.name = code;
  }
}

/** Thrown for everything that local AWS cannot do: never passed over, always named. */
export class NotSupportedError extends ServiceError {
  constructor(what: string) {
    super('LocalAwsNotSupported', `local AWS does not support ${what}`, 501);
  }
}

/** One HTTP request, its body read, its caller known. */
export interface ApiRequest {
  readonly method: string;
  /** decoded path, without the query */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: Record<string, string | undefined>;
  readonly body: Buffer;
  readonly region: string;
  readonly caller: Caller;
}

export interface ApiResponse {
  readonly status: number;
  readonly headers?: Record<string, string>;
  readonly body?: string | Buffer;
}

/** A service behind the endpoint, chosen by the service name in the request's SigV4 credential scope. */
export interface Service {
  /** SigV4 signing name: `sts`, `ssm`, `s3`, `cloudformation`, `personalize`, `lambda`, `states`, `logs`, `cloudtrail` … */
  readonly signingName: string;
  /** The operation's API name (`CreateDatasetExportJob`), for the call log and for faults. */
  operation(request: ApiRequest): string;
  handle(operation: string, request: ApiRequest): Promise<ApiResponse>;
  /** How this service's protocol words an error. */
  error(error: ServiceError, requestId: string): ApiResponse;
}

/** One IAM decision. */
export interface AuthorizationRequest {
  /** A role's or user's ARN (identity policies apply), or a service principal such as `personalize.amazonaws.com`. */
  readonly principal: { readonly roleArn?: string; readonly userArn?: string; readonly service?: string; readonly sessionArn?: string };
  /** `personalize:CreateDatasetExportJob` */
  readonly action: string;
  /** the ARN, or `*` for actions without resources */
  readonly resource: string;
  /** condition keys, e.g. `{ 'iam:PassedToService': 'personalize.amazonaws.com' }` */
  readonly context?: Record<string, string | string[]>;
  /** bucket policy, key policy or trust policy, when the resource has one */
  readonly resourcePolicy?: object;
}

/** A decision as it was made, in order; tests replay and vary these. */
export interface RecordedDecision extends AuthorizationRequest {
  readonly allowed: boolean;
}

export interface Iam {
  readonly decisions: readonly RecordedDecision[];
  /** The roles are stored by name. `createRole` throws EntityAlreadyExists; deletes throw NoSuchEntity. */
  createRole(role: { roleName: string; assumeRolePolicyDocument: object; permissionsBoundary?: string; path?: string }): string;
  updateRole(roleName: string, change: { assumeRolePolicyDocument?: object; permissionsBoundary?: string }): void;
  /** Refuses (DeleteConflict) while inline policies are left, as IAM does. */
  deleteRole(roleName: string): void;
  hasRole(roleArn: string): boolean;
  putRolePolicy(roleName: string, policyName: string, document: object): void;
  deleteRolePolicy(roleName: string, policyName: string): void;
  attachRolePolicy(roleName: string, policyArn: string): void;
  detachRolePolicy(roleName: string, policyArn: string): void;
  createPolicy(policyName: string, document: object): string;
  updatePolicy(policyArn: string, document: object): void;
  deletePolicy(policyArn: string): void;
  /** true or false, never throws; recorded. */
  isAllowed(request: AuthorizationRequest): Promise<boolean>;
  /** Throws AccessDenied in AWS's words when not allowed. */
  authorize(request: AuthorizationRequest): Promise<void>;
  /** A role session's credentials: checks the trust policy for the principal (a service or an ARN) first. */
  assumeRole(request: {
    roleArn: string; sessionName: string; principal: AuthorizationRequest['principal']; context?: Record<string, string>;
  }): Promise<Credentials>;
}

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
  readonly expiration: Date;
  readonly caller: Caller;
}

export interface BucketConfiguration {
  /** the default KMS key's ARN; undefined: SSE-S3 */
  kmsKeyArn?: string;
  versioned?: boolean;
  policy?: object;
}

export interface StoredObject {
  readonly key: string;
  readonly body: Buffer;
  readonly lastModified: Date;
  readonly kmsKeyArn?: string;
}

/** Buckets and objects; who may touch them is decided by the callers of these through `Iam` (the S3 API does so itself). */
export interface S3 {
  createBucket(name: string, configuration: BucketConfiguration): void;
  updateBucket(name: string, configuration: Partial<BucketConfiguration>): void;
  /** Throws BucketNotEmpty. */
  deleteBucket(name: string): void;
  bucket(name: string): BucketConfiguration | undefined;
  objects(bucket: string): StoredObject[];
  putObject(bucket: string, key: string, body: Buffer, kmsKeyArn?: string): void;
  getObject(bucket: string, key: string): StoredObject | undefined;
  /** In a versioned bucket, what was there stays as an older version. */
  deleteObject(bucket: string, key: string): void;
}

export interface Kms {
  /** Returns the key's ARN. */
  createKey(policy: object): string;
  putKeyPolicy(keyArn: string, policy: object): void;
  scheduleKeyDeletion(keyArn: string): void;
  /** Undefined when there is no such key (or it awaits deletion). */
  keyPolicy(keyArn: string): object | undefined;
}

export interface Logs {
  createLogGroup(name: string, retentionInDays?: number): void;
  updateLogGroup(name: string, retentionInDays?: number): void;
  deleteLogGroup(name: string): void;
  hasLogGroup(name: string): boolean;
  append(logGroup: string, stream: string, line: string): void;
  lines(logGroup: string): string[];
}

/** The Personalize resources that CloudFormation makes; the API operations are behind the service itself. */
export interface PersonalizeResources {
  createSchema(name: string, schema: string): string;
  deleteSchema(schemaArn: string): void;
  createDatasetGroup(request: { name: string; kmsKeyArn?: string; roleArn?: string; domain?: string }): string;
  deleteDatasetGroup(arn: string): void;
  createDataset(request: { name: string; datasetGroupArn: string; datasetType: string; schemaArn: string }): string;
  deleteDataset(arn: string): void;
}

/** Parameters of type String. A template parameter of type `AWS::SSM::Parameter::Value<String>` reads them. */
export interface Ssm {
  parameter(name: string): string | undefined;
  /** Throws ParameterAlreadyExists. */
  createParameter(name: string, value: string): void;
  setParameter(name: string, value: string): void;
  /** Throws ParameterNotFound. */
  deleteParameter(name: string): void;
}

/** Rules of event buses, by name. */
export interface EventRules {
  putRule(name: string, rule: { eventBus: string; pattern: object; targets: string[] }): void;
  deleteRule(name: string): void;
}

/** Everything a resource type or a service may need of the others. */
export interface World {
  readonly region: string;
  readonly clock: Clock;
  readonly iam: Iam;
  readonly s3: S3;
  readonly kms: Kms;
  readonly logs: Logs;
  readonly ssm: Ssm;
  readonly personalize: PersonalizeResources;
  readonly events: EventRules;
  /** `http://127.0.0.1:<port>` */
  readonly endpoint: string;
}

/**
 * What an error of Personalize, CloudFormation or the network means for the export:
 *
 * - `transient`: goes away by itself; tried again until the timeout
 * - `settling`: goes away by itself if it is due to a new role or policy that has not propagated; tried again while that may be so
 * - `unreachable`: the endpoint cannot be resolved, or the credentials have not propagated; tried again like `settling` before the job
 *   exists, like `transient` afterwards
 * - `exists`, `missing`: the job name is taken; there is no such resource
 * - `terminal`: trying again would not help
 */
export type FailureKind = 'transient' | 'settling' | 'unreachable' | 'exists' | 'missing' | 'terminal';

/** A limit of the service is reached, or the dataset is in use: there is room when other jobs end. */
const NO_ROOM_NAMES = new Set(['LimitExceededException', 'ResourceInUseException']);
const TRANSIENT_NAMES = new Set([
  ...NO_ROOM_NAMES,
  'ThrottlingException', 'Throttling', 'ThrottledException', 'TooManyRequestsException', 'RequestLimitExceeded', 'RequestThrottled', 'RequestThrottledException',
  'SlowDown', 'ProvisionedThroughputExceededException', 'BandwidthLimitExceeded', 'PriorRequestNotComplete', 'RequestTimeout', 'RequestTimeoutException',
  'ServiceUnavailable', 'ServiceUnavailableException', 'InternalFailure', 'InternalServerError', 'InternalServerException', 'InternalError', 'TransactionInProgressException',
]);
/** Credentials that have not propagated, and an endpoint without a DNS entry: in a Region without Personalize it never gets one. */
const UNREACHABLE_NAMES = new Set(['UnrecognizedClientException', 'InvalidClientTokenId', 'ExpiredTokenException', 'ExpiredToken']);
const UNREACHABLE_CODES = new Set(['ENOTFOUND']);
const ACCESS_DENIED_NAMES = new Set(['AccessDeniedException', 'AccessDenied', 'UnauthorizedOperation']);
/** Not caused by a policy of this stack, so waiting does not help. */
const DENIED_FOR_GOOD = /explicit deny|no (service control|resource control|permissions boundary|VPC endpoint|session) policy allows|no permissions boundary allows/i;
const ROLE_OR_POLICY = /insufficient privileges|assume|trust|not authorized|access.?denied|bucket policy|kms|PassRole/i;
/** Bugs in this program or its configuration, not network errors. */
const LOCAL_MISTAKES = new Set(['TypeError', 'ReferenceError', 'RangeError', 'CredentialsProviderError']);

export function failureKind(error: unknown): FailureKind {
  const { name, message, code, status } = errorFacts(error);
  if (name === 'ResourceAlreadyExistsException') { return 'exists'; }
  if (name === 'ResourceNotFoundException') { return 'missing'; }
  if (TRANSIENT_NAMES.has(name)) { return 'transient'; }
  if (ACCESS_DENIED_NAMES.has(name)) { return DENIED_FOR_GOOD.test(message) ? 'terminal' : 'settling'; }
  if (UNREACHABLE_NAMES.has(name) || UNREACHABLE_CODES.has(code)) { return 'unreachable'; }
  if (name === 'InvalidInputException' && ROLE_OR_POLICY.test(message)) { return DENIED_FOR_GOOD.test(message) ? 'terminal' : 'settling'; }
  // An error with a good status: the response was cut off or garbled.
  if (status !== undefined && status >= 300) { return status >= 500 || status === 429 || status === 408 ? 'transient' : 'terminal'; }
  return LOCAL_MISTAKES.has(name) ? 'terminal' : 'transient';
}

/** Whether Personalize had no room for the job. */
export function isNoRoom(error: unknown): boolean {
  return NO_ROOM_NAMES.has(errorFacts(error).name);
}

/** Whether a job may have failed because a new role or policy had not propagated. */
export function isSettlingReason(failureReason: string): boolean {
  return ROLE_OR_POLICY.test(failureReason) && !DENIED_FOR_GOOD.test(failureReason);
}

/** `LimitExceededException: More than 5 resources ...`, for messages and logs. */
export function errorText(error: unknown): string {
  const { name, message } = errorFacts(error);
  return `${name}: ${message}`;
}

function errorFacts(error: unknown): { name: string; message: string; code: string; status?: number } {
  const { name, message, code, $metadata } = error as { name?: string; message?: string; code?: unknown; $metadata?: { httpStatusCode?: number } };
  const status = $metadata?.httpStatusCode;
  return { name: name ?? 'Error', message: message ?? String(error), code: String(code ?? ''), ...status !== undefined && { status } };
}

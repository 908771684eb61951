/** Characters of the request's hash at the end of a generated job name: the handler writes them, IAM patterns count them. */
export const REQUEST_HASH_LENGTH = 16;

/** The number or size of objects that could not be listed. */
export const UNKNOWN = 'unknown';

/** CloudFormation waits one hour for a custom resource. */
export const CLOUDFORMATION_LIMIT_SECONDS = 60 * 60;
/** This long before that, a custom resource fails with its own message or hands over to the next one. */
const MARGIN_SECONDS = 5 * 60;
export const MAX_CUSTOM_RESOURCE_SECONDS = CLOUDFORMATION_LIMIT_SECONDS - MARGIN_SECONDS;

export const MIN_TIMEOUT_SECONDS = 60;
/** Our own limit: a longer timeout takes more custom resources. */
export const MAX_TIMEOUT_HOURS = 12;

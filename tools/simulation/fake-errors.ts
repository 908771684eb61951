/** An error response of the service, as the SDK throws it. */
export function serviceError(name: string, message = 'the service says no', httpStatusCode = 400): Error {
  return Object.assign(new Error(message), { name, $fault: httpStatusCode < 500 ? 'client' : 'server', $metadata: { httpStatusCode } });
}

/** The error of Node.js when there is no response: a code, no `$metadata`. */
export function networkError(code: string, message = `network trouble: ${code}`): Error {
  return Object.assign(new Error(message), { code });
}

export const THROTTLED = () => serviceError('ThrottlingException', 'Rate exceeded');
export const LIMIT_EXCEEDED = () => serviceError('LimitExceededException', 'More than 5 resources with PENDING or IN_PROGRESS status.');
export const ACCESS_DENIED = () => serviceError(
  'AccessDeniedException',
  'User: arn:aws:sts::111122223333:assumed-role/Handler/fn is not authorized to perform: personalize:CreateDatasetExportJob '
  + 'because no identity-based policy allows the personalize:CreateDatasetExportJob action',
);
export const DENIED_FOR_GOOD = () => serviceError(
  'AccessDeniedException', 'User: x is not authorized to perform: personalize:CreateDatasetExportJob with an explicit deny in a service control policy',
);
export const INVALID_INPUT = () => serviceError('InvalidInputException', 'Dataset is not in a state that can be exported.');
export const INSUFFICIENT_PRIVILEGES = () => serviceError('InvalidInputException', 'Insufficient privileges for accessing data in S3. Please fix bucket policy on exports');
export const NOT_FOUND = () => serviceError('ResourceNotFoundException', 'The given dataset does not exist: arn:aws:personalize:eu-west-1:111122223333:dataset/shop/USERS');

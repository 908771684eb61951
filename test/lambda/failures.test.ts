import { errorText, failureKind } from '../../lambda/failures';
import {
  ACCESS_DENIED, DENIED_FOR_GOOD, INSUFFICIENT_PRIVILEGES, INVALID_INPUT, LIMIT_EXCEEDED, NOT_FOUND, networkError, serviceError,
} from '../../tools/simulation/fake-errors';

describe('failureKind', () => {
  it.each([
    'LimitExceededException', 'ResourceInUseException',
    'ThrottlingException', 'Throttling', 'ThrottledException', 'TooManyRequestsException', 'RequestLimitExceeded', 'RequestThrottled', 'RequestThrottledException',
    'SlowDown', 'ProvisionedThroughputExceededException', 'BandwidthLimitExceeded', 'PriorRequestNotComplete', 'RequestTimeout', 'RequestTimeoutException',
    'ServiceUnavailable', 'ServiceUnavailableException', 'InternalFailure', 'InternalServerError', 'InternalServerException', 'InternalError', 'TransactionInProgressException',
  ])('%s is transient, although it comes with HTTP 400', name => {
    expect(failureKind(serviceError(name))).toBe('transient');
  });

  it.each([408, 429, 500, 502, 503, 504, 599])('HTTP %d is transient, whatever its name', status => {
    expect(failureKind(serviceError('Unheard', 'of', status))).toBe('transient');
  });

  it.each(['ECONNRESET', 'ECONNREFUSED', 'EPIPE', 'ETIMEDOUT', 'EAI_AGAIN', 'EHOSTUNREACH', 'EPROTO'])('%s is transient', code => {
    expect(failureKind(networkError(code))).toBe('transient');
  });

  it('an answer that does not come in time is transient', () => {
    expect(failureKind(Object.assign(new Error('no answer within 15000 ms'), { name: 'TimeoutError' }))).toBe('transient');
  });

  it.each<[string, Error]>([
    ['is cut off', Object.assign(networkError('ECONNRESET', 'aborted'), { $metadata: { httpStatusCode: 200 } })],
    ['is garbled', Object.assign(new SyntaxError('Unexpected end of JSON input'), { $metadata: { httpStatusCode: 200 } })],
  ])('an answer that begins well (HTTP 200) and %s is transient', (_, error) => {
    expect(failureKind(error)).toBe('transient');
  });

  it.each<[string, Error]>([
    ['AccessDenied', ACCESS_DENIED()],
    ['AccessDenied in the words of CloudFormation', serviceError('AccessDenied', 'User is not authorized', 403)],
    ['UnauthorizedOperation', serviceError('UnauthorizedOperation', 'You are not authorized to perform this operation.', 403)],
    ['AccessDenied by a resource policy that does not allow yet', serviceError('AccessDeniedException', 'because no resource-based policy allows the kms:Decrypt action')],
    ['InvalidInput for missing privileges', INSUFFICIENT_PRIVILEGES()],
    ['InvalidInput for a role that cannot be assumed', serviceError('InvalidInputException', 'Personalize cannot assume the role arn:aws:iam::111122223333:role/x')],
    ['InvalidInput for a trust policy', serviceError('InvalidInputException', 'Check the trust policy of the role')],
    ['InvalidInput for a key', serviceError('InvalidInputException', 'No access to the KMS key')],
    ['InvalidInput for PassRole', serviceError('InvalidInputException', 'not allowed: iam:PassRole')],
  ])('%s is settling', (_, error) => {
    expect(failureKind(error)).toBe('settling');
  });

  it.each<[string, Error]>([
    ['new credentials', serviceError('UnrecognizedClientException', 'The security token included in the request is invalid.')],
    ['expired credentials', serviceError('ExpiredTokenException')],
    ['a host without an address', networkError('ENOTFOUND')],
  ])('%s is unreachable', (_, error) => {
    expect(failureKind(error)).toBe('unreachable');
  });

  it.each<[string, Error]>([
    ['an explicit deny', DENIED_FOR_GOOD()],
    ['a service control policy that does not allow', serviceError('AccessDeniedException', 'because no service control policy allows the personalize:X action')],
    ['a resource control policy that does not allow', serviceError('AccessDeniedException', 'because no resource control policy allows the action')],
    ['a permissions boundary that does not allow', serviceError('AccessDeniedException', 'because no permissions boundary allows the personalize:X action')],
    ['a VPC endpoint policy that does not allow', serviceError('AccessDeniedException', 'because no VPC endpoint policy allows the personalize:X action')],
    ['a session policy that does not allow', serviceError('AccessDeniedException', 'because no session policy allows the personalize:X action')],
    ['InvalidInput that quotes an explicit deny', serviceError('InvalidInputException', 'Insufficient privileges: access denied with an explicit deny')],
    ['InvalidInput', INVALID_INPUT()],
    ['TooManyTags', serviceError('TooManyTagsException')],
    ['an unknown error of the service', serviceError('SomethingElseException', 'no', 403)],
    ['a redirect', serviceError('Redirect', 'elsewhere', 301)],
    ['a mistake in the program', new TypeError('x is not a function')],
    ['no credentials', Object.assign(new Error('no credentials'), { name: 'CredentialsProviderError' })],
  ])('%s is terminal', (_, error) => {
    expect(failureKind(error)).toBe('terminal');
  });

  it('a name that is taken exists, a resource that is not there is missing', () => {
    expect(failureKind(serviceError('ResourceAlreadyExistsException'))).toBe('exists');
    expect(failureKind(NOT_FOUND())).toBe('missing');
  });

  it.each(['a text', 42, {}])('does not fail on %p where an error should be', thrown => {
    expect(failureKind(thrown)).toBe('transient');
  });
});

describe('errorText', () => {
  it('is the name and the message, untouched', () => {
    expect(errorText(LIMIT_EXCEEDED())).toBe('LimitExceededException: More than 5 resources with PENDING or IN_PROGRESS status.');
  });

  it('says something for what is no error', () => {
    expect(errorText('oops')).toBe('Error: oops');
  });
});

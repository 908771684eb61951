import { checkLifecycle } from '../../../../local-aws/services/s3/lifecycle';

const rule = (transitions: [string, number][], ExpirationInDays?: number) => ({
  Rules: [{ Status: 'Enabled', ExpirationInDays, Transitions: transitions.map(([StorageClass, TransitionInDays]) => ({ StorageClass, TransitionInDays })) }],
});

test.each([
  [rule([])],
  [rule([['GLACIER', 0]], 1)],
  [rule([['STANDARD_IA', 30], ['GLACIER', 60]], 61)],
])('S3 accepts %j', configuration => {
  expect(() => checkLifecycle(configuration)).not.toThrow();
});

test.each([
  [rule([['STANDARD_IA', 29]]), /30 for storageClass 'STANDARD_IA'/],
  [rule([['ONEZONE_IA', 1]]), /30 for storageClass 'ONEZONE_IA'/],
  [rule([['STANDARD_IA', 30], ['GLACIER', 59]]), /'GLACIER' must be 30 days more/],
  [rule([['GLACIER', 1], ['GLACIER', 2]]), /must be different/],
  [rule([['GLACIER', 30]], 30), /Expiration action must be greater/],
])('S3 refuses %j', (configuration, message) => {
  expect(() => checkLifecycle(configuration)).toThrow(message);
});

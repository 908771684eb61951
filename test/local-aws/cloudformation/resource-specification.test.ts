import { ResourceSpecification } from '../../../local-aws/cloudformation/resource-specification';

const specification = (type: string) => ResourceSpecification.of(type)!;
const DATASET = { Name: 'movies', DatasetType: 'Items', DatasetGroupArn: 'arn:group', SchemaArn: 'arn:schema' };

test('properties as AWS specifies them are fine, numbers and booleans also as strings', () => {
  expect(specification('AWS::Personalize::Dataset').problem(DATASET)).toBeUndefined();
  expect(specification('AWS::KMS::Key').problem({ EnableKeyRotation: 'true', PendingWindowInDays: '7', Tags: [{ Key: 'team', Value: 'ml' }] })).toBeUndefined();
  expect(specification('AWS::Lambda::Function').problem({
    Role: 'arn:role', Code: { S3Bucket: 'assets' }, Timeout: 180, Environment: { Variables: { POLL_SECONDS: 30 } },
  })).toBeUndefined();
});

test.each([
  ['without a required property', 'AWS::Personalize::Dataset', { ...DATASET, SchemaArn: undefined }, '#: required key [SchemaArn] not found'],
  ['with an unknown property', 'AWS::Personalize::Dataset', { ...DATASET, Color: 'red' }, '#: extraneous key [Color] is not permitted'],
  ['with a value that is not allowed', 'AWS::Personalize::Dataset', { ...DATASET, DatasetType: 'Actions' }, '#/DatasetType: '],
  ['with an object for a string', 'AWS::IAM::Role', { AssumeRolePolicyDocument: {}, RoleName: {} }, '#/RoleName: expected type: String, found: JSONObject'],
  ['with a string for a list', 'AWS::IAM::Role', { AssumeRolePolicyDocument: {}, ManagedPolicyArns: 'arn' }, '#/ManagedPolicyArns: expected type: JSONArray, found: String'],
  ['with words for a number', 'AWS::Lambda::Function', { Role: 'arn', Code: {}, Timeout: 'long' }, '#/Timeout: expected type: Integer, found: String'],
  ['with a number for a boolean', 'AWS::KMS::Key', { EnableKeyRotation: 1 }, '#/EnableKeyRotation: expected type: Boolean, found: Number'],
  ['with an unknown member deep inside', 'AWS::S3::Bucket', {
    BucketEncryption: { ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms', Color: 'red' } }] },
  }, '#/BucketEncryption/ServerSideEncryptionConfiguration/0/ServerSideEncryptionByDefault: extraneous key [Color]'],
  ['with a tag without value', 'AWS::KMS::Key', { Tags: [{ Key: 'team' }] }, '#/Tags/0: required key [Value] not found'],
])('properties %s are refused', (_, type, properties, problem) => {
  expect(specification(type).problem(properties)).toContain(problem);
});

test('it tells which changes replace a resource, and which attributes there are', () => {
  const role = specification('AWS::IAM::Role');
  expect([role.isReplacedFor('RoleName'), role.isReplacedFor('Description')]).toEqual([true, false]);
  expect([role.hasAttribute('Arn'), role.hasAttribute('Name')]).toEqual([true, false]);
  expect(ResourceSpecification.of('AWS::No::Such')).toBeUndefined();
});

import { ResourceSpecification } from '../../../local-aws/cloudformation/resource-specification';
import type { Existing } from '../../../local-aws/cloudformation/resource-type';

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
  ['with a number that is not allowed', 'AWS::Logs::LogGroup', { RetentionInDays: 2 }, '#/RetentionInDays: '],
  ['with a number for a boolean', 'AWS::KMS::Key', { EnableKeyRotation: 1 }, '#/EnableKeyRotation: expected type: Boolean, found: Number'],
  ['with an unknown member deep inside', 'AWS::S3::Bucket', {
    BucketEncryption: { ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms', Color: 'red' } }] },
  }, '#/BucketEncryption/ServerSideEncryptionConfiguration/0/ServerSideEncryptionByDefault: extraneous key [Color]'],
  ['with a tag without value', 'AWS::KMS::Key', { Tags: [{ Key: 'team' }] }, '#/Tags/0: required key [Value] not found'],
])('properties %s are refused', (_, type, properties, problem) => {
  expect(specification(type).problem(properties)).toContain(problem);
});

test.each<[string, string, object, object, string]>([
  ['the name that CloudFormation made', 'AWS::IAM::Role', {}, {}, 'physical'],
  ['an attribute', 'AWS::KMS::Key', {}, { KeyId: 'key', Arn: 'arn' }, 'key'],
  ['a given name', 'AWS::S3::Bucket', { BucketName: 'bucket' }, {}, 'bucket'],
  ['a rule on the default event bus', 'AWS::Events::Rule', { Name: 'rule' }, { Arn: 'arn' }, 'physical'],
  ['a rule on another event bus', 'AWS::Events::Rule', { EventBusName: 'bus' }, { Arn: 'arn' }, 'bus|physical'],
])('a Ref gives what AWS specifies: %s', (_, type, properties, attributes, ref) => {
  expect(specification(type).ref({ physicalId: 'physical', properties, attributes } as Existing)).toBe(ref);
});

test('it tells which changes replace a resource, and which attributes there are', () => {
  const role = specification('AWS::IAM::Role');
  expect([role.replacement({}, { RoleName: 'r' }), role.replacement({ RoleName: 'r' }, { RoleName: 'r' }), role.replacement({ Description: 'd' }, {})]).toEqual(['yes', 'no', 'no']);
  expect(specification('AWS::EC2::Instance').replacement({ InstanceType: 't2.micro' }, { InstanceType: 't2.large' })).toBe('maybe');
  expect([role.hasAttribute('Arn'), role.hasAttribute('Name')]).toEqual([true, false]);
  expect(ResourceSpecification.of('AWS::No::Such')).toBeUndefined();
});

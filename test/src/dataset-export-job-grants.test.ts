import { Stack, aws_iam as iam, aws_s3 as s3 } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { DatasetExportWorkflow, ExportDestination, IngestionMode } from '../../src';
import { concreteStack, importedDataset, jobIn } from '../stacks';

const analystIn = (stack: Stack) => new iam.Role(stack, 'Analyst', { assumedBy: new iam.AccountRootPrincipal() });

/** What the analyst may do. */
function statements(stack: Stack): any[] {
  return Object.values(Template.fromStack(stack).findResources('AWS::IAM::Policy', { Properties: { PolicyName: Match.stringLikeRegexp('^Analyst') } }))
    .flatMap(({ Properties }) => Properties.PolicyDocument.Statement);
}

/** To list, read and decrypt the objects below this key. */
function reading(keyPattern: unknown) {
  const bucketArn = { 'Fn::GetAtt': [expect.stringMatching(/^ExportsBucket/), 'Arn'] };
  return [
    { Effect: 'Allow', Action: 's3:GetObject', Resource: { 'Fn::Join': ['', [bucketArn, keyPattern]] } },
    { Effect: 'Allow', Action: 's3:ListBucket', Resource: bucketArn, Condition: { StringLike: { 's3:prefix': expect.anything() } } },
    { Effect: 'Allow', Action: 'kms:Decrypt', Resource: { 'Fn::GetAtt': [expect.stringMatching(/^ExportsKey/), 'Arn'] } },
  ];
}

test.each([
  ['with a generated name', undefined, /^\/exports\/Movies_Export[0-9A-F]{8}_\?{16}\/\*$/],
  ['with a name of its own', 'mine', /^\/exports\/mine\/\*$/],
])('a role may read the objects of one job %s only, list them, and decrypt them', (_, jobName, pattern) => {
  const stack = concreteStack();
  jobIn(stack, { destination: new ExportDestination(stack, 'Exports', { prefix: 'exports/' }), jobName }).grants.read(analystIn(stack));
  expect(statements(stack)).toEqual(reading(expect.stringMatching(pattern)));
  const [objects, list] = statements(stack);
  expect(`/${list.Condition.StringLike['s3:prefix']}`).toBe(objects.Resource['Fn::Join'][1][1]);
});

test('a role may read the objects of all runs of a workflow', () => {
  const stack = concreteStack();
  new DatasetExportWorkflow(stack, 'Backup', {
    datasets: [importedDataset(stack)], ingestionMode: IngestionMode.ALL, destination: new ExportDestination(stack, 'Exports', { prefix: 'exports/' }),
  }).grants.read(analystIn(stack));
  expect(statements(stack)).toEqual(reading(expect.stringMatching(/^\/exports\/Movies_Export[0-9A-F]{8}_\*\/\*$/)));
});

test('another account is granted by the bucket\'s policy, without a circle', () => {
  const stack = concreteStack();
  jobIn(stack).grants.read(new iam.AccountPrincipal('444455556666'));
  Template.fromStack(stack).hasResourceProperties('AWS::S3::BucketPolicy', {
    PolicyDocument: { Statement: Match.arrayWith([Match.objectLike({ Action: 's3:GetObject', Principal: { AWS: Match.anyValue() } })]) },
  });
});

test('without a KMS key, nothing is granted on one', () => {
  const stack = concreteStack();
  jobIn(stack, { destination: new ExportDestination(stack, 'Exports', { encryption: s3.BucketEncryption.S3_MANAGED }) }).grants.read(analystIn(stack));
  expect(JSON.stringify(Template.fromStack(stack).toJSON())).not.toContain('kms:');
});

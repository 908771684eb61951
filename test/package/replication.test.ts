import * as fs from 'fs';
import * as path from 'path';
import * as cdk from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { ModuleKind, ScriptTarget, transpile } from 'typescript';
import * as library from '../../src';
import { REPOSITORY } from '../../tools/repository';

/** The stacks of the app in docs/replication.md. */
function stacks(): { lake: cdk.Stack; movies: cdk.Stack } {
  const [, code] = /```ts nofixture\n(.*?)```/s.exec(fs.readFileSync(path.join(REPOSITORY, 'docs', 'replication.md'), 'utf8'))!;
  const script = transpile(code, { target: ScriptTarget.ES2022, module: ModuleKind.CommonJS });
  const modules = (name: string) => (name === 'aws-cdk-lib' ? cdk : library);
  return new Function('require', 'exports', `${script}\nreturn { lake, movies };`)(modules, {}) as { lake: cdk.Stack; movies: cdk.Stack };
}

const { lake, movies } = stacks();
const ROLE_ARN = 'arn:aws:iam::111122223333:role/movies-replication';
const LAKE_KEY = 'arn:aws:kms:us-east-1:444455556666:key/1234abcd-12ab-34cd-56ef-1234567890ab';

test('objects that are encrypted with KMS are copied to the other account, encrypted with its key', () => {
  Template.fromStack(movies).hasResourceProperties('AWS::S3::Bucket', {
    ReplicationConfiguration: {
      Role: { 'Fn::GetAtt': [Match.stringLikeRegexp('^Replication'), 'Arn'] },
      Rules: [Match.objectLike({
        Status: 'Enabled',
        SourceSelectionCriteria: { SseKmsEncryptedObjects: { Status: 'Enabled' } },
        Destination: Match.objectLike({ Account: '444455556666', EncryptionConfiguration: { ReplicaKmsKeyID: LAKE_KEY } }),
      })],
    },
    VersioningConfiguration: { Status: 'Enabled' },
  });
});

// https://docs.aws.amazon.com/AmazonS3/latest/userguide/setting-repl-config-perm-overview.html
test('the role may read and decrypt the exports, and write and encrypt the copies', () => {
  const statements = Object.entries(Template.fromStack(movies).findResources('AWS::IAM::Policy')).filter(([id]) => id.startsWith('Replication'))
    .flatMap(([, { Properties }]) => Properties.PolicyDocument.Statement as { Action: string | string[]; Resource: unknown }[]);
  const resourcesOf = (action: string) => statements.filter(({ Action }) => [Action].flat().includes(action))
    .map(({ Resource }) => JSON.stringify(Resource)).join();
  for (const action of [
    's3:GetReplicationConfiguration', 's3:ListBucket', 's3:GetObjectVersionForReplication', 's3:GetObjectVersionAcl', 's3:GetObjectVersionTagging',
  ]) {
    expect([action, resourcesOf(action)]).toEqual([action, expect.stringContaining('"Exports')]);
  }
  expect(resourcesOf('s3:ReplicateObject')).toContain('exports-in-the-lake');
  expect(resourcesOf('kms:Decrypt')).toContain('"Key');
  expect(resourcesOf('kms:Encrypt')).toContain(LAKE_KEY);
});

test.each([
  ['AWS::S3::BucketPolicy', 's3:ReplicateObject'], ['AWS::KMS::Key', 'kms:Encrypt'],
])('in the other account, the policy of %s admits the role, and no other', (type, action) => {
  const { PolicyDocument, KeyPolicy } = Object.values(Template.fromStack(lake).findResources(type))[0].Properties;
  // of the foreign principals; the rest is for TLS and the account itself
  const statements = (PolicyDocument ?? KeyPolicy).Statement.filter(({ Principal }: any) => JSON.stringify(Principal).includes('111122223333'));
  expect(statements.map(({ Condition }: any) => Condition)).toEqual(statements.map(() => ({ ArnEquals: { 'aws:PrincipalArn': ROLE_ARN } })));
  expect(statements.flatMap(({ Action }: any) => Action)).toContain(action);
});

test('the export needs nothing else: no warning', () => {
  Annotations.fromStack(movies).hasNoWarning('*', Match.anyValue());
});

import { App, CfnResource, Stack, aws_iam as iam, aws_kms as kms, aws_s3 as s3 } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { ExportDestination } from '../../src';
import { ACCOUNT, REGION, concreteStack, jobIn, newDataset } from '../stacks';

const SERVICE = 'personalize.amazonaws.com';
const KEY_ARN = `arn:aws:kms:${REGION}:${ACCOUNT}:key/1234abcd-12ab-34cd-56ef-1234567890ab`;

const importRoleIn = (stack: Stack, id = 'ImportRole') => new iam.Role(stack, id, { assumedBy: new iam.ServicePrincipal(SERVICE) });

test('another account is granted by the bucket\'s policy, without a circle', () => {
  const stack = concreteStack();
  const { grants } = jobIn(stack);
  grants.read(new iam.AccountPrincipal('444455556666'));
  grants.delete(new iam.AccountPrincipal('444455556666'));
  Template.fromStack(stack).hasResourceProperties('AWS::S3::BucketPolicy', {
    PolicyDocument: {
      Statement: Match.arrayWith(['s3:GetObject', 's3:DeleteObject'].map(Action => Match.objectLike({ Action, Principal: { AWS: Match.anyValue() } }))),
    },
  });
});

test('another account lists no more of the bucket than the exports', () => {
  const stack = concreteStack();
  jobIn(stack).grants.list(new iam.AccountPrincipal('444455556666'));
  const [{ Properties }] = Object.values(Template.fromStack(stack).findResources('AWS::S3::BucketPolicy'));
  const ofAccount = Properties.PolicyDocument.Statement.filter(({ Principal }: any) => JSON.stringify(Principal).includes('444455556666'));
  expect(ofAccount).toEqual([expect.objectContaining({ Action: 's3:ListBucket', Condition: { StringLike: { 's3:prefix': expect.stringMatching(/.+\/\*$/) } } })]);
});

test('a role can read the exports of a dataset that depends on that role', () => {
  const stack = concreteStack();
  const role = importRoleIn(stack);
  const dataset = newDataset(stack);
  dataset.node.addDependency(role);
  jobIn(stack, { dataset }).grants.read(role);
  expect(() => Template.fromStack(stack)).not.toThrow(); // it looks for circles
});

test('without a KMS key, nothing is granted on one', () => {
  const stack = concreteStack();
  const { grants } = jobIn(stack, { destination: new ExportDestination(stack, 'Exports', { encryption: s3.BucketEncryption.S3_MANAGED }) });
  grants.read(importRoleIn(stack, 'Reader'));
  grants.import(importRoleIn(stack));
  expect(JSON.stringify(Template.fromStack(stack).toJSON())).not.toContain('kms:');
});

describe('what cannot be granted is in warnings', () => {
  /** The actions that the warnings name for each kind of policy. */
  function missing(principal: (stack: Stack) => iam.IGrantable, imported = false): Record<string, string[]> {
    const stack = concreteStack();
    const bucket = imported ? s3.Bucket.fromBucketAttributes(stack, 'Bucket', { bucketName: 'mine', encryptionKey: kms.Key.fromKeyArn(stack, 'Key', KEY_ARN) }) : undefined;
    const { grants } = jobIn(stack, { destination: new ExportDestination(stack, 'Exports', { bucket }) });
    const warnings = () => Annotations.fromStack(stack).findWarning('*', Match.stringLikeRegexp('NotAdded')).map(({ entry }) => String(entry.data));
    const before = new Set(warnings());
    const grantee = principal(stack);
    grants.read(grantee);
    grants.delete(grantee);
    const found: Record<string, string[]> = {};
    for (const text of warnings().filter(warning => !before.has(warning))) {
      const [, kind, json] = /policy of (\w+) .*?: (\{.*\}) \[ack/.exec(text)!;
      (found[kind] ??= []).push(JSON.parse(json).Action);
    }
    return Object.fromEntries(Object.entries(found).map(([kind, actions]) => [kind, actions.sort()]));
  }
  const ON_BUCKET = ['s3:DeleteObject', 's3:GetObject', 's3:ListBucket'];
  const frozen = (account = ACCOUNT) => (stack: Stack) => iam.Role.fromRoleArn(stack, 'Frozen', `arn:aws:iam::${account}:role/mine`, { mutable: false });
  const another = () => new iam.AccountPrincipal('444455556666');

  test('to a role that cannot be changed', () => {
    expect(missing(frozen())).toEqual({ role: ['kms:Decrypt', ...ON_BUCKET] });
    expect(missing(stack => importRoleIn(stack).withoutPolicyUpdates())).toEqual({ role: ['kms:Decrypt', ...ON_BUCKET] });
  });

  test('by an imported bucket and key', () => {
    expect(missing(another, true)).toEqual({ bucket: ON_BUCKET, key: ['kms:Decrypt'] });
  });

  test('by both, to a role of another account', () => {
    expect(missing(frozen('444455556666'), true)).toMatchObject({ bucket: ON_BUCKET, role: expect.arrayContaining(ON_BUCKET) });
    expect(missing(frozen('444455556666'))).toMatchObject({ role: expect.arrayContaining(ON_BUCKET) });
  });

  test('nothing else', () => {
    expect(missing(stack => importRoleIn(stack))).toEqual({});
    expect(missing(stack => importRoleIn(stack), true)).toEqual({});
    expect(missing(stack => iam.Role.fromRoleArn(stack, 'Role', `arn:aws:iam::${ACCOUNT}:role/mine`), true)).toEqual({});
    expect(missing(another)).toEqual({});
  });
});

describe('import', () => {
  test('returns the policies that an import must wait for', () => {
    const stack = concreteStack();
    const role = importRoleIn(stack);
    const importing = new CfnResource(stack, 'Import', { type: 'Custom::Import', properties: { RoleArn: role.roleArn } });
    importing.node.addDependency(jobIn(stack).grants.import(role));
    const { DependsOn } = Template.fromStack(stack).findResources('Custom::Import').Import;
    expect(DependsOn).toEqual(expect.arrayContaining(['BucketPolicy', 'Key', '^ImportRoleDefaultPolicy'].map(id => expect.stringMatching(id))));
  });

  test('with a role of another stack, that stack depends on the one of the export, and its policy has what the key\'s cannot say', () => {
    const app = new App();
    const env = { account: ACCOUNT, region: REGION };
    const [exporting, importing] = ['Exporting', 'Importing'].map(id => new Stack(app, id, { env }));
    jobIn(exporting).grants.import(importRoleIn(importing));
    app.synth();
    expect(exporting.dependencies).toEqual([]);
    Template.fromStack(importing).hasResourceProperties('AWS::IAM::Policy', {
      PolicyDocument: { Statement: Match.arrayWith([Match.objectLike({ Action: Match.arrayWith(['kms:CreateGrant', 'kms:Decrypt']) })]) },
    });
  });

  test('with sourceConditions, asks for the source of the service\'s call and not of the role\'s', () => {
    const stack = concreteStack();
    jobIn(stack, { destination: new ExportDestination(stack, 'Exports', { sourceConditions: true }) }).grants.import(importRoleIn(stack));
    Template.fromStack(stack).hasResourceProperties('AWS::S3::BucketPolicy', {
      PolicyDocument: {
        Statement: Match.arrayWith([Match.objectLike({
          Action: 's3:GetObject', Principal: { Service: SERVICE }, Condition: { StringEquals: { 'aws:SourceAccount': ACCOUNT }, StringLike: Match.anyValue() },
        })]),
      },
    });
    const ofKey = Object.values(Template.fromStack(stack).findResources('AWS::KMS::Key'))[0].Properties.KeyPolicy.Statement;
    expect(ofKey.filter(({ Principal }: any) => /ImportRole/.test(JSON.stringify(Principal))).map(({ Condition }: any) => Condition)).toEqual([undefined]);
  });

  test('with sourceConditions, lets the service of another account list, read and decrypt for that account', () => {
    const stack = concreteStack();
    const { grants } = jobIn(stack, { destination: new ExportDestination(stack, 'Exports', { sourceConditions: true }) });
    grants.import(iam.Role.fromRoleArn(stack, 'Role', 'arn:aws:iam::444455556666:role/theirs', { mutable: false }));
    const template = Template.fromStack(stack);
    const [ofBucket, ofKey] = [['AWS::S3::BucketPolicy', 'PolicyDocument'], ['AWS::KMS::Key', 'KeyPolicy']]
      .map(([type, document]) => Object.values(template.findResources(type))[0].Properties[document].Statement as any[]);
    const forThem = (statements: any[]) => statements.filter(({ Principal, Condition }) => (
      Principal.Service === SERVICE && Condition?.StringEquals['aws:SourceAccount'] === '444455556666' && JSON.stringify(Condition.StringLike).includes(':444455556666:')
    )).flatMap(({ Action }) => Action);
    expect(forThem(ofBucket).sort()).toEqual(['s3:GetObject', 's3:ListBucket']);
    expect(forThem(ofKey)).toContain('kms:Decrypt');
  });

  test('warns with what must be added to an imported bucket, its key and a role that cannot be changed', () => {
    const stack = concreteStack();
    const bucket = s3.Bucket.fromBucketAttributes(stack, 'Bucket', { bucketName: 'mine', encryptionKey: kms.Key.fromKeyArn(stack, 'Key', KEY_ARN) });
    const { grants } = jobIn(stack, { destination: new ExportDestination(stack, 'Exports', { bucket }) });
    const warnings = () => Annotations.fromStack(stack).findWarning('*', Match.anyValue()).map(({ entry }) => String(entry.data));
    grants.import(iam.Role.fromRoleArn(stack, 'Role', `arn:aws:iam::${ACCOUNT}:role/mine`, { mutable: false }));
    const ofImport = warnings().filter(text => text.includes('s3:GetObject') || text.includes('role/mine'));
    expect(ofImport.map(text => /ack: cdk-personalize-dataset-export:(\w+)-/.exec(text)![1])).toEqual([
      'bucketPolicyNotAdded', 'keyPolicyNotAdded', 'rolePolicyNotAdded', 'rolePolicyNotAdded',
    ]);
  });
});

import { App, Stack, aws_iam as iam, aws_kms as kms, aws_s3 as s3 } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { KEY_ACTIONS, SERVICE, destinationIn, statementsOf } from '../../destinations';
import { ACCOUNT, REGION, concreteStack, jobIn } from '../../stacks';

const OTHER_ACCOUNT = '999988887777';
const KEY_ARN = `arn:aws:kms:${REGION}:${ACCOUNT}:key/1234abcd-12ab-34cd-56ef-1234567890ab`;

describe('what is imported', () => {
  test('a bucket warns with the statements that its policy needs', () => {
    const stack = concreteStack();
    destinationIn(stack, { bucket: s3.Bucket.fromBucketName(stack, 'Bucket', 'mine'), prefix: 'a/' });
    const annotations = Annotations.fromStack(stack);
    annotations.hasWarning('/Movies/Exports/Warnings', Match.stringLikeRegexp('policy of bucket arn:aws:s3:::mine .*"s3:ListBucket"'));
    annotations.hasWarning('/Movies/Exports/Warnings', Match.stringLikeRegexp('policy of bucket arn:aws:s3:::mine .*"s3:PutObject".*mine/a/\\*'));
    Template.fromStack(stack).resourceCountIs('AWS::S3::BucketPolicy', 0);
  });

  test('a key warns with the statement that its policy needs', () => {
    const stack = concreteStack();
    destinationIn(stack, { encryptionKey: kms.Key.fromKeyArn(stack, 'Mine', KEY_ARN) });
    Annotations.fromStack(stack).hasWarning('/Movies/Exports/Warnings', Match.stringLikeRegexp(`policy of key ${KEY_ARN} .*"kms:CreateGrant".*personalize.amazonaws.com`));
    Template.fromStack(stack).hasResourceProperties('AWS::IAM::Policy', {
      PolicyDocument: { Statement: Match.arrayWith([Match.objectLike({ Action: Match.arrayWith(['kms:GenerateDataKey']), Resource: KEY_ARN })]) },
    });
  });

  test('a role gets a policy of its own', () => {
    const stack = concreteStack();
    destinationIn(stack, { role: iam.Role.fromRoleArn(stack, 'Mine', `arn:aws:iam::${ACCOUNT}:role/mine`) });
    Template.fromStack(stack).hasResourceProperties('AWS::IAM::Policy', { Roles: ['mine'] });
  });

  test('a role that cannot be changed warns with the statements that its policy needs', () => {
    const stack = concreteStack();
    destinationIn(stack, { role: iam.Role.fromRoleArn(stack, 'Mine', `arn:aws:iam::${ACCOUNT}:role/mine`, { mutable: false }) });
    Annotations.fromStack(stack).hasWarning('/Movies/Exports/Warnings', Match.stringLikeRegexp(`policy of role arn:aws:iam::${ACCOUNT}:role/mine .*"s3:PutObject"`));
    Template.fromStack(stack).resourceCountIs('AWS::IAM::Policy', 0);
  });
});

test('a bucket with a key and another encryptionKey lets Personalize use both before a job starts', () => {
  const stack = concreteStack();
  const bucket = new s3.Bucket(stack, 'Bucket', { encryptionKey: new kms.Key(stack, 'BucketKey') });
  jobIn(stack, { destination: destinationIn(stack, { bucket, encryptionKey: new kms.Key(stack, 'ObjectKey') }) });
  const template = Template.fromStack(stack);
  const [job] = Object.values(template.findResources('Custom::PersonalizeDatasetExportJob'));
  const before = JSON.stringify(job);
  for (const [id, key] of Object.entries(template.findResources('AWS::KMS::Key'))) {
    expect(key.Properties.KeyPolicy.Statement[1]).toMatchObject({ Action: KEY_ACTIONS, Principal: SERVICE });
    expect(before).toContain(`"${id}"`);
  }
});

describe('datasetEncryptionKey', () => {
  test('adds GenerateDataKeyWithoutPlaintext for the service and the role on both keys', () => {
    const stack = concreteStack();
    destinationIn(stack, { datasetEncryptionKey: new kms.Key(stack, 'GroupKey') });
    const template = Template.fromStack(stack);
    const keys = Object.values(template.findResources('AWS::KMS::Key'));
    expect(keys).toHaveLength(2);
    for (const key of keys) {
      expect(key.Properties.KeyPolicy.Statement[1]).toMatchObject({
        Action: expect.arrayContaining([...KEY_ACTIONS, 'kms:GenerateDataKeyWithoutPlaintext']),
        Principal: { ...SERVICE, AWS: { 'Fn::GetAtt': [expect.stringMatching(/^ExportsRole/), 'Arn'] } },
      });
    }
    const rolePolicy = statementsOf(template, 'AWS::IAM::Policy').filter(statement => JSON.stringify(statement).includes('kms:'));
    expect(rolePolicy.map(statement => statement.Action.includes('kms:GenerateDataKeyWithoutPlaintext'))).toEqual(rolePolicy.map(() => true));
    expect(JSON.stringify(rolePolicy)).not.toContain('CreateGrant');
  });
});

describe('sourceConditions', () => {
  const conditions = {
    StringEquals: { 'aws:SourceAccount': ACCOUNT },
    StringLike: { 'aws:SourceArn': { 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, `:personalize:${REGION}:${ACCOUNT}:*`]] } },
  };

  test('asks for the source of what the service does itself, in the bucket\'s and the key\'s policies', () => {
    const stack = concreteStack();
    destinationIn(stack, { sourceConditions: true });
    const template = Template.fromStack(stack);
    expect(statementsOf(template, 'AWS::S3::BucketPolicy').slice(1).map(({ Action, Principal, Condition }) => [Action, Principal, Condition]))
      .toEqual([['s3:ListBucket', SERVICE, conditions], ['s3:PutObject', SERVICE, conditions]]);
    expect(statementsOf(template, 'AWS::KMS::Key').slice(1)).toEqual([
      { Effect: 'Allow', Action: KEY_ACTIONS, Resource: '*', Principal: SERVICE, Condition: conditions },
      { Effect: 'Allow', Action: KEY_ACTIONS, Resource: '*', Principal: { AWS: { 'Fn::GetAtt': [expect.stringMatching(/^ExportsRole/), 'Arn'] } } },
    ]);
  });

  test('is off when it is false', () => {
    const [off, byDefault] = [false, undefined].map(value => {
      const stack = concreteStack();
      destinationIn(stack, { sourceConditions: value });
      return Template.fromStack(stack).toJSON();
    });
    expect(off).toEqual(byDefault);
  });

  test('is in the statements of the warnings, and not asked of the role', () => {
    const stack = concreteStack();
    const bucket = s3.Bucket.fromBucketAttributes(stack, 'Bucket', { bucketArn: 'arn:aws:s3:::theirs', account: '999988887777' });
    destinationIn(stack, { bucket, sourceConditions: true });
    const statements = Annotations.fromStack(stack).findWarning('*', Match.anyValue()).map(({ entry }) => JSON.parse(/\{"Action.*\}/.exec(String(entry.data))![0]));
    const literal = { ...conditions, StringLike: { 'aws:SourceArn': `arn:aws:personalize:${REGION}:${ACCOUNT}:*` } };
    expect(statements.map(({ Principal, Condition }) => [Object.keys(Principal), Condition])).toEqual([
      [['Service'], literal], [['AWS'], undefined], [['Service'], literal], [['AWS'], undefined],
    ]);
  });
});

describe('across stacks', () => {
  const env = { account: ACCOUNT, region: REGION };

  test('a key of another stack does not make the stacks depend on each other in a circle, and the role gets what the key policy cannot say', () => {
    const app = new App();
    const shared = new Stack(app, 'Shared', { env });
    const bucket = new s3.Bucket(shared, 'Bucket', { encryptionKey: new kms.Key(shared, 'Key') });
    const stack = new Stack(app, 'Movies', { env });
    jobIn(stack, { destination: destinationIn(stack, { bucket }) });

    app.synth();
    expect(stack.dependencies).toContain(shared);
    expect(shared.dependencies).not.toContain(stack);
    expect(statementsOf(Template.fromStack(shared), 'AWS::KMS::Key')[1]).toMatchObject({ Action: KEY_ACTIONS, Principal: { Service: 'personalize.amazonaws.com' } });
    Template.fromStack(stack).hasResourceProperties('AWS::IAM::Policy', {
      Roles: [{ Ref: Match.stringLikeRegexp('^ExportsRole') }],
      PolicyDocument: { Statement: Match.arrayWith([Match.objectLike({ Action: KEY_ACTIONS })]) },
    });
  });

  test('a key of another account names the role, whose policy says the same', () => {
    const app = new App();
    const theirs = new Stack(app, 'Theirs', { env: { ...env, account: OTHER_ACCOUNT } });
    const stack = new Stack(app, 'Movies', { env });
    const role = new iam.Role(stack, 'Role', { roleName: 'exports', assumedBy: new iam.ServicePrincipal('personalize.amazonaws.com') });
    const encryptionKey = kms.Key.fromKeyArn(theirs, 'Key', KEY_ARN.replace(ACCOUNT, OTHER_ACCOUNT));
    jobIn(stack, { destination: destinationIn(stack, { encryptionKey, role }) });

    Annotations.fromStack(stack).hasWarning('*', Match.stringLikeRegexp(`policy of key ${encryptionKey.keyArn} .*"kms:CreateGrant".*role/exports`));
  });
});

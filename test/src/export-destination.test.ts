import { App, CfnParameter, Duration, RemovalPolicy, Stack, Token, aws_iam as iam, aws_kms as kms, aws_s3 as s3 } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { DatasetExportJob, ExportDestination, ExportDestinationProps, IngestionMode } from '../../src';
import { ACCOUNT, REGION, agnosticStack, concreteStack, importedDataset } from '../stacks';

const KEY_ARN = `arn:aws:kms:${REGION}:${ACCOUNT}:key/1234abcd-12ab-34cd-56ef-1234567890ab`;
const KEY_ACTIONS = ['kms:CreateGrant', 'kms:Decrypt', 'kms:DescribeKey', 'kms:GenerateDataKey', 'kms:ListGrants'];
const SERVICE = { Service: 'personalize.amazonaws.com' };

function destinationIn(stack: Stack, props: ExportDestinationProps = {}): ExportDestination {
  return new ExportDestination(stack, 'Exports', props);
}

function statementsOf(template: Template, type: string): any[] {
  const properties = Object.values(template.findResources(type))[0].Properties;
  return (properties.PolicyDocument ?? properties.KeyPolicy).Statement;
}

describe('by default', () => {
  const stack = agnosticStack();
  destinationIn(stack, { prefix: 'personalize/' });
  const template = Template.fromStack(stack);
  const bucketArn = { 'Fn::GetAtt': [Match.stringLikeRegexp('^ExportsBucket'), 'Arn'] };
  const keyArn = { 'Fn::GetAtt': [Match.stringLikeRegexp('^ExportsKey'), 'Arn'] };
  const roleArn = { 'Fn::GetAtt': [Match.stringLikeRegexp('^ExportsRole'), 'Arn'] };
  const objectsArn = { 'Fn::Join': ['', [bucketArn, '/personalize/*']] };

  test('the bucket is private, encrypted with the key, versioned, and stays', () => {
    template.hasResource('AWS::S3::Bucket', {
      DeletionPolicy: 'Retain',
      UpdateReplacePolicy: 'Retain',
      Properties: {
        BucketEncryption: {
          ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms', KMSMasterKeyID: keyArn } }],
        },
        PublicAccessBlockConfiguration: { BlockPublicAcls: true, BlockPublicPolicy: true, IgnorePublicAcls: true, RestrictPublicBuckets: true },
        VersioningConfiguration: { Status: 'Enabled' },
        LifecycleConfiguration: { Rules: [{ Status: 'Enabled', AbortIncompleteMultipartUpload: { DaysAfterInitiation: 7 }, ExpirationInDays: Match.absent() }] },
      },
    });
  });

  test('the bucket policy refuses what is not TLS, and lets Personalize list and write below the prefix', () => {
    template.hasResourceProperties('AWS::S3::BucketPolicy', {
      PolicyDocument: {
        Statement: [
          { Effect: 'Deny', Action: 's3:*', Principal: { AWS: '*' }, Condition: { Bool: { 'aws:SecureTransport': 'false' } }, Resource: Match.anyValue() },
          { Effect: 'Allow', Action: 's3:ListBucket', Principal: SERVICE, Resource: bucketArn },
          { Effect: 'Allow', Action: 's3:PutObject', Principal: SERVICE, Resource: objectsArn },
        ],
      },
    });
  });

  test('the key rotates, stays, and lets Personalize and the role use it', () => {
    template.hasResource('AWS::KMS::Key', {
      DeletionPolicy: 'Retain',
      Properties: {
        EnableKeyRotation: true,
        KeyPolicy: {
          Statement: [
            Match.objectLike({ Action: 'kms:*', Principal: { AWS: { 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, ':iam::', { Ref: 'AWS::AccountId' }, ':root']] } } }),
            { Effect: 'Allow', Action: KEY_ACTIONS, Principal: { ...SERVICE, AWS: roleArn }, Resource: '*' },
          ],
        },
      },
    });
  });

  test('the role can be assumed by Personalize only, for this account and Region', () => {
    template.hasResourceProperties('AWS::IAM::Role', {
      AssumeRolePolicyDocument: {
        Statement: [{
          Effect: 'Allow',
          Action: 'sts:AssumeRole',
          Principal: SERVICE,
          Condition: {
            StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } },
            StringLike: {
              'aws:SourceArn': {
                'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, ':personalize:', { Ref: 'AWS::Region' }, ':', { Ref: 'AWS::AccountId' }, ':*']],
              },
            },
          },
        }],
      },
      ManagedPolicyArns: Match.absent(),
    });
  });

  test('the role may list the bucket, write below the prefix and use the key, and nothing else', () => {
    template.resourceCountIs('AWS::IAM::Policy', 1);
    template.hasResourceProperties('AWS::IAM::Policy', {
      Roles: [{ Ref: Match.stringLikeRegexp('^ExportsRole') }],
      PolicyDocument: {
        Statement: [
          { Effect: 'Allow', Action: 's3:ListBucket', Resource: bucketArn },
          { Effect: 'Allow', Action: 's3:PutObject', Resource: objectsArn },
          { Effect: 'Allow', Action: KEY_ACTIONS.filter(action => action !== 'kms:CreateGrant'), Resource: keyArn },
        ],
      },
    });
  });

  test('it consists of five resources', () => {
    expect(Object.keys(template.toJSON().Resources)).toHaveLength(5);
  });
});

describe('encryption', () => {
  test('S3_MANAGED makes no key and grants none', () => {
    const stack = concreteStack();
    const destination = destinationIn(stack, { encryption: s3.BucketEncryption.S3_MANAGED });
    const template = Template.fromStack(stack);
    expect(destination.encryptionKey).toBeUndefined();
    template.resourceCountIs('AWS::KMS::Key', 0);
    template.hasResourceProperties('AWS::S3::Bucket', {
      BucketEncryption: { ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }] },
    });
    expect(JSON.stringify(template.toJSON())).not.toContain('kms:');
  });

  test('with a key of the app uses it and lets Personalize use it', () => {
    const stack = concreteStack();
    const encryptionKey = new kms.Key(stack, 'Mine');
    const destination = destinationIn(stack, { encryptionKey, encryption: s3.BucketEncryption.KMS });
    const template = Template.fromStack(stack);
    expect(destination.encryptionKey).toBe(encryptionKey);
    template.resourceCountIs('AWS::KMS::Key', 1);
    expect(statementsOf(template, 'AWS::KMS::Key')[1]).toMatchObject({ Action: KEY_ACTIONS, Principal: SERVICE });
  });

  test.each(['UNENCRYPTED', 'KMS_MANAGED', 'DSSE', 'DSSE_MANAGED'] as const)('fails at synth for %s', encryption => {
    expect(() => destinationIn(concreteStack(), { encryption: s3.BucketEncryption[encryption] }))
      .toThrow(`encryption must be BucketEncryption.KMS or BucketEncryption.S3_MANAGED, got "${s3.BucketEncryption[encryption]}"`);
  });

  test('fails at synth for S3_MANAGED with a key', () => {
    const stack = concreteStack();
    expect(() => destinationIn(stack, { encryption: s3.BucketEncryption.S3_MANAGED, encryptionKey: new kms.Key(stack, 'Key') }))
      .toThrow('encryptionKey cannot be used with encryption BucketEncryption.S3_MANAGED');
  });

  test('fails at synth for an alias, which Personalize does not take, also when Region and account are tokens', () => {
    for (const stack of [concreteStack(), agnosticStack()]) {
      expect(() => destinationIn(stack, { encryptionKey: kms.Alias.fromAliasName(stack, 'Alias', 'alias/mine') }))
        .toThrow('encryptionKey must have the ARN of a key, like arn:aws:kms:<region>:<account>:key/<key id>');
    }
  });

  test('fails at synth for an alias as the key of the bucket or of the dataset group, too', () => {
    for (const stack of [concreteStack(), agnosticStack()]) {
      const alias = kms.Alias.fromAliasName(stack, 'Alias', 'alias/mine');
      expect(() => new ExportDestination(stack, 'A', { bucket: new s3.Bucket(stack, 'Bucket', { encryptionKey: alias }) }))
        .toThrow('the encryptionKey of bucket must have the ARN of a key');
      expect(() => new ExportDestination(stack, 'B', { datasetEncryptionKey: alias })).toThrow('datasetEncryptionKey must have the ARN of a key');
    }
  });

  test('with an imported key warns with the statement that its policy needs', () => {
    const stack = concreteStack();
    destinationIn(stack, { encryptionKey: kms.Key.fromKeyArn(stack, 'Mine', KEY_ARN) });
    Annotations.fromStack(stack).hasWarning('/Movies/Exports', Match.stringLikeRegexp('policy of the imported key.*"kms:CreateGrant".*personalize.amazonaws.com'));
    Template.fromStack(stack).hasResourceProperties('AWS::IAM::Policy', {
      PolicyDocument: { Statement: Match.arrayWith([Match.objectLike({ Action: Match.arrayWith(['kms:GenerateDataKey']), Resource: KEY_ARN })]) },
    });
  });
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
    expect(statements.map(({ Principal, Condition }) => [Object.keys(Principal), Condition])).toEqual([
      [['Service'], conditions], [['AWS'], undefined], [['Service'], conditions], [['AWS'], undefined],
    ]);
  });
});

describe('bucket', () => {
  test('of the app gets the statements, for its prefix, and its key is used', () => {
    const stack = concreteStack();
    const encryptionKey = new kms.Key(stack, 'Key');
    const bucket = new s3.Bucket(stack, 'Bucket', { encryptionKey });
    const destination = destinationIn(stack, { bucket, prefix: 'a' });
    expect(destination.encryptionKey).toBe(encryptionKey);
    const template = Template.fromStack(stack);
    expect(statementsOf(template, 'AWS::S3::BucketPolicy').map(statement => statement.Action)).toEqual(['s3:ListBucket', 's3:PutObject']);
    expect(JSON.stringify(statementsOf(template, 'AWS::S3::BucketPolicy'))).toContain('"/a/*"');
    Annotations.fromStack(stack).hasNoWarning('*', Match.anyValue());
  });

  test('with a key of its own and another encryptionKey lets Personalize use both', () => {
    const stack = concreteStack();
    const bucket = new s3.Bucket(stack, 'Bucket', { encryptionKey: new kms.Key(stack, 'BucketKey') });
    destinationIn(stack, { bucket, encryptionKey: new kms.Key(stack, 'ObjectKey') });
    for (const key of Object.values(Template.fromStack(stack).findResources('AWS::KMS::Key'))) {
      expect(key.Properties.KeyPolicy.Statement[1]).toMatchObject({ Action: KEY_ACTIONS, Principal: SERVICE });
    }
  });

  test('that is imported warns with the statements that its policy needs', () => {
    const stack = concreteStack();
    destinationIn(stack, { bucket: s3.Bucket.fromBucketName(stack, 'Bucket', 'mine'), prefix: 'a/' });
    const annotations = Annotations.fromStack(stack);
    annotations.hasWarning('/Movies/Exports', Match.stringLikeRegexp('policy of the imported bucket.*"s3:ListBucket"'));
    annotations.hasWarning('/Movies/Exports', Match.stringLikeRegexp('policy of the imported bucket.*"s3:PutObject".*mine/a/\\*'));
    Template.fromStack(stack).resourceCountIs('AWS::S3::BucketPolicy', 0);
  });

  test.each([
    { encryption: s3.BucketEncryption.KMS }, { removalPolicy: RemovalPolicy.DESTROY }, { expiration: Duration.days(1) }, { versioned: true },
  ])('fails at synth with %j, which describes the bucket that is not made', props => {
    const stack = concreteStack();
    expect(() => destinationIn(stack, { bucket: new s3.Bucket(stack, 'Bucket'), ...props })).toThrow(`${Object.keys(props)[0]} cannot be used with bucket`);
  });
});

describe('role', () => {
  test('of the app is used and gets the statements', () => {
    const stack = concreteStack();
    const role = new iam.Role(stack, 'Mine', { assumedBy: new iam.ServicePrincipal('personalize.amazonaws.com') });
    expect(destinationIn(stack, { role }).role).toBe(role);
    const template = Template.fromStack(stack);
    template.resourceCountIs('AWS::IAM::Role', 1);
    expect(statementsOf(template, 'AWS::IAM::Policy').map(statement => statement.Action)).toContain('s3:PutObject');
  });

  test('that is imported gets a policy of its own', () => {
    const stack = concreteStack();
    destinationIn(stack, { role: iam.Role.fromRoleArn(stack, 'Mine', `arn:aws:iam::${ACCOUNT}:role/mine`) });
    Template.fromStack(stack).hasResourceProperties('AWS::IAM::Policy', { Roles: ['mine'] });
  });

  test('that cannot be changed warns with the statements that its policy needs', () => {
    const stack = concreteStack();
    destinationIn(stack, { role: iam.Role.fromRoleArn(stack, 'Mine', `arn:aws:iam::${ACCOUNT}:role/mine`, { mutable: false }) });
    Annotations.fromStack(stack).hasWarning('/Movies/Exports', Match.stringLikeRegexp('policy of the imported role.*"s3:PutObject"'));
    Template.fromStack(stack).resourceCountIs('AWS::IAM::Policy', 0);
  });

  test('fails at synth when its ARN is no role\'s', () => {
    const stack = concreteStack();
    const role = iam.Role.fromRoleArn(stack, 'Mine', `arn:aws:iam::${ACCOUNT}:role/${'r'.repeat(256)}`);
    expect(() => destinationIn(stack, { role })).toThrow('role must have an ARN like arn:aws:iam::<account>:role/<name> of at most 256 characters');
  });
});

describe('what cannot work', () => {
  const OTHER = '999988887777';
  const roleIn = (stack: Stack, account: string) => iam.Role.fromRoleArn(stack, 'Role', `arn:aws:iam::${account}:role/mine`);

  test('a role of another account fails at synth', () => {
    const stack = concreteStack();
    expect(() => destinationIn(stack, { role: roleIn(stack, OTHER) }))
      .toThrow(`role must be in the account of the stack, ${ACCOUNT}, got "arn:aws:iam::${OTHER}:role/mine": a role can be passed to a service within its account only`);
  });

  test('a role that another account\'s stack makes fails at synth', () => {
    const stack = concreteStack();
    const theirs = new Stack(stack.node.root as App, 'Theirs', { env: { account: OTHER, region: REGION } });
    const role = new iam.Role(theirs, 'Role', { roleName: 'mine', assumedBy: new iam.ServicePrincipal('personalize.amazonaws.com') });
    expect(() => destinationIn(stack, { role })).toThrow(/^role must be in the account of the stack, .*got "Theirs\/Role"/);
  });

  test('an encryptionKey in another Region than the new bucket, or the one passed in, fails at synth', () => {
    const stack = concreteStack();
    const encryptionKey = kms.Key.fromKeyArn(stack, 'Key', KEY_ARN.replace(REGION, 'us-east-1'));
    const bucket = s3.Bucket.fromBucketAttributes(stack, 'Bucket', { bucketName: 'theirs', region: 'us-east-1' });
    expect(() => new ExportDestination(stack, 'New', { encryptionKey }))
      .toThrow(`encryptionKey must be in the Region of the bucket, ${REGION}, got "${encryptionKey.keyArn}": S3 encrypts with keys of its own Region only`);
    expect(() => new ExportDestination(stack, 'Other', { bucket, encryptionKey: kms.Key.fromKeyArn(stack, 'Near', KEY_ARN) }))
      .toThrow('encryptionKey must be in the Region of the bucket, us-east-1, ');
    expect(() => new ExportDestination(stack, 'Same', { bucket, encryptionKey })).not.toThrow();
  });

  test.each([['account', { account: OTHER, region: REGION }], ['Region', { account: ACCOUNT, region: 'us-east-1' }]])(
    'a destination of another %s\'s stack fails at synth', (part, env) => {
      const stack = concreteStack();
      const destination = destinationIn(new Stack(stack.node.root as App, 'Theirs', { env }));
      expect(() => new DatasetExportJob(stack, 'Export', { dataset: importedDataset(stack), ingestionMode: IngestionMode.ALL, destination }))
        .toThrow(new RegExp(`destination must be in a stack of the same ${part}, .*, got "Theirs/Exports" in .*: define one in this stack, and pass it the bucket`));
    },
  );

  test('accounts and Regions that are tokens are left to the deployment', () => {
    const stack = agnosticStack();
    const encryptionKey = kms.Key.fromKeyArn(stack, 'Key', KEY_ARN);
    const destination = destinationIn(stack, { role: roleIn(stack, OTHER), encryptionKey });
    const concrete = new Stack(stack.node.root as App, 'Concrete', { env: { account: ACCOUNT, region: REGION } });
    expect(() => new DatasetExportJob(concrete, 'Export', { dataset: importedDataset(concrete), ingestionMode: IngestionMode.ALL, destination })).not.toThrow();
  });
});

describe('prefix', () => {
  test.each([[undefined, ''], ['', ''], ['a', 'a/'], ['a/', 'a/'], ['a/b c', 'a/b c/']])('%j becomes %j', (prefix, expected) => {
    expect(destinationIn(concreteStack(), { prefix }).prefix).toBe(expected);
  });

  test.each(['/a', 'a//b', '/'])('fails at synth for %j, a folder without a name', prefix => {
    expect(() => destinationIn(concreteStack(), { prefix })).toThrow('prefix must not start with "/" or contain "//"');
  });

  test.each([
    ['s3://bucket/a/b/', 's3://bucket/'], ['S3://bucket/a', 'S3://bucket/'], ['s3://bucket/', 's3://bucket/'], ['s3://bucket', 's3://bucket'],
    ['https://bucket.s3.amazonaws.com/a', 'https://bucket.s3.amazonaws.com/'],
  ])('fails at synth for %j, a URI', (prefix, bucketUri) => {
    expect(() => destinationIn(concreteStack(), { prefix }))
      .toThrow(`prefix must be a prefix, not a URI: leave out ${JSON.stringify(bucketUri)}, got ${JSON.stringify(prefix)}`);
  });

  test.each(['a*', 'a?', '${aws:username}', 'ä', 'a\\b', 'a#'])('fails at synth for %j', prefix => {
    expect(() => destinationIn(concreteStack(), { prefix })).toThrow(`only, got ${JSON.stringify(prefix)}`);
  });

  test('as a token is left as it is and checked in the deployment', () => {
    const stack = concreteStack();
    const prefix = new CfnParameter(stack, 'Prefix').valueAsString;
    expect(stack.resolve(destinationIn(stack, { prefix }).prefix)).toEqual({ Ref: 'Prefix' });
    expect(() => new ExportDestination(stack, 'Other', { prefix: `s3://bucket/${prefix}` })).not.toThrow();
  });
});

describe('life time', () => {
  test('expiration applies to present and superseded versions', () => {
    const stack = concreteStack();
    destinationIn(stack, { expiration: Duration.days(30) });
    Template.fromStack(stack).hasResourceProperties('AWS::S3::Bucket', {
      LifecycleConfiguration: { Rules: [Match.objectLike({ ExpirationInDays: 30, NoncurrentVersionExpiration: { NoncurrentDays: 30 } })] },
    });
  });

  test('without versions there are none to expire', () => {
    const stack = concreteStack();
    destinationIn(stack, { expiration: Duration.days(30), versioned: false });
    Template.fromStack(stack).hasResourceProperties('AWS::S3::Bucket', {
      VersioningConfiguration: Match.absent(),
      LifecycleConfiguration: { Rules: [Match.objectLike({ ExpirationInDays: 30, NoncurrentVersionExpiration: Match.absent() })] },
    });
  });

  test.each([Duration.hours(12), Duration.hours(36), Duration.days(0)])('fails at synth for an expiration of %s', expiration => {
    expect(() => destinationIn(concreteStack(), { expiration })).toThrow('expiration must be one or more whole days');
  });

  test('an expiration that is a token is accepted', () => {
    expect(() => destinationIn(concreteStack(), { expiration: Duration.days(Token.asNumber({ Ref: 'Days' })) })).not.toThrow();
  });

});

describe('removalPolicy', () => {
  const policiesOf = (template: Template, type: string) => {
    const { DeletionPolicy, UpdateReplacePolicy } = Object.values(template.findResources(type))[0];
    return [DeletionPolicy, UpdateReplacePolicy];
  };

  test.each([
    [undefined, ['Retain', 'Retain'], ['Retain', 'Retain']],
    [RemovalPolicy.RETAIN, ['Retain', 'Retain'], ['Retain', 'Retain']],
    [RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE, ['RetainExceptOnCreate', 'Retain'], ['RetainExceptOnCreate', 'Retain']],
    [RemovalPolicy.DESTROY, ['Delete', 'Delete'], ['Retain', 'Retain']],
  ])('%s: the bucket\'s policy stays with it, and the key outlives it', (removalPolicy, ofBucket, ofKey) => {
    const stack = concreteStack();
    destinationIn(stack, { removalPolicy });
    const template = Template.fromStack(stack);
    expect(policiesOf(template, 'AWS::S3::Bucket')).toEqual(ofBucket);
    expect(policiesOf(template, 'AWS::S3::BucketPolicy')).toEqual(['Retain', 'Retain']);
    expect(policiesOf(template, 'AWS::KMS::Key')).toEqual(ofKey);
  });

  test('of a bucket and a key that are given is left alone', () => {
    const stack = concreteStack();
    const encryptionKey = new kms.Key(stack, 'Key', { removalPolicy: RemovalPolicy.DESTROY });
    destinationIn(stack, { bucket: new s3.Bucket(stack, 'Bucket', { encryptionKey, enforceSSL: true, removalPolicy: RemovalPolicy.DESTROY }) });
    const template = Template.fromStack(stack);
    expect(policiesOf(template, 'AWS::S3::BucketPolicy')).toEqual([undefined, undefined]);
    expect(policiesOf(template, 'AWS::KMS::Key')).toEqual(['Delete', 'Delete']);
  });

  test('of a key that is given is left alone when the bucket is new', () => {
    const stack = concreteStack();
    destinationIn(stack, { encryptionKey: new kms.Key(stack, 'Key', { removalPolicy: RemovalPolicy.DESTROY }) });
    expect(policiesOf(Template.fromStack(stack), 'AWS::KMS::Key')).toEqual(['Delete', 'Delete']);
  });

  test.each([RemovalPolicy.SNAPSHOT, 'keep' as RemovalPolicy])('fails at synth for %s', removalPolicy => {
    expect(() => destinationIn(concreteStack(), { removalPolicy }))
      .toThrow(`removalPolicy must be RemovalPolicy.RETAIN, RETAIN_ON_UPDATE_OR_DELETE or DESTROY, got "${removalPolicy}"`);
  });
});

describe('across stacks', () => {
  const env = { account: ACCOUNT, region: REGION };

  test('a key of another stack does not make the stacks depend on each other in a circle, and the role gets what the key policy cannot say', () => {
    const app = new App();
    const shared = new Stack(app, 'Shared', { env });
    const bucket = new s3.Bucket(shared, 'Bucket', { encryptionKey: new kms.Key(shared, 'Key') });
    const stack = new Stack(app, 'Movies', { env });
    new DatasetExportJob(stack, 'Export', {
      dataset: importedDataset(stack), ingestionMode: IngestionMode.ALL, destination: destinationIn(stack, { bucket }),
    });

    app.synth();
    expect(stack.dependencies).toContain(shared);
    expect(shared.dependencies).not.toContain(stack);
    expect(statementsOf(Template.fromStack(shared), 'AWS::KMS::Key')[1]).toMatchObject({ Action: KEY_ACTIONS, Principal: { Service: 'personalize.amazonaws.com' } });
    Template.fromStack(stack).hasResourceProperties('AWS::IAM::Policy', {
      Roles: [{ Ref: Match.stringLikeRegexp('^ExportsRole') }],
      PolicyDocument: { Statement: Match.arrayWith([Match.objectLike({ Action: KEY_ACTIONS })]) },
    });
  });

  test('destinations that share a bucket add their statements once, each for its prefix', () => {
    const stack = concreteStack();
    const bucket = new s3.Bucket(stack, 'Bucket');
    new ExportDestination(stack, 'A', { bucket, prefix: 'a' });
    new ExportDestination(stack, 'B', { bucket, prefix: 'b' });
    expect(statementsOf(Template.fromStack(stack), 'AWS::S3::BucketPolicy').map(statement => statement.Action))
      .toEqual(['s3:ListBucket', 's3:PutObject', 's3:PutObject']);
  });
});

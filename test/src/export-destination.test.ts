import { CfnParameter, Duration, RemovalPolicy, Stack, aws_iam as iam, aws_kms as kms, aws_s3 as s3 } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { ExportDestination, ExportDestinationProps } from '../../src';
import { KEY_ACTIONS, SERVICE, destinationIn, statementsOf } from '../destinations';
import { ACCOUNT, agnosticStack, concreteStack } from '../stacks';

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

  test.each(['UNENCRYPTED', 'KMS_MANAGED', 'DSSE', 'DSSE_MANAGED'] as const)('fails at synthesis for %s', encryption => {
    expect(() => destinationIn(concreteStack(), { encryption: s3.BucketEncryption[encryption] }))
      .toThrow(new RegExp(`^encryption must be BucketEncryption.KMS or BucketEncryption.S3_MANAGED, got "${s3.BucketEncryption[encryption]}"`));
  });

  test('fails at synthesis for S3_MANAGED with a key', () => {
    const stack = concreteStack();
    expect(() => destinationIn(stack, { encryption: s3.BucketEncryption.S3_MANAGED, encryptionKey: new kms.Key(stack, 'Key') }))
      .toThrow('encryptionKey cannot be used with encryption BucketEncryption.S3_MANAGED');
  });

  test.each<[string, (alias: kms.IKey, stack: Stack) => ExportDestinationProps]>([
    ['encryptionKey', encryptionKey => ({ encryptionKey })],
    ['the encryptionKey of bucket', (encryptionKey, stack) => ({ bucket: new s3.Bucket(stack, 'Bucket', { encryptionKey }) })],
    ['datasetEncryptionKey', datasetEncryptionKey => ({ datasetEncryptionKey })],
  ])('fails at synthesis for an alias as %s, also when Region and account are tokens', (name, props) => {
    for (const stack of [concreteStack(), agnosticStack()]) {
      const alias = kms.Alias.fromAliasName(stack, 'Alias', 'alias/mine');
      expect(() => destinationIn(stack, props(alias, stack))).toThrow(new RegExp(`^${name} must have the ARN of a key.*got ".*alias/mine"`));
    }
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

  test.each([
    { encryption: s3.BucketEncryption.KMS }, { removalPolicy: RemovalPolicy.DESTROY }, { expiration: Duration.days(1) }, { versioned: true },
  ])('fails at synthesis with %j, which describes the bucket that is not made', props => {
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

  test('fails at synthesis when its ARN is no role\'s', () => {
    const stack = concreteStack();
    const role = iam.Role.fromRoleArn(stack, 'Mine', `arn:aws:iam::${ACCOUNT}:role/${'r'.repeat(256)}`);
    expect(() => destinationIn(stack, { role })).toThrow(/^role must have an ARN .*256 characters, got "arn:/);
  });
});

describe('prefix', () => {
  test.each([[undefined, ''], ['', ''], ['a', 'a/'], ['a/', 'a/'], ['a/b c', 'a/b c/']])('%j becomes %j', (prefix, expected) => {
    expect(destinationIn(concreteStack(), { prefix }).prefix).toBe(expected);
  });

  test.each(['/a', 'a//b', '/'])('fails at synthesis for %j, a folder without a name', prefix => {
    expect(() => destinationIn(concreteStack(), { prefix })).toThrow(new RegExp(`^prefix must not .*got "${prefix}"`));
  });

  test.each([
    ['s3://bucket/a/b/', 's3://bucket/'], ['S3://bucket/a', 'S3://bucket/'], ['s3://bucket/', 's3://bucket/'], ['s3://bucket', 's3://bucket'],
    ['https://bucket.s3.amazonaws.com/a', 'https://bucket.s3.amazonaws.com/'],
  ])('fails at synthesis for %j, a URI', (prefix, bucketUri) => {
    expect(() => destinationIn(concreteStack(), { prefix }))
      .toThrow(new RegExp(`^prefix .*leave out "${bucketUri}", got "${prefix}"`));
  });

  test.each(['a*', 'a?', '${aws:username}', 'ä', 'a\\b', 'a#'])('fails at synthesis for %j', prefix => {
    expect(() => destinationIn(concreteStack(), { prefix })).toThrow(`got ${JSON.stringify(prefix)}`);
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

  test.each([RemovalPolicy.SNAPSHOT, 'keep' as RemovalPolicy])('fails at synthesis for %s', removalPolicy => {
    expect(() => destinationIn(concreteStack(), { removalPolicy }))
      .toThrow(new RegExp(`^removalPolicy must be .*got "${removalPolicy}"`));
  });
});

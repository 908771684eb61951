import { CfnParameter, Duration, RemovalPolicy, Stack, aws_iam as iam, aws_kms as kms, aws_s3 as s3 } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { ExportDestination, ExportDestinationProps } from '../../src';
import { KEY_ACTIONS, SERVICE, destinationIn, statementsOf } from '../destinations';
import { ACCOUNT, REGION, agnosticStack, concreteStack, jobIn } from '../stacks';

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

  test('the description of the role has only characters that IAM takes', () => {
    const films = concreteStack();
    new ExportDestination(films, 'Movies – 映画 🎬é');
    const [role] = Object.values(Template.fromStack(films).findResources('AWS::IAM::Role'));
    expect(role.Properties.Description).toMatch(/ Movies\/Movies \? \?\? \?é$/);
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
      const aliases = [
        kms.Alias.fromAliasName(stack, 'Alias', 'alias/mine'),
        kms.Key.fromKeyArn(stack, 'ByArn', stack.formatArn({ service: 'kms', resource: 'alias', resourceName: 'mine' })),
        kms.Key.fromKeyArn(stack, 'ByKnownArn', `arn:aws:kms:${REGION}:${ACCOUNT}:alias/mine`),
      ];
      for (const [index, alias] of aliases.entries()) {
        const scope = new Stack(stack, `Stack${index}`);
        expect(() => destinationIn(scope, props(alias, scope))).toThrow(new RegExp(`^${name} must have the ARN of a key.*got ".*alias/mine"`));
      }
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

  test.each<ExportDestinationProps>([
    { encryption: s3.BucketEncryption.KMS }, { removalPolicy: RemovalPolicy.DESTROY }, { expiration: Duration.days(1) }, { versioned: true },
    { bucketName: 'exports' }, { bucketKeyEnabled: true }, { autoDeleteObjects: false }, { transitions: [] }, { serverAccessLogsPrefix: 'a' },
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

describe('of the new bucket', () => {
  test('the name, the bucket key and the server access logs are those of the props', () => {
    const stack = concreteStack();
    const serverAccessLogsBucket = new s3.Bucket(stack, 'Logs');
    destinationIn(stack, { bucketName: 'exports-of-movies', bucketKeyEnabled: true, serverAccessLogsBucket, serverAccessLogsPrefix: 'exports/' });
    Template.fromStack(stack).hasResourceProperties('AWS::S3::Bucket', {
      BucketName: 'exports-of-movies',
      BucketEncryption: { ServerSideEncryptionConfiguration: [Match.objectLike({ BucketKeyEnabled: true })] },
      LoggingConfiguration: { DestinationBucketName: { Ref: Match.stringLikeRegexp('^Logs') }, LogFilePrefix: 'exports/' },
    });
  });

  test('the name as a token is left to the deployment', () => {
    const stack = concreteStack();
    destinationIn(stack, { bucketName: new CfnParameter(stack, 'Name').valueAsString });
    Template.fromStack(stack).hasResourceProperties('AWS::S3::Bucket', { BucketName: { Ref: 'Name' } });
  });

  test('the name counts in the output path, which has at most 256 characters', () => {
    const pathOf = (bucketName: string) => {
      const stack = concreteStack();
      return jobIn(stack, { jobName: 'n'.repeat(63), destination: destinationIn(stack, { bucketName, prefix: 'p'.repeat(112) }) });
    };
    expect(() => pathOf('b'.repeat(15))).not.toThrow();
    expect(() => pathOf('b'.repeat(16))).toThrow(/256/);
  });

  test('fails at synthesis for a bucket key without a KMS key', () => {
    expect(() => destinationIn(concreteStack(), { encryption: s3.BucketEncryption.S3_MANAGED, bucketKeyEnabled: true }))
      .toThrow('bucketKeyEnabled cannot be used with encryption BucketEncryption.S3_MANAGED');
    expect(() => destinationIn(concreteStack(), { encryption: s3.BucketEncryption.S3_MANAGED, bucketKeyEnabled: false })).not.toThrow();
  });

  test('fails at synthesis for access logs among the exports', () => {
    expect(() => destinationIn(concreteStack(), { serverAccessLogsPrefix: 'logs/' })).toThrow('serverAccessLogsPrefix must be used with serverAccessLogsBucket, got "logs/"');
  });

  test.each([{ account: '999988887777' }, { region: 'us-east-1' }])('fails at synthesis for a bucket for access logs in %j', env => {
    const stack = concreteStack();
    const serverAccessLogsBucket = s3.Bucket.fromBucketAttributes(stack, 'Logs', { bucketName: 'logs', ...env });
    expect(() => destinationIn(stack, { serverAccessLogsBucket })).toThrow(/^serverAccessLogsBucket must be in the account and Region .*Movies\/Logs/);
  });
});

describe('autoDeleteObjects', () => {
  test('empties the bucket before it is deleted; the key stays', () => {
    const stack = concreteStack();
    destinationIn(stack, { autoDeleteObjects: true, removalPolicy: RemovalPolicy.DESTROY });
    const template = Template.fromStack(stack);
    template.hasResourceProperties('Custom::S3AutoDeleteObjects', { BucketName: { Ref: Match.stringLikeRegexp('^ExportsBucket') } });
    template.hasResource('AWS::KMS::Key', { DeletionPolicy: 'Retain' });
  });

  test.each([undefined, RemovalPolicy.RETAIN, RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE])('fails at synthesis with removalPolicy %s', removalPolicy => {
    expect(() => destinationIn(concreteStack(), { autoDeleteObjects: true, removalPolicy }))
      .toThrow(new RegExp(`^autoDeleteObjects must be used with removalPolicy RemovalPolicy.DESTROY, got "${removalPolicy ?? 'retain'}"`));
  });
});

describe('transitions', () => {
  const { INFREQUENT_ACCESS, ONE_ZONE_INFREQUENT_ACCESS, INTELLIGENT_TIERING, GLACIER_INSTANT_RETRIEVAL, GLACIER, DEEP_ARCHIVE } = s3.StorageClass;
  const after = (...days: [s3.StorageClass, number][]) => days.map(([storageClass, count]): s3.Transition => (
    { storageClass, transitionAfter: Duration.days(count) }));

  test('move present versions', () => {
    const stack = concreteStack();
    destinationIn(stack, { transitions: after([INFREQUENT_ACCESS, 30], [GLACIER, 60]), expiration: Duration.days(61) });
    Template.fromStack(stack).hasResourceProperties('AWS::S3::Bucket', {
      LifecycleConfiguration: {
        Rules: [Match.objectLike({
          Transitions: [{ StorageClass: 'STANDARD_IA', TransitionInDays: 30 }, { StorageClass: 'GLACIER', TransitionInDays: 60 }], ExpirationInDays: 61,
        })],
      },
    });
  });

  test.each([
    ['archives at once', after([GLACIER, 0])],
    ['a day between two archives', after([GLACIER_INSTANT_RETRIEVAL, 1], [DEEP_ARCHIVE, 2])],
    ['given in another order', after([DEEP_ARCHIVE, 90], [INTELLIGENT_TIERING, 0])],
  ])('may be %s', (_, transitions) => {
    expect(() => destinationIn(concreteStack(), { transitions })).not.toThrow();
  });

  test.each<[string, s3.Transition[], RegExp]>([
    ['Infrequent Access too early', after([INFREQUENT_ACCESS, 29]), /^transitionAfter of STANDARD_IA in transitions must be at least 30 days, got 29 days/],
    ['One Zone too early', after([ONE_ZONE_INFREQUENT_ACCESS, 1]), /^transitionAfter of ONEZONE_IA in transitions must be at least 30 days, got 1 day/],
    ['too little time in Infrequent Access', after([INFREQUENT_ACCESS, 30], [GLACIER, 59]), /^transitionAfter of GLACIER in transitions must be .* got 59 days/],
    ['a warmer class', after([GLACIER, 1], [INTELLIGENT_TIERING, 90]), /^transitions must go to a colder storage class .*GLACIER after 1 day and INTELLIGENT_TIERING/],
    ['one that One Zone cannot go to', after([ONE_ZONE_INFREQUENT_ACCESS, 30], [GLACIER_INSTANT_RETRIEVAL, 90]), /^transitions must go to a colder storage class/],
    ['two on one day', after([GLACIER, 1], [DEEP_ARCHIVE, 1]), /^transitions must go to a colder storage class/],
    ['the same class twice', after([GLACIER, 1], [GLACIER, 2]), /^transitions must have different storage classes, got GLACIER twice/],
    ['no time', [{ storageClass: GLACIER }], /^transitions must have transitionAfter .*got GLACIER/],
    ['a date', [{ storageClass: GLACIER, transitionDate: new Date(0) }], /^transitions must have transitionAfter and no transitionDate, got GLACIER/],
    ['part of a day', [{ storageClass: GLACIER, transitionAfter: Duration.hours(36) }], /^transitionAfter of GLACIER in transitions must be in whole days/],
    ['a number', [{ storageClass: GLACIER, transitionAfter: 5 as unknown as Duration }], /^transitionAfter of GLACIER in transitions must be a Duration, got 5/],
  ])('fail at synthesis: %s', (_, transitions, message) => {
    expect(() => destinationIn(concreteStack(), { transitions })).toThrow(message);
  });

  test.each([30, 29])('fail at synthesis with an expiration after %d days that is no later than they are', days => {
    expect(() => destinationIn(concreteStack(), { transitions: after([GLACIER, 30]), expiration: Duration.days(days) }))
      .toThrow(`expiration must be later than all transitions, got ${days} days and GLACIER after 30 days`);
  });

  test('as tokens are left to S3', () => {
    const stack = concreteStack();
    const transitionAfter = Duration.days(new CfnParameter(stack, 'Days', { type: 'Number' }).valueAsNumber);
    const transitions = [{ storageClass: INFREQUENT_ACCESS, transitionAfter }];
    expect(() => destinationIn(stack, { transitions, expiration: Duration.days(1) })).not.toThrow();
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

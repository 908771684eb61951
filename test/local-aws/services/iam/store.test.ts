import { ACCOUNT, NotSupportedError } from '../../../../local-aws/core';
import type { AuthorizationRequest, Principal } from '../../../../local-aws/services/iam/authorization';
import { DEPLOYER } from '../../../../local-aws/services/iam/credentials';
import type { IamStore } from '../../../../local-aws/services/iam/store';
import { REGION, allow, policy, testWorld, trust } from '../../testing-world';

const KEY = `arn:aws:kms:${REGION}:${ACCOUNT}:key/k`;
const ROOT = `arn:aws:iam::${ACCOUNT}:root`;
const OBJECT = 'arn:aws:s3:::bucket/key';
const BASIC_EXECUTION = 'arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole';

let iam: IamStore;
let roleArn: string;
let role: Principal;

beforeEach(() => {
  ({ iam } = testWorld());
  roleArn = iam.createRole({ roleName: 'r', assumeRolePolicyDocument: trust('lambda.amazonaws.com') });
  role = { roleArn, sessionArn: `arn:aws:sts::${ACCOUNT}:assumed-role/r/s` };
});

const may = async (action: string, resource: string, more: Partial<AuthorizationRequest> = {}): Promise<boolean> =>
  iam.isAllowed({ principal: role, action, resource, ...more });

describe('identity policies', () => {
  test('allow what they name and nothing else', async () => {
    expect(await may('s3:GetObject', OBJECT)).toBe(false);
    iam.putRolePolicy('r', 'p', policy(allow('s3:GetObject', 'arn:aws:s3:::bucket/*')));
    expect(await may('s3:GetObject', OBJECT)).toBe(true);
    expect(await may('s3:PutObject', OBJECT)).toBe(false);
    expect(await may('s3:GetObject', 'arn:aws:s3:::other/key')).toBe(false);
    iam.deleteRolePolicy('r', 'p');
    expect(await may('s3:GetObject', OBJECT)).toBe(false);
  });

  test('deny whatever else allows', async () => {
    iam.putRolePolicy('r', 'p', policy(allow('*')));
    iam.putRolePolicy('r', 'q', policy({ Effect: 'Deny', Action: 's3:GetObject', Resource: '*' }));
    expect(await may('s3:PutObject', OBJECT)).toBe(true);
    await expect(iam.authorize({ principal: role, action: 's3:GetObject', resource: OBJECT })).rejects.toMatchObject({
      code: 'AccessDenied',
      message: `User: arn:aws:sts::${ACCOUNT}:assumed-role/r/s is not authorized to perform: s3:GetObject on resource: ${OBJECT} with an explicit deny in an identity-based policy`,
    });
  });

  test('have conditions', async () => {
    iam.putRolePolicy('r', 'p', policy(allow('iam:PassRole', roleArn, { Condition: { StringEquals: { 'iam:PassedToService': 'personalize.amazonaws.com' } } })));
    expect(await may('iam:PassRole', roleArn, { context: { 'iam:PassedToService': 'personalize.amazonaws.com' } })).toBe(true);
    expect(await may('iam:PassRole', roleArn, { context: { 'iam:PassedToService': 'lambda.amazonaws.com' } })).toBe(false);
    expect(await may('iam:PassRole', roleArn)).toBe(false);
  });

  test('can be managed ones', async () => {
    const arn = iam.createPolicy('m', policy(allow('s3:GetObject')));
    iam.attachRolePolicy('r', arn);
    expect(await may('s3:GetObject', OBJECT)).toBe(true);
    expect(() => iam.deletePolicy(arn)).toThrow('attached');
    iam.updatePolicy(arn, policy(allow('s3:PutObject')));
    expect(await may('s3:GetObject', OBJECT)).toBe(false);
    iam.detachRolePolicy('r', arn);
    iam.deletePolicy(arn);
  });

  test('can be AWS managed, of those known', async () => {
    const stream = `arn:aws:logs:${REGION}:${ACCOUNT}:log-group:/aws/lambda/f:log-stream:s`;
    expect(await may('logs:PutLogEvents', stream)).toBe(false);
    iam.attachRolePolicy('r', BASIC_EXECUTION);
    expect(await may('logs:PutLogEvents', stream)).toBe(true);
    expect(() => iam.attachRolePolicy('r', 'arn:aws:iam::aws:policy/AdministratorAccess')).toThrow(NotSupportedError);
  });

  test('of a deleted role no longer count', async () => {
    iam.putRolePolicy('r', 'p', policy(allow('*')));
    expect(() => iam.deleteRole('r')).toThrow('must delete policies first');
    iam.deleteRolePolicy('r', 'p');
    iam.deleteRole('r');
    expect(await may('s3:GetObject', OBJECT)).toBe(false);
  });

  test('for some resources do not allow an action on all', async () => {
    iam.putRolePolicy('r', 'p', policy(allow('cloudformation:DescribeStacks', `arn:aws:cloudformation:${REGION}:${ACCOUNT}:stack/x/*`)));
    expect(await may('cloudformation:DescribeStacks', '*')).toBe(false);
    iam.putRolePolicy('r', 'p', policy(allow('cloudformation:DescribeStacks')));
    expect(await may('cloudformation:DescribeStacks', '*')).toBe(true);
  });
});

describe('permissions boundary', () => {
  test('limits what identity policies allow', async () => {
    const boundary = iam.createPolicy('b', policy(allow('s3:GetObject')));
    iam.updateRole('r', { permissionsBoundary: boundary });
    expect(await may('s3:GetObject', OBJECT)).toBe(false);
    iam.putRolePolicy('r', 'p', policy(allow('s3:*')));
    expect(await may('s3:GetObject', OBJECT)).toBe(true);
    await expect(iam.authorize({ principal: role, action: 's3:PutObject', resource: OBJECT }))
      .rejects.toThrow('because no permissions boundary allows the s3:PutObject action');
  });
});

describe('trust policies', () => {
  const personalize = { service: 'personalize.amazonaws.com' };
  const assume = async (principal: Principal, context?: Record<string, string>): Promise<unknown> =>
    iam.assumeRole({ roleArn, sessionName: 's', principal, context });

  test('let in the service they name', async () => {
    await expect(assume({ service: 'lambda.amazonaws.com' })).resolves.toMatchObject({ caller: { arn: role.sessionArn, roleArn } });
    await expect(assume(personalize)).rejects.toMatchObject({ code: 'AccessDenied' });
  });

  test('under their conditions', async () => {
    const source = { 'aws:SourceAccount': ACCOUNT, 'aws:SourceArn': `arn:aws:personalize:${REGION}:${ACCOUNT}:dataset-export-job/j` };
    iam.updateRole('r', {
      assumeRolePolicyDocument: trust(personalize.service, {
        Condition: { StringEquals: { 'aws:SourceAccount': ACCOUNT }, ArnLike: { 'aws:SourceArn': `arn:aws:personalize:${REGION}:${ACCOUNT}:*` } },
      }),
    });
    await expect(assume(personalize, source)).resolves.toBeDefined();
    await expect(assume(personalize)).rejects.toMatchObject({ code: 'AccessDenied' });
    await expect(assume(personalize, { ...source, 'aws:SourceAccount': '999999999999' })).rejects.toMatchObject({ code: 'AccessDenied' });
    await expect(assume(personalize, { ...source, 'aws:SourceArn': `arn:aws:personalize:eu-west-1:${ACCOUNT}:x` })).rejects.toMatchObject({ code: 'AccessDenied' });
  });

  test('that trust the account leave it to identity policies', async () => {
    iam.updateRole('r', { assumeRolePolicyDocument: trust({ AWS: ROOT }) });
    await expect(assume({ userArn: DEPLOYER.userArn })).resolves.toBeDefined();
    await expect(assume(role)).rejects.toMatchObject({ code: 'AccessDenied' });
    iam.putRolePolicy('r', 'p', policy(allow('sts:AssumeRole', roleArn)));
    await expect(assume(role)).resolves.toBeDefined();
  });

  test('hand out keys that lead back to the role', async () => {
    const credentials = await iam.assumeRole({ roleArn, sessionName: 's', principal: { service: 'lambda.amazonaws.com' } });
    expect(iam.caller(credentials.accessKeyId)).toEqual(credentials.caller);
    expect(iam.caller('unknown')).toBeUndefined();
  });

  test('of roles that do not exist let nobody in', async () => {
    await expect(iam.assumeRole({ roleArn: `${roleArn}x`, sessionName: 's', principal: personalize })).rejects.toMatchObject({ code: 'AccessDenied' });
  });
});

describe('bucket policies', () => {
  const bucketPolicy = (principal: object): object => policy({ Effect: 'Allow', Principal: principal, Action: 's3:PutObject', Resource: 'arn:aws:s3:::bucket/*' });
  const personalize = { service: 'personalize.amazonaws.com' };

  test('allow services', async () => {
    const resourcePolicy = bucketPolicy({ Service: personalize.service });
    expect(await may('s3:PutObject', OBJECT, { principal: personalize, resourcePolicy })).toBe(true);
    expect(await may('s3:PutObject', OBJECT, { principal: { service: 'lambda.amazonaws.com' }, resourcePolicy })).toBe(false);
    expect(await may('s3:PutObject', OBJECT, { principal: personalize })).toBe(false);
  });

  test('allow roles of the account by themselves', async () => {
    expect(await may('s3:PutObject', OBJECT, { resourcePolicy: bucketPolicy({ AWS: roleArn }) })).toBe(true);
  });

  test('allow roles with a path', async () => {
    const withPath = iam.createRole({ roleName: 'p', path: '/team/', assumeRolePolicyDocument: trust('lambda.amazonaws.com') });
    const principal = { roleArn: withPath, sessionArn: `arn:aws:sts::${ACCOUNT}:assumed-role/p/s` };
    expect(await may('s3:PutObject', OBJECT, { principal, resourcePolicy: bucketPolicy({ AWS: withPath }) })).toBe(true);
  });

  test('deny connections without TLS', async () => {
    iam.putRolePolicy('r', 'p', policy(allow('s3:*')));
    const resourcePolicy = policy({ Effect: 'Deny', Principal: '*', Action: 's3:*', Resource: '*', Condition: { Bool: { 'aws:SecureTransport': 'false' } } });
    expect(await may('s3:PutObject', OBJECT, { resourcePolicy })).toBe(true);
    expect(await may('s3:PutObject', OBJECT, { resourcePolicy, context: { 'aws:SecureTransport': 'false' } })).toBe(false);
  });
});

describe('key policies', () => {
  const keyPolicy = (principal: object): object => policy({ Effect: 'Allow', Principal: principal, Action: 'kms:*', Resource: '*' });

  test('must allow, whatever the identity policy says', async () => {
    iam.putRolePolicy('r', 'p', policy(allow('kms:*')));
    expect(await may('kms:Decrypt', KEY, { resourcePolicy: keyPolicy({ Service: 'lambda.amazonaws.com' }) })).toBe(false);
    expect(await may('kms:Decrypt', KEY, { resourcePolicy: keyPolicy({ AWS: roleArn }) })).toBe(true);
  });

  test('can delegate to the account\'s identity policies', async () => {
    const resourcePolicy = keyPolicy({ AWS: ROOT });
    expect(await may('kms:Decrypt', KEY, { resourcePolicy })).toBe(false);
    iam.putRolePolicy('r', 'p', policy(allow('kms:Decrypt', KEY)));
    expect(await may('kms:Decrypt', KEY, { resourcePolicy })).toBe(true);
    expect(await may('kms:Decrypt', KEY, { resourcePolicy, principal: { service: 'personalize.amazonaws.com' } })).toBe(false);
  });
});

describe('what cannot be decided', () => {
  test.each<[string, string, string]>([
    ['an unknown action', 'personalize:Nonsense', '*'],
    ['an unknown service', 'nonsense:Nonsense', '*'],
    ['a resource of the wrong type', 'personalize:DescribeDatasetExportJob', `arn:aws:personalize:${REGION}:${ACCOUNT}:dataset/g/ITEMS`],
    ['a resource with wildcards', 's3:GetObject', 'arn:aws:s3:::bucket/*'],
  ])('is refused loudly: %s', async (_, action, resource) => {
    iam.putRolePolicy('r', 'p', policy(allow('*')));
    await expect(may(action, resource)).rejects.toThrow(NotSupportedError);
  });

  test('an unknown condition operator is refused when the policy is put', () => {
    expect(() => iam.putRolePolicy('r', 'p', policy(allow('*', '*', { Condition: { Nonsense: { a: 'b' } } })))).toThrow('Invalid Condition type');
    expect(() => iam.putRolePolicy('r', 'p', policy(allow('*', '*', {
      Condition: { 'ForAnyValue:StringNotLikeIfExists': { a: 'b' }, 'NumericLessThanEquals': { a: '1' }, 'Null': { a: 'true' }, 'ArnNotLike': { a: 'b' } },
    })))).not.toThrow();
  });

  test.each<[string, object]>([
    ['no action', { Action: undefined }],
    ['an empty list of actions', { Action: [] }],
    ['an action without a service', { Action: 'GetObject' }],
    ['both Action and NotAction', { NotAction: 's3:PutObject' }],
    ['no resource', { Resource: undefined }],
    ['an empty list of resources', { Resource: [] }],
    ['no effect', { Effect: undefined }],
    ['another effect', { Effect: 'allow' }],
    ['a principal', { Principal: '*' }],
    ['an unknown element', { Resources: '*' }],
    ['an ID with a space', { Sid: 'a b' }],
  ])('an identity policy with %s is refused', (_, change) => {
    const statement = JSON.parse(JSON.stringify({ ...allow('s3:GetObject'), ...change })) as object;
    expect(() => iam.putRolePolicy('r', 'p', policy(statement))).toThrow(expect.objectContaining({ code: 'MalformedPolicyDocument' }));
    expect(() => iam.createPolicy('p', policy(statement))).toThrow(expect.objectContaining({ code: 'MalformedPolicyDocument' }));
  });

  test('an identity policy with another version, or with the same ID twice, is refused', () => {
    const statement = allow('s3:GetObject', '*', { Sid: 'A' });
    expect(() => iam.putRolePolicy('r', 'p', { Version: '2012-10-18', Statement: statement })).toThrow('valid version');
    expect(() => iam.putRolePolicy('r', 'p', policy(statement, statement))).toThrow('must be unique');
  });

  test.each<[string, object]>([
    ['a resource', { Resource: '*' }],
    ['no principal', { Principal: undefined }],
  ])('a trust policy with %s is refused', (_, change) => {
    const document = JSON.parse(JSON.stringify(trust('lambda.amazonaws.com', change))) as object;
    expect(() => iam.updateRole('r', { assumeRolePolicyDocument: document })).toThrow(expect.objectContaining({ code: 'MalformedPolicyDocument' }));
  });

  test.each<[string, object]>([
    ['a role that is not there', { AWS: `arn:aws:iam::${ACCOUNT}:role/none` }],
    ['a user that is not there', { AWS: `arn:aws:iam::${ACCOUNT}:user/none` }],
    ['something that is no principal', { AWS: 'foo' }],
    ['something that is no service', { Service: 'nonsense' }],
  ])('a policy that names %s is refused, with the code of its service', (_, Principal) => {
    const { iam: account, kms, s3 } = testWorld();
    const document = policy(allow('*', '*', { Principal }));
    expect(() => account.createRole({ roleName: 'x', assumeRolePolicyDocument: trust(Principal) })).toThrow(expect.objectContaining({ code: 'MalformedPolicyDocument' }));
    expect(() => kms.createKey(document)).toThrow(expect.objectContaining({ code: 'MalformedPolicyDocumentException' }));
    expect(() => s3.createBucket('bucket', { policy: document })).toThrow(expect.objectContaining({ code: 'MalformedPolicy' }));
  });
});

describe('quotas', () => {
  const ofLength = (length: number): object => policy(allow('s3:GetObject', 'x'.repeat(length - JSON.stringify(policy(allow('s3:GetObject', ''))).length)));

  test('are of each role, and what is replaced or detached makes room', () => {
    iam.createRole({ roleName: 'other', assumeRolePolicyDocument: trust('lambda.amazonaws.com') });
    iam.putRolePolicy('other', 'p', ofLength(10_240));
    iam.putRolePolicy('r', 'p', ofLength(10_240));
    iam.putRolePolicy('r', 'p', ofLength(5_000));
    iam.putRolePolicy('r', 'q', ofLength(5_240));
    const arns = Array.from({ length: 11 }, (_, index) => iam.createPolicy(`m${index}`, ofLength(1_000)));
    for (const arn of arns.slice(0, 10)) { iam.attachRolePolicy('r', arn); }
    iam.attachRolePolicy('r', arns[0]);
    iam.detachRolePolicy('r', arns[0]);
    iam.attachRolePolicy('r', arns[10]);
  });
});

test('names have some characters only', () => {
  expect(() => iam.putRolePolicy('r', 'a policy', policy(allow('s3:GetObject')))).toThrow('regular expression');
});

test('descriptions of roles have Latin characters only', () => {
  const create = (description: string) => iam.createRole({ roleName: 'described', assumeRolePolicyDocument: trust('lambda.amazonaws.com'), description });
  expect(() => create('films – new')).toThrow('regular expression');
  create('films: très\tnew');
  expect(() => iam.updateRole('described', { description: '映画' })).toThrow('regular expression');
});

test('decisions are recorded as they were made', async () => {
  iam.putRolePolicy('r', 'p', policy(allow('s3:GetObject')));
  await may('s3:GetObject', OBJECT);
  await may('s3:PutObject', OBJECT, { context: { 's3:x': 'y' } });
  expect(iam.decisions).toEqual([
    { principal: role, action: 's3:GetObject', resource: OBJECT, allowed: true },
    { principal: role, action: 's3:PutObject', resource: OBJECT, context: { 's3:x': 'y' }, allowed: false },
  ]);
});

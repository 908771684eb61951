import { ACCOUNT } from './core';
import type { World } from './world';

const QUALIFIER = 'hnb659fds';
/** recent enough for everything that the CDK CLI needs */
const VERSION = '30';

/** Creates what `cdk bootstrap` creates: the assets bucket, the roles that the CLI assumes, the version parameter. */
export function bootstrap({ region, iam, s3, ssm }: World): void {
  const assets = `cdk-${QUALIFIER}-assets-${ACCOUNT}-${region}`;
  const bucketArns = [`arn:aws:s3:::${assets}`, `arn:aws:s3:::${assets}/*`];
  s3.createBucket(assets, {
    versioned: true,
    policy: policy({
      Effect: 'Deny', Principal: '*', Action: 's3:*', Resource: bucketArns, Condition: { Bool: { 'aws:SecureTransport': 'false' } },
    }),
  });

  const account = { AWS: `arn:aws:iam::${ACCOUNT}:root` };
  const role = (name: string, trusted: object, ...statements: object[]): string => {
    const roleName = `cdk-${QUALIFIER}-${name}-role-${ACCOUNT}-${region}`;
    const arn = iam.createRole({ roleName, assumeRolePolicyDocument: policy({ Effect: 'Allow', Principal: trusted, Action: 'sts:AssumeRole' }) });
    iam.putRolePolicy(roleName, 'default', policy(...statements));
    return arn;
  };
  const everything = allow(['*'], '*');
  const readAssets = allow(['s3:GetObject*', 's3:GetBucket*', 's3:GetEncryptionConfiguration', 's3:List*'], bucketArns);
  const readVersion = allow(['ssm:GetParameter*'], `arn:aws:ssm:${region}:${ACCOUNT}:parameter/cdk-bootstrap/${QUALIFIER}/version`);

  const execution = role('cfn-exec', { Service: 'cloudformation.amazonaws.com' }, everything);
  role('deploy', account,
    allow(['cloudformation:*', 'sts:GetCallerIdentity', 'logs:FilterLogEvents', 'cloudtrail:LookupEvents'], '*'),
    allow(['iam:PassRole'], execution), readAssets, readVersion);
  role('file-publishing', account, readAssets, allow(['s3:PutObject*', 's3:DeleteObject*', 's3:Abort*'], bucketArns), readVersion);
  role('image-publishing', account, allow(['ecr:*'], '*'), readVersion);
  role('lookup', account, allow(['ec2:Describe*', 's3:Get*', 's3:List*', 'kms:Describe*'], '*'), readVersion);

  ssm.setParameter(`/cdk-bootstrap/${QUALIFIER}/version`, VERSION);
}

function policy(...statements: object[]): object {
  return { Version: '2012-10-17', Statement: statements };
}

function allow(actions: string[], resources: string | string[]): object {
  return { Effect: 'Allow', Action: actions, Resource: resources };
}

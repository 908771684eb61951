import { ACCOUNT, type Iam, type S3 } from './core';
import type { SsmService } from './services/ssm/service';

const QUALIFIER = 'hnb659fds';
/** high enough for everything that the CDK CLI asks of a bootstrapped environment */
const VERSION = '30';

/** Puts in place what `cdk bootstrap` would have: the assets bucket, the roles that the CLI assumes, the version parameter. */
export function bootstrap(region: string, { iam, s3, ssm }: { iam: Iam; s3: S3; ssm: SsmService }): void {
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

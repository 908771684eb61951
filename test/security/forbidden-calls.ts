import type { Call } from '../../tools/permissions/calls';
import { ACCOUNT, REGION, type ResolvedStack } from '../../tools/permissions/resolved-stack';
import { SOURCE_CONDITIONS } from '../../tools/permissions/scenarios';

export const OTHER_ACCOUNT = '999988887777';
const PERSONALIZE = 'service personalize.amazonaws.com';
const TLS = { 'aws:SecureTransport': 'true' };

/** What must be refused in a stack of any scenario, by what it is. */
export function forbiddenCalls(stack: ResolvedStack): Map<string, Call> {
  const calls = new Map<string, Call>();
  const forbid = (what: string, call: Call) => {
    if (calls.has(what)) { throw new Error(`twice: ${what}`); }
    calls.set(what, call);
  };
  const role = (pattern: RegExp) => stack.id('AWS::IAM::Role', pattern);
  const handler = `role {${role(/HandlerRole/)}}`;
  const frameworks = stack.ids('AWS::IAM::Role').filter(id => /FrameworkOnEventRole|FrameworkCompleteRole/.test(id)).map(id => `role {${id}}`);
  const serviceRoles = stack.ids('AWS::IAM::Role').filter(id => !id.startsWith('PersonalizeDatasetExportProvider'));
  const personalizeArn = (resource: string, { region = REGION, account = ACCOUNT } = {}) => `arn:aws:personalize:${region}:${account}:${resource}`;
  const job = personalizeArn(`dataset-export-job/${stack.name}_Export_0123456789abcdef`);

  const buckets = stack.ids('AWS::S3::Bucket');
  for (const roleId of serviceRoles) {
    const who = `role {${roleId}}`;
    // by what the job says, not by the policies that are on trial
    const jobs = stack.ids('Custom::PersonalizeDatasetExportJob').map(id => stack.properties(id));
    const { BucketName, Prefix: prefix = '' } = jobs.find(({ RoleArn }) => RoleArn['Fn::GetAtt'][0] === roleId);
    const bucketId: string = BucketName.Ref;
    const bucket = stack.arn(bucketId);
    const object = `${bucket}/${prefix}${stack.name}_Export_0123456789abcdef/part-00000.csv`;

    for (const subject of [who, PERSONALIZE]) {
      const by = `${subject === who ? roleId : 'Personalize'}${subject === who || serviceRoles.length === 1 ? '' : ` in ${bucketId}`}`;
      for (const action of ['s3:GetObject', 's3:DeleteObject', 's3:PutObjectAcl', 's3:GetObjectVersion', 's3:DeleteObjectVersion', 's3:PutObjectTagging']) {
        forbid(`${by}: ${action} on its own objects`, { who: subject, action, resource: object, context: TLS });
      }
      for (const action of ['s3:PutBucketPolicy', 's3:DeleteBucketPolicy', 's3:PutLifecycleConfiguration', 's3:DeleteBucket', 's3:ListBucketVersions', 's3:PutBucketVersioning']) {
        forbid(`${by}: ${action} on the bucket`, { who: subject, action, resource: bucket, context: TLS });
      }
      forbid(`${by}: writing to another bucket`, { who: subject, action: 's3:PutObject', resource: 'arn:aws:s3:::other/part.csv', context: TLS });
      forbid(`${by}: writing to a bucket whose name begins like it`, { who: subject, action: 's3:PutObject', resource: object.replace(bucket, `${bucket}-2`), context: TLS });
      forbid(`${by}: listing another bucket`, { who: subject, action: 's3:ListBucket', resource: 'arn:aws:s3:::other', context: TLS });
      if (prefix !== '') {
        forbid(`${by}: writing beside the prefix`, { who: subject, action: 's3:PutObject', resource: `${bucket}/elsewhere/part.csv`, context: TLS });
        forbid(`${by}: writing to the root of the bucket`, { who: subject, action: 's3:PutObject', resource: `${bucket}/part.csv`, context: TLS });
        forbid(`${by}: writing to a folder whose name begins like the prefix`, { who: subject, action: 's3:PutObject', resource: `${bucket}/${prefix.slice(0, -1)}2/part.csv`, context: TLS });
      }
      if (stack.policies.some(({ kind, statements }) => kind === 'bucket policy' && statements.some(({ Effect }) => Effect === 'Deny'))) {
        const plain = { 'aws:SecureTransport': 'false' };
        forbid(`${by}: writing without TLS`, { who: subject, action: 's3:PutObject', resource: object, context: plain });
        forbid(`${by}: listing without TLS`, { who: subject, action: 's3:ListBucket', resource: bucket, context: plain });
      }
    }

    if (stack.name === SOURCE_CONDITIONS) {
      const source = { 'aws:SourceAccount': ACCOUNT, 'aws:SourceArn': job };
      const elsewhere: [string, Record<string, string>][] = [
        ['for another account', { ...source, 'aws:SourceAccount': OTHER_ACCOUNT }],
        ['for another account\'s job', { ...source, 'aws:SourceArn': job.replace(ACCOUNT, OTHER_ACCOUNT) }],
        ['for another Region', { ...source, 'aws:SourceArn': job.replace(REGION, 'us-east-1') }],
        ['without a source', {}],
      ];
      for (const [what, context] of elsewhere) {
        forbid(`Personalize: writing ${what}`, { who: PERSONALIZE, action: 's3:PutObject', resource: object, context: { ...TLS, ...context } });
        forbid(`Personalize: listing ${what}`, { who: PERSONALIZE, action: 's3:ListBucket', resource: bucket, context: { ...TLS, ...context } });
        for (const keyId of stack.ids('AWS::KMS::Key')) {
          forbid(`Personalize: using ${keyId} ${what}`, { who: PERSONALIZE, action: 'kms:GenerateDataKey', resource: stack.arn(keyId), context });
        }
      }
    }

    for (const action of ['personalize:CreateDatasetExportJob', 'personalize:DescribeDatasetExportJob']) {
      forbid(`${roleId}: ${action}`, { who, action, resource: job });
    }
    forbid(`${roleId}: passing itself`, { who, action: 'iam:PassRole', resource: stack.arn(roleId), context: { 'iam:PassedToService': 'personalize.amazonaws.com' } });

    const trust = (what: string, subject: string, context: Record<string, string>) => forbid(`${roleId}: assumed ${what}`, { who: subject, action: 'sts:AssumeRole', resource: stack.arn(roleId), context });
    const source = { 'aws:SourceAccount': ACCOUNT, 'aws:SourceArn': job };
    trust('for another account', PERSONALIZE, { 'aws:SourceAccount': OTHER_ACCOUNT, 'aws:SourceArn': job.replace(ACCOUNT, OTHER_ACCOUNT) });
    trust('for another account, with an ARN of this one', PERSONALIZE, { ...source, 'aws:SourceAccount': OTHER_ACCOUNT });
    trust('for this account, with an ARN of another one', PERSONALIZE, { ...source, 'aws:SourceArn': job.replace(ACCOUNT, OTHER_ACCOUNT) });
    trust('for another Region', PERSONALIZE, { ...source, 'aws:SourceArn': job.replace(REGION, 'us-east-1') });
    trust('for another service\'s resource', PERSONALIZE, { ...source, 'aws:SourceArn': `arn:aws:s3:::${ACCOUNT}` });
    trust('without a source', PERSONALIZE, {});
    trust('without a source account', PERSONALIZE, { 'aws:SourceArn': job });
    trust('without a source ARN', PERSONALIZE, { 'aws:SourceAccount': ACCOUNT });
    for (const service of ['lambda', 'states', 's3', 'forecast', 'sagemaker']) { trust(`by ${service}`, `service ${service}.amazonaws.com`, source); }
    trust('by our functions', handler, {});
  }

  for (const keyId of stack.ids('AWS::KMS::Key')) {
    const resource = stack.arn(keyId);
    for (const who of [handler, ...frameworks]) {
      for (const action of ['kms:Decrypt', 'kms:GenerateDataKey', 'kms:CreateGrant']) { forbid(`${who}: ${action} on ${keyId}`, { who, action, resource }); }
    }
    const users = [PERSONALIZE, ...serviceRoles.length === 1 ? [`role {${serviceRoles[0]}}`] : []];
    for (const who of users) {
      for (const action of ['kms:Encrypt', 'kms:ReEncryptFrom', 'kms:PutKeyPolicy', 'kms:ScheduleKeyDeletion', 'kms:RevokeGrant', 'kms:DisableKey']) {
        forbid(`${who}: ${action} on ${keyId}`, { who, action, resource });
      }
    }
    forbid(`s3.amazonaws.com: kms:Decrypt on ${keyId}`, { who: 'service s3.amazonaws.com', action: 'kms:Decrypt', resource });
  }
  const otherKey = `arn:aws:kms:${REGION}:${ACCOUNT}:key/00000000-1111-2222-3333-444444444444`;
  for (const roleId of serviceRoles) {
    for (const action of ['kms:Decrypt', 'kms:GenerateDataKey', 'kms:CreateGrant']) {
      forbid(`${roleId}: ${action} on another key`, { who: `role {${roleId}}`, action, resource: otherKey, by: 'the role policy alone' });
    }
  }

  const pass = { 'iam:PassedToService': 'personalize.amazonaws.com' };
  for (const roleId of serviceRoles) {
    for (const service of ['lambda', 'states', 'ec2', 'sagemaker', 'forecast']) {
      forbid(`handler: passing ${roleId} to ${service}`, { who: handler, action: 'iam:PassRole', resource: stack.arn(roleId), context: { 'iam:PassedToService': `${service}.amazonaws.com` } });
    }
    forbid(`handler: passing ${roleId} to whomever`, { who: handler, action: 'iam:PassRole', resource: stack.arn(roleId) });
  }
  forbid('handler: passing itself', { who: handler, action: 'iam:PassRole', resource: stack.arn(role(/HandlerRole/)), context: pass });
  forbid('handler: passing a role of the framework', { who: handler, action: 'iam:PassRole', resource: stack.arn(role(/FrameworkOnEventRole/)), context: pass });
  forbid('handler: passing an administrator\'s role', { who: handler, action: 'iam:PassRole', resource: `arn:aws:iam::${ACCOUNT}:role/admin`, context: pass });

  const create = 'personalize:CreateDatasetExportJob';
  forbid('handler: exporting another dataset', { who: handler, action: create, resource: personalizeArn('dataset/others/INTERACTIONS') });
  forbid('handler: exporting another dataset of the group', { who: handler, action: create, resource: personalizeArn('dataset/movies/USERS') });
  forbid('handler: exporting a dataset of another account', { who: handler, action: create, resource: personalizeArn('dataset/movies/INTERACTIONS', { account: OTHER_ACCOUNT }) });
  forbid('handler: exporting a dataset of another Region', { who: handler, action: create, resource: personalizeArn('dataset/movies/INTERACTIONS', { region: 'us-east-1' }) });
  for (const action of [create, 'personalize:DescribeDatasetExportJob', 'personalize:TagResource']) {
    forbid(`handler: ${action} with another stack's job name`, { who: handler, action, resource: personalizeArn('dataset-export-job/OtherStack_Export_0123456789abcdef') });
    forbid(`handler: ${action} with a job name that begins like the stack's`, { who: handler, action, resource: personalizeArn(`dataset-export-job/${stack.name}2_Export_0123456789abcdef`) });
  }
  forbid('handler: listing jobs', { who: handler, action: 'personalize:ListDatasetExportJobs', resource: '*' });
  forbid('handler: describing the dataset', { who: handler, action: 'personalize:DescribeDataset', resource: personalizeArn('dataset/movies/INTERACTIONS') });
  for (const action of ['personalize:DeleteDataset', 'personalize:CreateDatasetImportJob', 'personalize:UpdateDataset', 'personalize:UntagResource']) {
    forbid(`handler: ${action}`, { who: handler, action, resource: personalizeArn('dataset/movies/INTERACTIONS') });
  }
  forbid('handler: tagging the dataset', { who: handler, action: 'personalize:TagResource', resource: personalizeArn('dataset/movies/INTERACTIONS') });

  const otherStack = `arn:aws:cloudformation:${REGION}:${ACCOUNT}:stack/OtherStack/0e3fb110-0000-11ee-0000-000000000000`;
  for (const action of ['cloudformation:DescribeStacks', 'cloudformation:DescribeStackEvents']) {
    forbid(`handler: ${action} of another stack`, { who: handler, action, resource: otherStack });
    forbid(`handler: ${action} of all stacks`, { who: handler, action, resource: '*' });
  }
  for (const action of ['cloudformation:UpdateStack', 'cloudformation:DeleteStack', 'cloudformation:GetTemplate', 'cloudformation:DescribeStackResources']) {
    forbid(`handler: ${action}`, { who: handler, action, resource: stack.physicalId('AWS::StackId') });
  }
  forbid('handler: writing to another log group', { who: handler, action: 'logs:PutLogEvents', resource: `arn:aws:logs:${REGION}:${ACCOUNT}:log-group:other:log-stream:stream` });
  forbid('handler: making a log group', { who: handler, action: 'logs:CreateLogGroup', resource: `arn:aws:logs:${REGION}:${ACCOUNT}:log-group:other` });
  forbid('handler: reading the log', { who: handler, action: 'logs:GetLogEvents', resource: `${stack.arn(stack.id('AWS::Logs::LogGroup')).replace(/:\*$/, '')}:log-stream:stream` });
  forbid('handler: starting the framework\'s state machine', { who: handler, action: 'states:StartExecution', resource: stack.arn(stack.id('AWS::StepFunctions::StateMachine')) });
  const someBucket = stack.arn(buckets[0]);
  for (const action of ['s3:GetObject', 's3:PutObject', 's3:DeleteObject']) { forbid(`handler: ${action}`, { who: handler, action, resource: `${someBucket}/part.csv`, context: TLS }); }
  forbid('handler: listing the bucket', { who: handler, action: 's3:ListBucket', resource: someBucket, context: TLS });
  for (const id of ['HandlerRole', 'FrameworkOnEventRole', 'FrameworkCompleteRole']) {
    for (const service of ['personalize', 'states', 'ec2', 'edgelambda']) {
      forbid(`${id}: assumed by ${service}`, { who: `service ${service}.amazonaws.com`, action: 'sts:AssumeRole', resource: stack.arn(role(new RegExp(id))) });
    }
  }
  for (const who of frameworks) {
    forbid(`${who}: exporting`, { who, action: create, resource: personalizeArn('dataset/movies/INTERACTIONS') });
    forbid(`${who}: passing the service role`, { who, action: 'iam:PassRole', resource: stack.arn(serviceRoles[0]), context: pass });
    forbid(`${who}: invoking another function`, { who, action: 'lambda:InvokeFunction', resource: `arn:aws:lambda:${REGION}:${ACCOUNT}:function:other` });
  }
  return calls;
}

import type { Call } from '../../tools/permissions/calls';
import { ACCOUNT, REGION, type ResolvedStack } from '../../tools/permissions/resolved-stack';
import { SOURCE_CONDITIONS } from '../../tools/permissions/scenarios';

const OTHER_ACCOUNT = '999988887777';
const TLS = { 'aws:SecureTransport': 'true' };
const PASSED = { 'iam:PassedToService': 'personalize.amazonaws.com' };
const DATASET = personalizeArn('dataset/movies/INTERACTIONS');

/** The calls that must be refused in a stack of any scenario. */
export function forbiddenCalls(stack: ResolvedStack): Call[] {
  const exportRoles = stack.ids('AWS::IAM::Role').filter(id => !/^PersonalizeDatasetExportProvider|^Own(Handler|Framework)Role/.test(id));
  return [
    ...exportRoles.flatMap(id => [...objects(stack, id), ...otherSources(stack, id), ...trust(stack, id), ...exportRole(stack, id)]),
    ...keys(stack, exportRoles),
    ...passing(stack, exportRoles),
    ...handlerAtPersonalize(stack),
    ...handlerElsewhere(stack),
    ...functionRoles(stack, exportRoles),
    ...stack.isRegulated ? settings(stack) : [],
    ...observerRoles(stack),
  ];
}

/** Buckets and objects: for the role, and for Personalize in its own name. */
function objects(stack: ResolvedStack, roleId: string): Call[] {
  const { bucket, prefix, object } = destination(stack, roleId);
  const who = [role(roleId), service('personalize')];
  const write = (...resources: string[]) => each(who, 's3:PutObject', resources, TLS);
  const isTlsOnly = stack.policies.some(({ kind, statements }) => kind === 'bucket policy' && statements.some(({ Effect }) => Effect === 'Deny'));
  const withoutTls = { 'aws:SecureTransport': 'false' };
  return [
    ...each(who, ['s3:GetObject', 's3:DeleteObject', 's3:PutObjectAcl', 's3:GetObjectVersion', 's3:DeleteObjectVersion', 's3:PutObjectTagging'], object, TLS),
    ...each(who, [
      's3:PutBucketPolicy', 's3:DeleteBucketPolicy', 's3:PutLifecycleConfiguration', 's3:DeleteBucket', 's3:ListBucketVersions', 's3:PutBucketVersioning',
    ], bucket, TLS),
    ...each(who, 's3:ListBucket', 'arn:aws:s3:::other', TLS),
    ...write('arn:aws:s3:::other/part.csv', object.replace(bucket, `${bucket}-2`)),
    ...prefix === '' ? [] : write(`${bucket}/elsewhere/part.csv`, `${bucket}/part.csv`, `${bucket}/${prefix.slice(0, -1)}2/part.csv`),
    ...isTlsOnly ? [...each(who, 's3:PutObject', object, withoutTls), ...each(who, 's3:ListBucket', bucket, withoutTls)] : [],
  ];
}

/** With source conditions, Personalize may not write on behalf of others. */
function otherSources(stack: ResolvedStack, roleId: string): Call[] {
  if (stack.name !== SOURCE_CONDITIONS) { return []; }
  const { bucket, object } = destination(stack, roleId);
  const own = { 'aws:SourceAccount': ACCOUNT, 'aws:SourceArn': jobArn(stack) };
  const elsewhere = [ACCOUNT, REGION].map(part => ({ ...own, 'aws:SourceArn': jobArn(stack).replace(part, part === ACCOUNT ? OTHER_ACCOUNT : 'us-east-1') }));
  return [{ ...own, 'aws:SourceAccount': OTHER_ACCOUNT }, ...elsewhere, {}].flatMap(source => [
    ...each(service('personalize'), 's3:PutObject', object, { ...TLS, ...source }),
    ...each(service('personalize'), 's3:ListBucket', bucket, { ...TLS, ...source }),
    ...each(service('personalize'), 'kms:GenerateDataKey', stack.ids('AWS::KMS::Key').map(id => stack.arn(id)), source),
  ]);
}

/** Nobody else may assume the role of an export. */
function trust(stack: ResolvedStack, roleId: string): Call[] {
  const [account, otherAccount] = [ACCOUNT, OTHER_ACCOUNT].map(value => ({ 'aws:SourceAccount': value }));
  const [arn, inOtherAccount, inOtherRegion, ofOtherService] = [
    jobArn(stack), jobArn(stack).replace(ACCOUNT, OTHER_ACCOUNT), jobArn(stack).replace(REGION, 'us-east-1'), `arn:aws:s3:::${ACCOUNT}`,
  ].map(value => ({ 'aws:SourceArn': value }));
  const assume = (who: string | string[], source: Record<string, string>) => each(who, 'sts:AssumeRole', stack.arn(roleId), source);
  return [
    ...[
      { ...otherAccount, ...inOtherAccount }, { ...otherAccount, ...arn }, { ...account, ...inOtherAccount }, { ...account, ...inOtherRegion },
      { ...account, ...ofOtherService }, arn, account, {},
    ].flatMap(source => assume(service('personalize'), source)),
    ...assume(['lambda', 'states', 's3', 'forecast', 'sagemaker'].map(service), { ...account, ...arn }),
    ...assume(handlerOf(stack), {}),
  ];
}

/** Calls that the role of an export does not need. */
function exportRole(stack: ResolvedStack, roleId: string): Call[] {
  const otherKey = `arn:aws:kms:${REGION}:${ACCOUNT}:key/00000000-1111-2222-3333-444444444444`;
  return [
    ...each(role(roleId), ['personalize:CreateDatasetExportJob', 'personalize:DescribeDatasetExportJob'], jobArn(stack)),
    ...each(role(roleId), 'iam:PassRole', stack.arn(roleId), PASSED),
    ...each(role(roleId), ['kms:Decrypt', 'kms:GenerateDataKey', 'kms:CreateGrant'], otherKey).map((call): Call => ({ ...call, by: 'the role policy alone' })),
  ];
}

function keys(stack: ResolvedStack, exportRoles: string[]): Call[] {
  const all = stack.ids('AWS::KMS::Key').map(id => stack.arn(id));
  const queueKeys = stack.ids('AWS::KMS::Key').filter(id => id.startsWith('QueueKey')).map(id => stack.arn(id));
  return [
    ...each([handlerOf(stack), ...frameworksOf(stack)], ['kms:Decrypt', 'kms:GenerateDataKey', 'kms:CreateGrant'], all.filter(arn => !queueKeys.includes(arn))),
    ...each([service('personalize'), ...exportRoles.map(role)], [
      'kms:Encrypt', 'kms:ReEncryptFrom', 'kms:PutKeyPolicy', 'kms:ScheduleKeyDeletion', 'kms:RevokeGrant', 'kms:DisableKey',
    ], all),
    ...each(service('s3'), 'kms:Decrypt', all),
  ];
}

/** The functions pass the roles of exports to Personalize, and neither other roles nor to other services. */
function passing(stack: ResolvedStack, exportRoles: string[]): Call[] {
  const pass = (resources: string[], context?: Record<string, string>) => each(handlerOf(stack), 'iam:PassRole', resources, context);
  const others = [stack.handlerRole, ...stack.frameworkRoles].map(id => stack.arn(id));
  return [
    ...['lambda', 'states', 'ec2', 'sagemaker', 'forecast'].flatMap(name => pass(exportRoles.map(id => stack.arn(id)), { 'iam:PassedToService': `${name}.amazonaws.com` })),
    ...pass(exportRoles.map(id => stack.arn(id))),
    ...pass([...others, `arn:aws:iam::${ACCOUNT}:role/admin`], PASSED),
  ];
}

function handlerAtPersonalize(stack: ResolvedStack): Call[] {
  const may = (action: string | string[], ...resources: string[]) => each(handlerOf(stack), action, resources);
  const create = 'personalize:CreateDatasetExportJob';
  return [
    ...may(create, personalizeArn('dataset/others/INTERACTIONS'), personalizeArn('dataset/movies/USERS')),
    ...may(create, DATASET.replace(ACCOUNT, OTHER_ACCOUNT), DATASET.replace(REGION, 'us-east-1')),
    ...may([create, 'personalize:DescribeDatasetExportJob', 'personalize:TagResource'],
      personalizeArn('dataset-export-job/OtherStack_Export_0123456789abcdef'), personalizeArn(`dataset-export-job/${stack.name}2_Export_0123456789abcdef`)),
    ...may('personalize:ListDatasetExportJobs', '*'),
    ...may([
      'personalize:DescribeDataset', 'personalize:DeleteDataset', 'personalize:CreateDatasetImportJob', 'personalize:UpdateDataset',
      'personalize:TagResource', 'personalize:UntagResource',
    ], DATASET),
  ];
}

function handlerElsewhere(stack: ResolvedStack): Call[] {
  const may = (action: string | string[], resource: string | string[], context = {}) => each(handlerOf(stack), action, resource, context);
  const otherLogs = `arn:aws:logs:${REGION}:${ACCOUNT}:log-group:other`;
  const buckets = stack.ids('AWS::S3::Bucket').map(id => stack.arn(id));
  const folders = ['', 'dataset_group=movies/', 'dataset_group=movies/dataset=ITEMS/date=2026-11-24/', 'dataset_group=movies/dataset=ITEMS/date=2026-11-24/OtherStack_Export/'];
  return [
    ...may(['cloudformation:DescribeStacks', 'cloudformation:DescribeStackEvents'], [
      '*', `arn:aws:cloudformation:${REGION}:${ACCOUNT}:stack/OtherStack/0e3fb110-0000-11ee-0000-000000000000`,
    ]),
    ...may(['cloudformation:UpdateStack', 'cloudformation:DeleteStack', 'cloudformation:GetTemplate', 'cloudformation:DescribeStackResources'], stack.physicalId('AWS::StackId')),
    ...may('logs:PutLogEvents', `${otherLogs}:log-stream:stream`),
    ...may('logs:CreateLogGroup', otherLogs),
    ...may('logs:GetLogEvents', `${stack.logGroupArn}:log-stream:stream`),
    ...may('states:StartExecution', stack.arn(stack.id('AWS::StepFunctions::StateMachine', /waiter/))),
    ...may(['s3:GetObject', 's3:PutObject', 's3:DeleteObject'], buckets.map(bucket => `${bucket}/part.csv`), TLS),
    ...may('s3:ListBucket', buckets, TLS),
    ...folders.flatMap(folder => may('s3:ListBucket', [...buckets, 'arn:aws:s3:::other'], { ...TLS, 's3:prefix': folder })),
  ];
}

/** Only Lambda assumes the roles of the functions, and the framework's roles do not export. */
function functionRoles(stack: ResolvedStack, exportRoles: string[]): Call[] {
  const roles = [stack.handlerRole, ...stack.frameworkRoles].map(id => stack.arn(id));
  return [
    ...each(['personalize', 'states', 'ec2', 'edgelambda'].map(service), 'sts:AssumeRole', roles),
    ...each(frameworksOf(stack), 'personalize:CreateDatasetExportJob', DATASET),
    ...each(frameworksOf(stack), 'iam:PassRole', stack.arn(exportRoles[0]), PASSED),
    ...each(frameworksOf(stack), 'lambda:InvokeFunction', `arn:aws:lambda:${REGION}:${ACCOUNT}:function:other`),
  ];
}

/** Settings give Lambda, CloudWatch Logs and Step Functions what they need, for the stack's resources, and nothing to the functions' code. */
function settings(stack: ResolvedStack): Call[] {
  const [logKey, machineKey, queueKey] = [/^LogKey/, /^MachineKey/, /^QueueKey/].map(pattern => stack.arn(stack.id('AWS::KMS::Key', pattern)));
  const functions = [handlerOf(stack), ...frameworksOf(stack)];
  const machine = stack.arn(stack.id('AWS::StepFunctions::StateMachine'));
  const machineRole = role(stack.id('AWS::IAM::Role', /waiterstatemachineRole/));
  const group = `arn:aws:logs:${REGION}:${ACCOUNT}:log-group:group`;
  const elsewhere = (arn: string) => [arn.replace(ACCOUNT, OTHER_ACCOUNT), arn.replace(REGION, 'us-east-1')];
  const networkInterface = `arn:aws:ec2:${REGION}:${ACCOUNT}:network-interface/eni-0123456789abcdef0`;
  const ofCode = { 'lambda:SourceFunctionArn': `arn:aws:lambda:${REGION}:${ACCOUNT}:function:any` };
  return [
    ...each(functions, [
      'ec2:CreateNetworkInterface', 'ec2:DeleteNetworkInterface', 'ec2:AssignPrivateIpAddresses', 'ec2:UnassignPrivateIpAddresses',
    ], networkInterface, ofCode),
    ...each(functions, ['ec2:DescribeNetworkInterfaces', 'ec2:DescribeSubnets'], '*', ofCode),
    ...each(functions, 'ec2:CreateNetworkInterface', elsewhere(networkInterface)),
    ...each(functions, ['ec2:DescribeInstances', 'xray:GetTraceSummaries'], '*'),
    ...each(functions, 'sqs:SendMessage', `arn:aws:sqs:${REGION}:${ACCOUNT}:other`),
    ...each(functions, ['sqs:ReceiveMessage', 'sqs:DeleteMessage'], stack.arn(stack.id('AWS::SQS::Queue'))),
    ...[...elsewhere(group), undefined].flatMap(arn => (
      each(service(`logs.${REGION}`), ['kms:Decrypt', 'kms:GenerateDataKey'], logKey, arn === undefined ? {} : { 'kms:EncryptionContext:aws:logs:arn': arn }))),
    ...each(service(`logs.${REGION}`), 'kms:Decrypt', [machineKey, queueKey], { 'kms:EncryptionContext:aws:logs:arn': group }),
    ...each(service('delivery.logs'), 'kms:Decrypt', [logKey, queueKey]),
    ...each(service('delivery.logs'), ['kms:Encrypt', 'kms:GenerateDataKey'], machineKey),
    ...[`${machine}2`, ...elsewhere(machine)].flatMap(arn => (
      each(machineRole, ['kms:Decrypt', 'kms:GenerateDataKey'], machineKey, { 'kms:EncryptionContext:aws:states:stateMachineArn': arn }))),
    ...elsewhere(`arn:aws:logs:${REGION}:${ACCOUNT}:*`).flatMap(arn => each(machineRole, 'kms:GenerateDataKey', machineKey, { 'kms:EncryptionContext:SourceArn': arn })),
    ...each(machineRole, ['kms:Decrypt', 'kms:GenerateDataKey'], [machineKey, logKey, queueKey]),
  ];
}

/** With events: only Step Functions assumes the role, which describes the stack's jobs and puts events on one bus. */
function observerRoles(stack: ResolvedStack): Call[] {
  const observers = stack.ids('AWS::IAM::Role').filter(id => /Observer/.test(id));
  const bus = (name: string) => `arn:aws:events:${REGION}:${ACCOUNT}:event-bus/${name}`;
  return [
    ...each(['personalize', 'lambda', 'events'].map(service), 'sts:AssumeRole', observers.map(id => stack.arn(id))),
    ...each(observers.map(role), 'personalize:DescribeDatasetExportJob', personalizeArn(`dataset-export-job/${stack.name}2_Export_0123456789abcdef`)),
    ...each(observers.map(role), ['personalize:CreateDatasetExportJob', 'personalize:TagResource'], [jobArn(stack), DATASET]),
    ...each(observers.map(role), 'events:PutEvents', bus('other')),
    ...each(observers.map(role), 'events:DeleteEventBus', bus('default')),
    ...observers.length === 0 ? [] : each([handlerOf(stack), ...frameworksOf(stack)], 'events:PutEvents', bus('default')),
  ];
}

/** Each caller with each action on each resource. */
function each(whos: string | string[], actions: string | string[], resources: string | string[], context: Record<string, string> = {}): Call[] {
  return [whos].flat().flatMap(who => [actions].flat().flatMap(action => [resources].flat().map(resource => ({ who, action, resource, context }))));
}

/** Where the role writes, according to its jobs, not to the policies under test. */
function destination(stack: ResolvedStack, roleId: string): { bucket: string; prefix: string; object: string } {
  const jobs = stack.ids('Custom::PersonalizeDatasetExportJob').map(id => stack.properties(id));
  const { BucketName, Prefix: prefix = '' } = jobs.find(({ RoleArn }) => RoleArn['Fn::GetAtt'][0] === roleId);
  const bucket = stack.arn(BucketName.Ref);
  return { bucket, prefix, object: `${bucket}/${prefix}${stack.name}_Export_0123456789abcdef/part-00000.csv` };
}

function jobArn(stack: ResolvedStack): string {
  return personalizeArn(`dataset-export-job/${stack.name}_Export_0123456789abcdef`);
}

function personalizeArn(resource: string): string {
  return `arn:aws:personalize:${REGION}:${ACCOUNT}:${resource}`;
}

function role(roleId: string): string {
  return `role {${roleId}}`;
}

function service(name: string): string {
  return `service ${name}.amazonaws.com`;
}

function handlerOf(stack: ResolvedStack): string {
  return role(stack.handlerRole);
}

function frameworksOf(stack: ResolvedStack): string[] {
  return stack.frameworkRoles.map(role);
}

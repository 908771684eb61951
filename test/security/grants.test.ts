import { App, Stack, aws_iam as iam } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import {
  Dataset, DatasetExportFragment, DatasetExportJob, DatasetExportJobGrants, DatasetExportWorkflow, ExportDestination, IngestionMode,
} from '../../src';
import { jobNamePrefix } from '../../src/private/job-name';
import type { Call } from '../../tools/permissions/calls';
import { firstWith } from '../../tools/permissions/minimality';
import { ACCOUNT, REGION, ResolvedStack } from '../../tools/permissions/resolved-stack';
import { describeVariant, variantsOf } from '../../tools/permissions/variants';

const SERVICE = 'personalize.amazonaws.com';
const TLS = { 'aws:SecureTransport': 'true' };
const KEY_ACTIONS = ['kms:CreateGrant', 'kms:Decrypt', 'kms:DescribeKey', 'kms:GenerateDataKey', 'kms:ListGrants'];
const MODIFICATIONS = ['s3:PutObject', 's3:DeleteObject', 's3:DeleteObjectVersion', 's3:GetObject', 's3:GetObjectVersion', 's3:PutObjectAcl'];

interface Exports {
  readonly grants: DatasetExportJobGrants;
  /** Of an exported object, and of one that must be out of reach. */
  readonly folder: string;
  readonly elsewhere: string;
}

const OF_DATASET = 'a/dataset_group=movies/dataset=INTERACTIONS/';
const placesOf = (jobName: string, other: string) => ({ folder: `${OF_DATASET}date=2026-11-24/${jobName}/`, elsewhere: `${OF_DATASET}date=2026-11-24/${other}/` });

/** What exports: a job with a generated name, one with a name of its own, and a workflow. Other jobs write to the same bucket. */
const EXPORTS: [string, (stack: Stack, destination: ExportDestination) => Exports][] = [
  ['a job', (stack, destination) => {
    const exporting = job(stack, destination);
    return { grants: exporting.grants, ...placesOf(`${jobNamePrefix(exporting)}_0123456789abcdef`, `${jobNamePrefix(exporting)}2_0123456789abcdef`) };
  }],
  ['a job with a name', (stack, destination) => ({ grants: job(stack, destination, 'mine').grants, ...placesOf('mine', 'mine2') })],
  ['a workflow', (stack, destination) => {
    const { grants, node } = new DatasetExportWorkflow(stack, 'Backup', { datasets: [dataset(stack)], destination, ingestionMode: IngestionMode.ALL });
    const { jobNamePrefix: prefix } = node.findChild('Export') as DatasetExportFragment;
    return { grants, ...placesOf(`${prefix}_0123`, `${prefix}2_0123`) };
  }],
];

/** The calls that each grant must allow, of the role and of the service. */
const GRANTS: [string, (grants: DatasetExportJobGrants, role: iam.Role) => void, (at: Places) => Call[]][] = [
  ['read', (grants, role) => grants.read(role), at => [of(at).object('s3:GetObject'), of(at).list(at.folder), of(at).key('kms:Decrypt')]],
  ['list', (grants, role) => grants.list(role), at => [of(at).list(at.folder)]],
  ['delete', (grants, role) => grants.delete(role), at => [of(at).object('s3:DeleteObject'), of(at).list(at.folder)]],
  ['import', (grants, role) => grants.import(role), at => [
    ...[`role {${at.role}}`, `service ${SERVICE}`].flatMap(who => [of(at, who).object('s3:GetObject'), of(at, who).list(undefined)]),
    ...KEY_ACTIONS.map(action => of(at, `service ${SERVICE}`).key(action)),
    ...KEY_ACTIONS.map((action): Call => ({ ...of(at).key(action), by: 'the resource policy alone' })),
  ]],
];

interface Places extends Exports {
  readonly role: string;
  readonly bucket: string;
  readonly keyArn: string;
}

function of({ role, bucket, folder, keyArn }: Pick<Places, 'role' | 'bucket' | 'folder' | 'keyArn'>, who = `role {${role}}`) {
  return {
    object: (action: string): Call => ({ who, action, resource: `${bucket}/${folder}part.csv`, context: TLS }),
    list: (prefix?: string): Call => ({ who, action: 's3:ListBucket', resource: bucket, context: { ...TLS, ...prefix === undefined ? {} : { 's3:prefix': prefix } } }),
    key: (action: string): Call => ({ who, action, resource: keyArn }),
  };
}

describe.each(EXPORTS)('of %s', (_, define) => {
  const synthesized = (grant?: (grants: DatasetExportJobGrants, role: iam.Role) => void) => {
    const stack = new Stack(new App(), 'Movies');
    const role = new iam.Role(stack, 'Grantee', { assumedBy: new iam.ServicePrincipal(SERVICE) });
    const exported = define(stack, new ExportDestination(stack, 'Exports', { prefix: 'a' }));
    grant?.(exported.grants, role);
    const resolved = new ResolvedStack('Movies', Template.fromStack(stack).toJSON());
    const bucket = resolved.arn(resolved.id('AWS::S3::Bucket'));
    return { resolved, at: { ...exported, role: resolved.id('AWS::IAM::Role', /^Grantee/), bucket, keyArn: resolved.arn(resolved.id('AWS::KMS::Key')) } };
  };
  const without = JSON.stringify(synthesized().resolved.policies.map(({ statements }) => statements));

  test.each(GRANTS)('%s allows what it says and nothing else, and nothing in it is superfluous', async (name, grant, allowed) => {
    const { resolved, at } = synthesized(grant);
    const needed = allowed(at);
    const elsewhere = of({ ...at, folder: at.elsewhere });
    const forbidden = [
      ...[...MODIFICATIONS.map(action => of(at).object(action)), ...MODIFICATIONS.map(action => elsewhere.object(action))],
      ...['', at.elsewhere, 'a/', OF_DATASET].filter(() => name !== 'import').map(prefix => of(at).list(prefix)),
      ...['kms:Encrypt', 'kms:PutKeyPolicy', 'kms:ScheduleKeyDeletion', ...name === 'import' ? [] : ['kms:GenerateDataKey']].map(action => of(at).key(action)),
      ...name === 'read' || name === 'import' ? [] : [of(at).key('kms:Decrypt')],
      ...['s3:GetObject', 's3:DeleteObject'].map(action => of({ ...at, folder: at.elsewhere }, `service ${SERVICE}`).object(action)),
    ].filter(call => !needed.some(({ who, action, resource }) => who === call.who && action === call.action && resource === call.resource && action !== 's3:ListBucket'));

    const decisions = resolved.iam();
    for (const call of needed) { expect([call, await decisions.allows(call)]).toEqual([call, true]); }
    for (const call of forbidden) { expect([call, await decisions.allows(call)]).toEqual([call, false]); }

    const added = variantsOf(resolved).filter(({ policy, statement }) => policy.kind !== 'trust policy' && !without.includes(JSON.stringify(statement)));
    expect(added.length).toBeGreaterThan(0);
    for (const variant of added) {
      const found = variant.without.part === 'condition' ? firstWith(resolved, variant, forbidden, true) : firstWith(resolved, variant, needed, false);
      expect([describeVariant(resolved, variant), await found]).toEqual([describeVariant(resolved, variant), expect.anything()]);
    }
  });
});

function dataset(stack: Stack) {
  return Dataset.fromDatasetArn(stack, 'Dataset', `arn:aws:personalize:${REGION}:${ACCOUNT}:dataset/movies/INTERACTIONS`);
}

function job(stack: Stack, destination: ExportDestination, jobName?: string): DatasetExportJob {
  return new DatasetExportJob(stack, 'Export', { dataset: dataset(stack), destination, ingestionMode: IngestionMode.ALL, jobName });
}

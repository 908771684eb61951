import { App, Aws, CfnParameter, Stack, aws_iam as iam, aws_kms as kms, aws_s3 as s3 } from 'aws-cdk-lib';
import { Dataset, DatasetExportFragment, DatasetExportJob, DatasetExportWorkflow, DatasetGroup, ExportDestination, IngestionMode } from '../../src';
import { ACCOUNT, DATASET_ARN, REGION, agnosticStack, concreteStack } from '../stacks';

const ingestionMode = IngestionMode.ALL;
const BEIJING = 'cn-north-1';

function beijingStack(context?: Record<string, unknown>): Stack {
  return new Stack(new App({ context }), 'Movies', { env: { account: ACCOUNT, region: BEIJING } });
}

/** What takes an ARN, as the ARN would be in a Region, and what a message calls it. */
const USES: [name: string, arn: string, use: (stack: Stack, arn: string) => unknown][] = [
  ['dataset', DATASET_ARN, (stack, arn) => new DatasetExportJob(stack, 'Export', { dataset: Dataset.fromDatasetArn(stack, 'Dataset', arn), ingestionMode })],
  ['dataset', DATASET_ARN, (stack, arn) => (
    new DatasetExportWorkflow(stack, 'Backup', { datasets: [Dataset.fromDatasetArn(stack, 'Dataset', arn)], ingestionMode }))],
  ['dataset', DATASET_ARN, (stack, datasetArn) => new DatasetExportFragment(stack, 'Export', { datasetArn, ingestionMode })],
  ['dataset ?[gG]roups?', `arn:aws:personalize:${REGION}:${ACCOUNT}:dataset-group/movies`, (stack, arn) => (
    new DatasetExportWorkflow(stack, 'Backup', { datasetGroups: [DatasetGroup.fromDatasetGroupArn(stack, 'Group', arn)], ingestionMode }))],
  ['role', `arn:aws:iam::${ACCOUNT}:role/exports`, (stack, arn) => new ExportDestination(stack, 'Exports', { role: iam.Role.fromRoleArn(stack, 'Role', arn) })],
  ['encryptionKey', `arn:aws:kms:${REGION}:${ACCOUNT}:key/1234abcd`, (stack, arn) => (
    new ExportDestination(stack, 'Exports', { encryptionKey: kms.Key.fromKeyArn(stack, 'Key', arn) }))],
  ['datasetEncryptionKey', `arn:aws:kms:${REGION}:${ACCOUNT}:key/1234abcd`, (stack, arn) => (
    new ExportDestination(stack, 'Exports', { datasetEncryptionKey: kms.Key.fromKeyArn(stack, 'Key', arn) }))],
  ['the encryptionKey of bucket', `arn:aws:kms:${REGION}:${ACCOUNT}:key/1234abcd`, (stack, arn) => new ExportDestination(stack, 'Exports', {
    bucket: s3.Bucket.fromBucketAttributes(stack, 'Bucket', { bucketName: 'exports', encryptionKey: kms.Key.fromKeyArn(stack, 'Key', arn) }),
  })],
];

describe.each(USES)('the ARN of %s (%s)', (name, arn, use) => {
  const inBeijing = arn.replace(REGION, BEIJING);

  test('is accepted', () => {
    expect(() => use(concreteStack(), arn)).not.toThrow();
    expect(() => use(agnosticStack(), arn)).not.toThrow();
    expect(() => use(beijingStack(), inBeijing.replace('arn:aws:', 'arn:aws-cn:'))).not.toThrow();
  });

  test.each([undefined, { '@aws-cdk/core:enablePartitionLiterals': true }])('in another partition than the stack fails at synth, context: %j', context => {
    expect(() => use(beijingStack(context), inBeijing))
      .toThrow(new RegExp(`^${name} must be in the partition of cn-north-1, aws-cn, got "${inBeijing}": ARNs start with arn:aws-cn: there`));
  });

  test.each([`${arn} `, ` ${arn}`, `${arn}\n`, `${arn}\t`, `\u00a0${arn}`, arn.replace(ACCOUNT, `${ACCOUNT} `), arn.replace('arn:aws:', 'arn: aws:')])(
    'with white space fails at synth: %j', spaced => {
      // what begins with another character than the a of arn, the CDK refuses before us
      expect(() => use(concreteStack(), spaced)).toThrow(/, got "|^ARNs must start with "arn:"/);
    });

  test('in any partition passes where the Region is not known, here or to the CDK', () => {
    expect(() => use(agnosticStack(), inBeijing)).not.toThrow();
    const region = 'xx-nowhere-1';
    expect(() => use(new Stack(new App(), 'Movies', { env: { account: ACCOUNT, region } }), arn.replace(REGION, region))).not.toThrow();
  });

  test('passes as a token, and with one in it', () => {
    const stack = beijingStack();
    expect(() => use(stack, new CfnParameter(stack, 'Arn').valueAsString)).not.toThrow();
    expect(() => use(beijingStack(), inBeijing.replace('arn:aws:', `arn:${Aws.PARTITION}:`))).not.toThrow();
  });
});

import { App, Aws, CfnParameter, Stack, aws_iam as iam, aws_kms as kms, aws_s3 as s3 } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Dataset, DatasetExportFragment, DatasetExportWorkflow, DatasetGroup, ExportDestination, IngestionMode } from '../../../src';
import { ACCOUNT, DATASET_ARN, REGION, agnosticStack, concreteStack, jobIn } from '../../stacks';

const ingestionMode = IngestionMode.ALL;
const BEIJING = 'cn-north-1';
const KEY_ARN = `arn:aws:kms:${REGION}:${ACCOUNT}:key/1234abcd`;
const OTHER_ACCOUNT = '999988887777';

function beijingStack(context?: Record<string, unknown>): Stack {
  return new Stack(new App({ context }), 'Movies', { env: { account: ACCOUNT, region: BEIJING } });
}

interface Use {
  /** What a message calls it. */
  readonly name: string;
  readonly arn: string;
  readonly use: (stack: Stack, arn: string) => unknown;
  /** Which parts of the ARN must be the stack's. */
  readonly same: ('account' | 'Region')[];
}

const USES: Use[] = [
  { name: 'dataset', arn: DATASET_ARN, use: (stack, arn) => jobIn(stack, { dataset: Dataset.fromDatasetArn(stack, 'Dataset', arn) }), same: ['account', 'Region'] },
  {
    name: 'datasets',
    arn: DATASET_ARN,
    same: ['account', 'Region'],
    use: (stack, arn) => new DatasetExportWorkflow(stack, 'Backup', { datasets: [Dataset.fromDatasetArn(stack, 'Dataset', arn)], ingestionMode }),
  },
  { name: 'datasetArn', arn: DATASET_ARN, use: (stack, datasetArn) => new DatasetExportFragment(stack, 'Export', { datasetArn, ingestionMode }), same: ['account', 'Region'] },
  {
    name: 'datasetGroups',
    arn: `arn:aws:personalize:${REGION}:${ACCOUNT}:dataset-group/movies`,
    same: ['account', 'Region'],
    use: (stack, arn) => new DatasetExportWorkflow(stack, 'Backup', { datasetGroups: [DatasetGroup.fromDatasetGroupArn(stack, 'Group', arn)], ingestionMode }),
  },
  {
    name: 'role',
    arn: `arn:aws:iam::${ACCOUNT}:role/exports`,
    same: ['account'],
    use: (stack, arn) => new ExportDestination(stack, 'Exports', { role: iam.Role.fromRoleArn(stack, 'Role', arn) }),
  },
  {
    name: 'encryptionKey',
    arn: KEY_ARN,
    same: ['Region'],
    use: (stack, arn) => new ExportDestination(stack, 'Exports', { encryptionKey: kms.Key.fromKeyArn(stack, 'Key', arn) }),
  },
  {
    name: 'datasetEncryptionKey',
    arn: KEY_ARN,
    same: [],
    use: (stack, arn) => new ExportDestination(stack, 'Exports', { datasetEncryptionKey: kms.Key.fromKeyArn(stack, 'Key', arn) }),
  },
  {
    name: 'the encryptionKey of bucket',
    arn: KEY_ARN,
    same: [],
    use: (stack, arn) => new ExportDestination(stack, 'Exports', {
      bucket: s3.Bucket.fromBucketAttributes(stack, 'Bucket', { bucketName: 'exports', encryptionKey: kms.Key.fromKeyArn(stack, 'Key', arn) }),
    }),
  },
];

describe.each(USES)('the ARN of $name ($arn)', ({ name, arn, use, same }) => {
  const inBeijing = arn.replace(REGION, BEIJING);
  const elsewhere = { account: arn.replace(ACCOUNT, OTHER_ACCOUNT), Region: arn.replace(REGION, 'us-east-1') };

  test('is accepted', () => {
    expect(() => use(concreteStack(), arn)).not.toThrow();
    expect(() => use(agnosticStack(), arn)).not.toThrow();
    expect(() => use(beijingStack(), inBeijing.replace('arn:aws:', 'arn:aws-cn:'))).not.toThrow();
  });

  test('fails at synthesis in another account or Region, if it must be the same and both are known', () => {
    for (const part of same) {
      expect(() => use(concreteStack(), elsewhere[part])).toThrow(new RegExp(`^${name} must be in the ${part} of .*, got "${elsewhere[part]}"`));
      expect(() => use(agnosticStack(), elsewhere[part])).not.toThrow();
    }
  });

  test.each([undefined, { '@aws-cdk/core:enablePartitionLiterals': true }])('fails at synthesis in another partition, context: %j', context => {
    expect(() => use(beijingStack(context), inBeijing)).toThrow(new RegExp(`^${name} must be in the partition of cn-north-1, aws-cn, got "${inBeijing}"`));
  });

  test.each([`${arn} `, ` ${arn}`, `${arn}\n`, `${arn}\t`, `\u00a0${arn}`, arn.replace(ACCOUNT, `${ACCOUNT} `), arn.replace('arn:aws:', 'arn: aws:')])(
    'fails at synthesis with white space: %j', spaced => {
      // the CDK itself refuses what does not start with the a of arn
      expect(() => use(concreteStack(), spaced)).toThrow(/, got "|^ARNs must start with "arn:"/);
    });

  test('passes in any partition if the Region is unknown, here or to the CDK', () => {
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

test('a role that another account\'s stack defines fails at synthesis', () => {
  const stack = concreteStack();
  const theirs = new Stack(stack.node.root as App, 'Theirs', { env: { account: OTHER_ACCOUNT, region: REGION } });
  const role = new iam.Role(theirs, 'Role', { roleName: 'mine', assumedBy: new iam.ServicePrincipal('personalize.amazonaws.com') });
  expect(() => new ExportDestination(stack, 'Exports', { role })).toThrow(/^role must be in the account of the stack, .*got "Theirs\/Role"/);
});

test('an encryptionKey must be in the Region of the bucket that is passed in, not of the stack', () => {
  const stack = concreteStack();
  const bucket = s3.Bucket.fromBucketAttributes(stack, 'Bucket', { bucketName: 'theirs', region: 'us-east-1' });
  const define = (id: string, arn: string) => () => new ExportDestination(stack, id, { bucket, encryptionKey: kms.Key.fromKeyArn(stack, `${id}Key`, arn) });
  expect(define('Same', KEY_ARN.replace(REGION, 'us-east-1'))).not.toThrow();
  expect(define('Other', KEY_ARN)).toThrow(`encryptionKey must be in the Region of the bucket, us-east-1, got "${KEY_ARN}"`);
});

describe('a destination', () => {
  test.each([['account', { account: OTHER_ACCOUNT, region: REGION }], ['Region', { account: ACCOUNT, region: 'us-east-1' }]])(
    'of another %s\'s stack fails at synthesis', (part, env) => {
      const stack = concreteStack();
      const destination = new ExportDestination(new Stack(stack.node.root as App, 'Theirs', { env }), 'Exports');
      expect(() => jobIn(stack, { destination })).toThrow(new RegExp(`^destination must be in a stack of the same ${part}, .*got "Theirs/Exports"`));
    },
  );

  test('of a stack whose account and Region are unknown is accepted', () => {
    const stack = agnosticStack();
    const destination = new ExportDestination(stack, 'Exports', {
      bucketName: 'exports', role: iam.Role.fromRoleArn(stack, 'Role', `arn:aws:iam::${ACCOUNT}:role/mine`), encryptionKey: kms.Key.fromKeyArn(stack, 'Key', KEY_ARN),
    });
    const concrete = new Stack(stack.node.root as App, 'Concrete', { env: { account: ACCOUNT, region: REGION } });
    jobIn(concrete, { destination });
    expect(() => Template.fromStack(concrete)).not.toThrow();
  });
});

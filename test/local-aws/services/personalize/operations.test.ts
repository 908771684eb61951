import { BUCKET, ExportFixture, KEY_ACTIONS, SERVICE } from './export-fixture';
import { ACCOUNT } from '../../../../local-aws/core';
import { REGION, allow, policy, trust } from '../../testing-world';

const DENIED = { status: 'CREATE FAILED', failureReason: 'Insufficient privileges for accessing data in Amazon S3.' };
const GROUP_KEY_ACTION = 'kms:GenerateDataKeyWithoutPlaintext';

let fixture: ExportFixture;

beforeEach(() => {
  fixture = new ExportFixture();
  fixture.seed();
});

describe('life of a job', () => {
  test('goes through its statuses in simulated time and writes its output at the end', async () => {
    const { datasetExportJobArn } = await fixture.call('CreateDatasetExportJob', fixture.request());
    const status = async (): Promise<string> => {
      const { datasetExportJob } = await fixture.call('DescribeDatasetExportJob', { datasetExportJobArn }) as { datasetExportJob: { status: string } };
      return datasetExportJob.status;
    };
    expect(datasetExportJobArn).toBe(`arn:aws:personalize:${REGION}:${ACCOUNT}:dataset-export-job/job`);
    await fixture.clock.advance(19_000);
    expect(await status()).toBe('CREATE PENDING');
    await fixture.clock.advance(2_000);
    expect(await status()).toBe('CREATE IN_PROGRESS');
    await fixture.clock.advance(38_000);
    expect(await status()).toBe('CREATE IN_PROGRESS');
    expect(fixture.files()).toEqual({});
    await fixture.clock.advance(2_000);
    expect(await status()).toBe('ACTIVE');
    expect(fixture.files()).toEqual({ 'out/part-00000.csv': 'ITEM_ID,PRICE\ni1,1\ni2,2\n' });
  });

  test('is described with every parameter but its tags, and times in epoch seconds', async () => {
    const created = fixture.clock.now() / 1000;
    const tags = [{ tagKey: 'team', tagValue: 'a' }];
    const { datasetExportJobArn } = await fixture.call('CreateDatasetExportJob', fixture.request({ tags }));
    await fixture.clock.advance(20_000);
    expect(await fixture.call('DescribeDatasetExportJob', { datasetExportJobArn })).toEqual({
      datasetExportJob: {
        ...fixture.request(), datasetExportJobArn, status: 'CREATE IN_PROGRESS', creationDateTime: created, lastUpdatedDateTime: created + 20,
      },
    });
  });

  test('many jobs run at the same time, and are listed newest first, page by page', async () => {
    const names = Array.from({ length: 12 }, (_, index) => `job-${index}`);
    await Promise.all(names.map(jobName => fixture.call('CreateDatasetExportJob', fixture.request({
      jobName, jobOutput: { s3DataDestination: { path: `s3://${BUCKET}/out/${jobName}` } },
    }))));
    await fixture.clock.advance(61_000);
    expect(new Set(fixture.personalize.jobs().map(({ status }) => status))).toEqual(new Set(['ACTIVE']));
    expect(Object.keys(fixture.files())).toHaveLength(12);

    const listed: string[] = [];
    let nextToken: string | undefined;
    do {
      const page = await fixture.call('ListDatasetExportJobs', { maxResults: 5, nextToken }) as {
        datasetExportJobs: { jobName: string }[]; nextToken?: string;
      };
      listed.push(...page.datasetExportJobs.map(({ jobName }) => jobName));
      nextToken = page.nextToken;
    } while (nextToken);
    expect(listed).toHaveLength(12);
    expect(new Set(listed)).toEqual(new Set(names));
    expect(await fixture.call('ListDatasetExportJobs', { datasetArn: `arn:aws:personalize:${REGION}:${ACCOUNT}:dataset/other/ITEMS` })).toEqual({ datasetExportJobs: [] });
  });

  test('writes several files when there are many records', async () => {
    fixture.personalize.settings.recordsPerFile = 1;
    expect(await fixture.export()).toMatchObject({ status: 'ACTIVE' });
    expect(fixture.files()).toEqual({ 'out/part-00000.csv': 'ITEM_ID,PRICE\ni1,1\n', 'out/part-00001.csv': 'ITEM_ID,PRICE\ni2,2\n' });
  });

  test('exports what was put one by one unless told otherwise', async () => {
    await fixture.export({ ingestionMode: undefined });
    expect(fixture.files()['out/part-00000.csv']).toBe('ITEM_ID,PRICE\ni1,9\n');
  });

  test('fails as ordered', async () => {
    fixture.personalize.settings.failNextJobsWith = 'because';
    expect(await fixture.export()).toMatchObject({ status: 'CREATE FAILED', failureReason: 'because' });
    expect(fixture.files()).toEqual({});
  });

  test('fails as ordered for jobs of its name', async () => {
    fixture.personalize.settings.jobs = { mine: { failNextJobsWith: 'because' } };
    expect(await fixture.export({ jobName: 'mine-1' })).toMatchObject({ status: 'CREATE FAILED', failureReason: 'because' });
    expect(await fixture.export({ jobName: 'yours' })).toMatchObject({ status: 'ACTIVE' });
  });
});

describe('refused requests', () => {
  const create = async (change: Record<string, unknown>): Promise<unknown> => fixture.call('CreateDatasetExportJob', fixture.request(change));

  test('a used name', async () => {
    await create({});
    await expect(create({})).rejects.toMatchObject({ code: 'ResourceAlreadyExistsException' });
    await expect(create({ jobName: 'another' })).resolves.toBeDefined();
  });

  test('an unknown dataset, an unknown job', async () => {
    const datasetArn = `arn:aws:personalize:${REGION}:${ACCOUNT}:dataset/none/ITEMS`;
    await expect(create({ datasetArn })).rejects.toMatchObject({ code: 'ResourceNotFoundException' });
    const datasetExportJobArn = `arn:aws:personalize:${REGION}:${ACCOUNT}:dataset-export-job/none`;
    await expect(fixture.call('DescribeDatasetExportJob', { datasetExportJobArn })).rejects.toMatchObject({ code: 'ResourceNotFoundException' });
  });

  test('a dataset of actions', async () => {
    const datasetArn = fixture.datasets.seed({ group: 'acts', type: 'ACTIONS', csv: 'ACTION_ID\na\n' });
    await expect(create({ datasetArn })).rejects.toMatchObject({ code: 'InvalidInputException' });
  });

  test('more jobs at once than allowed, until one is done', async () => {
    fixture.personalize.settings.maxConcurrentJobs = 1;
    await create({});
    await expect(create({ jobName: 'second' })).rejects.toMatchObject({
      code: 'LimitExceededException', message: 'More than 1 resources with PENDING or IN_PROGRESS status.',
    });
    await fixture.clock.advance(61_000);
    await expect(create({ jobName: 'second' })).resolves.toBeDefined();
  });
});

describe('the caller needs', () => {
  const jobArn = `arn:aws:personalize:${REGION}:${ACCOUNT}:dataset-export-job/job`;
  const datasetArn = `arn:aws:personalize:${REGION}:${ACCOUNT}:dataset/shop/ITEMS`;
  const tags = [{ tagKey: 'team', tagValue: 'a' }];
  const grants = {
    dataset: allow('personalize:CreateDatasetExportJob', datasetArn),
    job: allow('personalize:CreateDatasetExportJob', jobArn),
    tag: allow('personalize:TagResource', jobArn, { Condition: { StringEquals: { 'aws:RequestTag/team': 'a' } } }),
    pass: allow('iam:PassRole', `arn:aws:iam::${ACCOUNT}:role/export`, { Condition: { StringEquals: { 'iam:PassedToService': SERVICE } } }),
  };
  const createWith = async (statements: object[], change: object = { tags }): Promise<unknown> => {
    const roleArn = fixture.iam.createRole({ roleName: 'caller', assumeRolePolicyDocument: trust('lambda.amazonaws.com') });
    fixture.iam.putRolePolicy('caller', 'grants', policy(...statements));
    return fixture.call('CreateDatasetExportJob', fixture.request({ ...change }), roleArn);
  };

  test('all of these', async () => {
    await expect(createWith(Object.values(grants))).resolves.toBeDefined();
  });

  test.each(Object.keys(grants))('and fails without that on %s', async missing => {
    const left = Object.entries(grants).filter(([name]) => name !== missing).map(([, statement]) => statement);
    await expect(createWith(left)).rejects.toMatchObject({ code: 'AccessDenied' });
    expect(fixture.personalize.jobs()).toEqual([]);
  });

  test('no right to tag without tags', async () => {
    await expect(createWith([grants.dataset, grants.job, grants.pass], {})).resolves.toBeDefined();
  });

  test('other tags than the policy\'s are refused', async () => {
    await expect(createWith(Object.values(grants), { tags: [{ tagKey: 'team', tagValue: 'b' }] })).rejects.toMatchObject({ code: 'AccessDenied' });
  });

  test('and is told so in the words of AWS', async () => {
    await expect(createWith([grants.pass])).rejects.toThrow(
      `User: arn:aws:sts::${ACCOUNT}:assumed-role/caller/session is not authorized to perform: personalize:CreateDatasetExportJob on resource: ${datasetArn} because no identity-based policy allows the personalize:CreateDatasetExportJob action`,
    );
  });
});

describe('access to the bucket', () => {
  test('there is no bucket', async () => {
    const jobOutput = { s3DataDestination: { path: 's3://nowhere/out/' } };
    expect(await fixture.export({ jobOutput })).toMatchObject({ status: 'CREATE FAILED', failureReason: 'Invalid S3 output path' });
  });

  test.each(['list', 'put'])('the role lacks its policy %s', async name => {
    fixture.iam.deleteRolePolicy('export', name);
    expect(await fixture.export()).toMatchObject(DENIED);
    expect(fixture.files()).toEqual({});
  });

  test('the role may write elsewhere only', async () => {
    expect(await fixture.export({ jobOutput: { s3DataDestination: { path: `s3://${BUCKET}/elsewhere/` } } })).toMatchObject(DENIED);
  });

  test.each([['s3:ListBucket'], ['s3:PutObject']])('the bucket policy allows the service only %s', async action => {
    fixture.s3.updateBucket(BUCKET, { policy: fixture.bucketPolicy([action]) });
    expect(await fixture.export()).toMatchObject(DENIED);
  });

  test('there is no bucket policy', async () => {
    fixture.s3.updateBucket(BUCKET, { policy: undefined });
    expect(await fixture.export()).toMatchObject(DENIED);
  });

  test('a bucket policy with source conditions works only when the service sends them', async () => {
    const condition = { StringEquals: { 'aws:SourceAccount': ACCOUNT } };
    fixture.s3.updateBucket(BUCKET, { policy: fixture.bucketPolicy(['s3:ListBucket', 's3:PutObject'], condition) });
    expect(await fixture.export()).toMatchObject(DENIED);
    fixture.personalize.settings.sendSourceContext = true;
    expect(await fixture.export({ jobName: 'again' })).toMatchObject({ status: 'ACTIVE' });
  });

  test.each<[string, object]>([
    ['another account', { StringEquals: { 'aws:SourceAccount': '999999999999' } }],
    ['other sources', { ArnLike: { 'aws:SourceArn': `arn:aws:personalize:${REGION}:${ACCOUNT}:solution/*` } }],
  ])('the trust policy names %s', async (_, condition) => {
    fixture.iam.updateRole('export', { assumeRolePolicyDocument: fixture.trust(condition) });
    expect(await fixture.export()).toMatchObject({ ...DENIED, detail: expect.stringContaining('sts:AssumeRole') });
  });

  test('access is needed until the end', async () => {
    await fixture.call('CreateDatasetExportJob', fixture.request());
    await fixture.clock.advance(30_000);
    fixture.iam.deleteRolePolicy('export', 'put');
    await fixture.clock.advance(60_000);
    expect(fixture.personalize.jobs()[0]).toMatchObject(DENIED);
  });
});

describe('access to keys', () => {
  test('the bucket\'s key is used', async () => {
    const keyArn = fixture.encryptBucket();
    expect(await fixture.export()).toMatchObject({ status: 'ACTIVE' });
    expect(fixture.s3.objects(BUCKET)[0].kmsKeyArn).toBe(keyArn);
  });

  test('the job\'s own key comes before the bucket\'s', async () => {
    fixture.encryptBucket();
    const own = fixture.kms.createKey(fixture.keyPolicy());
    const jobOutput = { s3DataDestination: { path: `s3://${BUCKET}/out/`, kmsKeyArn: own } };
    expect(await fixture.export({ jobOutput })).toMatchObject(DENIED);
    fixture.allowRole(KEY_ACTIONS, [own], 'own-key');
    expect(await fixture.export({ jobOutput, jobName: 'again' })).toMatchObject({ status: 'ACTIVE' });
    expect(fixture.s3.objects(BUCKET)[0].kmsKeyArn).toBe(own);
  });

  test('the role\'s policy does not mention the key', async () => {
    fixture.encryptBucket();
    fixture.iam.deleteRolePolicy('export', 'key');
    expect(await fixture.export()).toMatchObject(DENIED);
  });

  test.each(KEY_ACTIONS)('the key policy does not allow the service %s', async action => {
    const keyArn = fixture.encryptBucket();
    fixture.kms.putKeyPolicy(keyArn, fixture.keyPolicy(KEY_ACTIONS.filter(other => other !== action)));
    expect(await fixture.export()).toMatchObject({ ...DENIED, detail: `${SERVICE} may not ${action} on ${keyArn}` });
  });

  test('the key policy does not allow the role to create grants, whatever the role\'s own policy says', async () => {
    const keyArn = fixture.encryptBucket();
    fixture.allowRole(['kms:*'], [keyArn], 'everything');
    fixture.kms.putKeyPolicy(keyArn, fixture.keyPolicy(KEY_ACTIONS, KEY_ACTIONS.filter(action => action !== 'kms:CreateGrant')));
    expect(await fixture.export()).toMatchObject({ ...DENIED, detail: expect.stringContaining('kms:CreateGrant') });
  });

  test('the key is to be deleted', async () => {
    fixture.kms.scheduleKeyDeletion(fixture.encryptBucket());
    expect(await fixture.export()).toMatchObject(DENIED);
  });

  describe('of the dataset group', () => {
    const datasetArn = `arn:aws:personalize:${REGION}:${ACCOUNT}:dataset/secret/ITEMS`;
    const everyAction = [...KEY_ACTIONS, GROUP_KEY_ACTION];
    let outputKey: string;
    let groupKey: string;

    beforeEach(() => {
      outputKey = fixture.encryptBucket();
      groupKey = fixture.kms.createKey(fixture.keyPolicy(everyAction, everyAction));
      fixture.kms.putKeyPolicy(outputKey, fixture.keyPolicy(everyAction, everyAction));
      fixture.allowRole([GROUP_KEY_ACTION], [outputKey, groupKey], 'group-key');
      fixture.datasets.seed({ group: 'secret', type: 'ITEMS', csv: 'ITEM_ID\na\n', kmsKeyArn: groupKey });
    });

    test('works when both keys allow it', async () => {
      expect(await fixture.export({ datasetArn })).toMatchObject({ status: 'ACTIVE' });
    });

    test.each(['output', 'group'])('the role\'s policy does not allow it on the %s key', async key => {
      fixture.allowRole([GROUP_KEY_ACTION], [key === 'output' ? groupKey : outputKey], 'group-key');
      expect(await fixture.export({ datasetArn })).toMatchObject({ ...DENIED, detail: expect.stringContaining(GROUP_KEY_ACTION) });
    });

    test.each([
      ['output', 'service'], ['output', 'role'], ['group', 'service'], ['group', 'role'],
    ])('the policy of the %s key does not allow it to the %s', async (key, principal) => {
      const keyArn = key === 'output' ? outputKey : groupKey;
      fixture.kms.putKeyPolicy(keyArn, principal === 'service'
        ? fixture.keyPolicy(KEY_ACTIONS, everyAction) : fixture.keyPolicy(everyAction, KEY_ACTIONS));
      expect(await fixture.export({ datasetArn })).toMatchObject({ ...DENIED, detail: expect.stringContaining(GROUP_KEY_ACTION) });
    });
  });
});

import { BUCKET, KEY_ACTIONS, SERVICE } from './export-fixture';
import { FIELDS, HEADER, ImportFixture } from './import-fixture';
import { ACCOUNT } from '../../../../local-aws/core';
import { allow, policy } from '../../testing-world';

let fixture: ImportFixture;
let datasetArn: string;
beforeEach(() => {
  fixture = new ImportFixture();
  datasetArn = fixture.dataset();
});

const line = (change: Partial<Record<string, string>> = {}): string => {
  const values: Record<string, string> = { ITEM_ID: 'i1', CREATION_TIMESTAMP: '1', ...change };
  return FIELDS.map(({ name }) => values[name] ?? '').join();
};
const csv = (...lines: string[]): string => [HEADER, ...lines, ''].join('\n');
const ids = () => fixture.bulk(datasetArn).map(({ ITEM_ID }) => ITEM_ID);

describe('reads', () => {
  test('all files in the first level of a folder, and nothing below or beside it', async () => {
    for (const key of ['out/', 'out/a.csv', 'out/b', 'out/sub/c.csv', 'out.csv', 'outside/d.csv']) {
      fixture.put(key, key === 'out/' ? '' : csv(line({ ITEM_ID: key })));
    }
    expect(await fixture.import(datasetArn)).toMatchObject({ status: 'ACTIVE' });
    expect(ids()).toEqual(['out/a.csv', 'out/b']);
  });

  test('one file, if the path does not end in a slash', async () => {
    fixture.put('out/a.csv', csv(line()));
    expect(await fixture.import(datasetArn, { dataSource: { dataLocation: `s3://${BUCKET}/out/a.csv` } })).toMatchObject({ status: 'ACTIVE' });
    expect(ids()).toEqual(['i1']);
  });

  test.each([
    ['a folder without the slash', `s3://${BUCKET}/out`],
    ['a folder with files in sub-folders only', `s3://${BUCKET}/`],
    ['a bucket that does not exist', 's3://other/out/'],
    ['another protocol', 'https://exports/out/'],
  ])('not %s', async (_, dataLocation) => {
    fixture.personalize.settings.checksAccessAtCreate = false;
    fixture.put('out/a.csv', csv(line()));
    expect(await fixture.import(datasetArn, { dataSource: { dataLocation } })).toMatchObject({ status: 'CREATE FAILED', failureReason: 'Invalid Data location.' });
    expect(ids()).toEqual([]);
  });
});

describe('a file', () => {
  const failed = async (body: string | Buffer) => {
    fixture.put('out/a.csv', body);
    const { status, failureReason } = await fixture.import(datasetArn);
    expect([status, ids()]).toEqual(['CREATE FAILED', []]);
    return failureReason;
  };

  test('that lacks columns fails with their names', async () => {
    expect(await failed('ITEM_ID,NAME,TEXT,STOCK,CREATION_TIMESTAMP,RATING,ADULT\n')).toBe('Input CSV is missing the following columns:[GENRES, PRICE].');
  });

  test.each<[string, string | Buffer]>([
    ['with quotes around the names of columns', `${HEADER.replaceAll(/\w+/g, '"$&"')}\n${line()}\n`],
    ['with its columns in another order', `${HEADER.split(',').reverse().join()}\n`],
    ['with a column that the schema does not have', `${HEADER},MORE\n${line()},x\n`],
    ['without the names of columns', `${line()}\n`],
    ['with a byte order mark', `\ufeff${csv(line())}`],
    ['that is not UTF-8', Buffer.from(csv(line({ NAME: 'ü' })), 'latin1')],
    ['with a line break in a value', csv(line({ NAME: '"a\nb"' }))],
    ['with a quote before a quote, instead of a backslash', csv(line({ NAME: '"a ""b"""' }))],
    ['with a quote in a value without quotes', csv(line({ NAME: 'a"b' }))],
    ['with a backslash in a value without quotes', csv(line({ NAME: 'a\\b' }))],
    ['with a backslash before another character', csv(line({ NAME: '"a\\b"' }))],
    ['with text after a quoted value', csv(line({ NAME: '"a"b' }))],
    ['with too many values in a line', csv(`${line()},x`)],
    ['with too few values in a line', csv('i1,a')],
    ['with an empty line', csv(line(), '', line())],
    ['with no value where there may be no null', csv(line({ CREATION_TIMESTAMP: '' }))],
    ['with no ID', csv(line({ ITEM_ID: '' }))],
    ['with an integer of more than 32 bits', csv(line({ STOCK: '2147483648' }))],
    ['with an integer of more than 64 bits', csv(line({ CREATION_TIMESTAMP: '9223372036854775808' }))],
    ['with a fraction as an integer', csv(line({ STOCK: '1.0' }))],
    ['with a text as a number', csv(line({ PRICE: 'NaN' }))],
    ['with another text as a number', csv(line({ RATING: '1,5'.replace(',', '_') }))],
    ['with another text as a boolean', csv(line({ ADULT: 'True' }))],
  ])('%s fails', async (_, body) => {
    expect(await failed(body)).toEqual(expect.any(String));
  });

  test.each([['ITEM_ID', 256], ['GENRES', 1000]])('with a longer %s than allowed fails in the words of AWS', async (name, most) => {
    fixture.put('out/a.csv', csv(line({ [name]: 'x'.repeat(most) })));
    expect(await fixture.import(datasetArn)).toMatchObject({ status: 'ACTIVE' });
    fixture.put('out/a.csv', csv(line({ [name]: 'x'.repeat(most + 1) })));
    expect((await fixture.import(datasetArn)).failureReason).toMatch(`Length cannot be more than ${most} characters for ${name}.`);
  });

  test('is read with numbers, booleans, escapes, other line ends and none at its end; long texts are cut', async () => {
    const values = {
      NAME: '"a, \\"b\\" \\\\ ü"', TEXT: 'x'.repeat(20_001), STOCK: '-2147483648', CREATION_TIMESTAMP: '9223372036854775807', PRICE: '-.5e-3', RATING: '1.', ADULT: 'true',
    };
    fixture.put('out/a.csv', csv(line(values)).trimEnd().replaceAll('\n', '\r\n'));
    expect(await fixture.import(datasetArn)).toMatchObject({ status: 'ACTIVE' });
    expect(fixture.bulk(datasetArn)).toEqual([{ ITEM_ID: 'i1', GENRES: '', ...values, NAME: 'a, "b" \\ ü', TEXT: 'x'.repeat(20_000) }]);
  });

  test('fails if the schema lacks a field that the type of dataset needs', async () => {
    datasetArn = fixture.dataset('INTERACTIONS', [{ name: 'USER_ID', type: 'string' }, { name: 'ITEM_ID', type: 'string' }], 'other');
    expect(await failed('USER_ID,ITEM_ID\nu,i\n')).toBe('Input CSV is missing the following columns:[TIMESTAMP].');
  });
});

describe('import modes', () => {
  const importing = async (importMode: 'FULL' | 'INCREMENTAL' | undefined, ...lines: string[]) => {
    fixture.put('out/a.csv', csv(...lines));
    return fixture.import(datasetArn, { importMode });
  };
  beforeEach(async () => {
    await importing(undefined, line(), line({ ITEM_ID: 'i2' }));
    fixture.datasets.dataset(datasetArn).records.put.push({ ITEM_ID: 'put' });
  });
  afterEach(() => expect(fixture.datasets.dataset(datasetArn).records.put).toEqual([{ ITEM_ID: 'put' }]));

  test.each([undefined, 'FULL'] as const)('%s replaces bulk records', async mode => {
    await importing(mode, line({ ITEM_ID: 'i3' }));
    expect(ids()).toEqual(['i3']);
  });

  test('INCREMENTAL adds records, and replaces those with the same ID', async () => {
    await importing('INCREMENTAL', line({ ITEM_ID: 'i3' }), line({ ITEM_ID: 'i1', NAME: 'new' }));
    expect(fixture.bulk(datasetArn).map(({ ITEM_ID, NAME }) => [ITEM_ID, NAME])).toEqual([['i2', ''], ['i3', ''], ['i1', 'new']]);
  });

  test('INCREMENTAL is refused for the first bulk import', async () => {
    datasetArn = fixture.dataset('ITEMS', FIELDS, 'new');
    await expect(importing('INCREMENTAL', line())).rejects.toMatchObject({ code: 'InvalidInputException' });
    fixture.datasets.dataset(datasetArn).records.put.push({ ITEM_ID: 'put' });
  });
});

describe('access', () => {
  const failure = async () => (await fixture.import(datasetArn)).failureReason;
  const INSUFFICIENT = 'Insufficient privileges for accessing data in Amazon S3.';
  beforeEach(() => fixture.put('out/a.csv', csv(line())));

  test.each(['s3:GetObject', 's3:ListBucket'])('needs %s, of the role and of the service', async action => {
    expect(await failure()).toBeUndefined();
    fixture.s3.updateBucket(BUCKET, { policy: fixture.bucketPolicy(['s3:GetObject', 's3:ListBucket'].filter(other => other !== action)) });
    expect(await failure()).toBe(INSUFFICIENT);
    fixture.s3.updateBucket(BUCKET, { policy: fixture.bucketPolicy(['s3:GetObject', 's3:ListBucket']) });
    expect(await failure()).toBeUndefined();
    fixture.iam.putRolePolicy('export', action === 's3:GetObject' ? 'get' : 'list', policy(allow('s3:PutObject')));
    expect(await failure()).toBe(INSUFFICIENT);
  });

  test('needs the policy of the key that encrypted the file, for the role and for the service; policies of the role do not count', async () => {
    const [service, role] = [{ Service: SERVICE }, { AWS: fixture.roleArn }];
    const everything = allow('kms:*', '*', { Principal: { AWS: `arn:aws:iam::${ACCOUNT}:root` } });
    const keyPolicy = (ofService: string[], ofRole: string[]) => (
      policy(everything, allow(['kms:Verify', ...ofService], '*', { Principal: service }), allow(['kms:Verify', ...ofRole], '*', { Principal: role })));
    const keyArn = fixture.kms.createKey(keyPolicy(KEY_ACTIONS, KEY_ACTIONS));
    fixture.s3.putObject(BUCKET, 'out/a.csv', Buffer.from(csv(line())), keyArn);
    expect(await failure()).toBeUndefined();
    fixture.allowRole(['kms:*'], [keyArn], 'key');
    for (const action of KEY_ACTIONS) {
      const others = KEY_ACTIONS.filter(other => other !== action);
      for (const changed of [keyPolicy(others, KEY_ACTIONS), keyPolicy(KEY_ACTIONS, others)]) {
        fixture.kms.putKeyPolicy(keyArn, changed);
        expect(await failure()).toBe(INSUFFICIENT);
      }
    }
  });

  test('is refused at once, where Personalize checks that', async () => {
    fixture.personalize.settings.checksAccessAtCreate = true;
    fixture.s3.updateBucket(BUCKET, { policy: fixture.bucketPolicy(['s3:ListBucket']) });
    await expect(failure()).rejects.toMatchObject({ code: 'InvalidInputException', message: INSUFFICIENT });
  });

  test('the caller needs the dataset, the job and to pass the role', async () => {
    const caller = fixture.iam.createRole({ roleName: 'caller', assumeRolePolicyDocument: fixture.trust() });
    const statements = [
      allow('personalize:CreateDatasetImportJob', datasetArn), allow('personalize:CreateDatasetImportJob', fixture.personalize.imports.arn('job')),
      allow('iam:PassRole', fixture.roleArn),
    ];
    const create = (allowed: object[]) => {
      fixture.iam.putRolePolicy('caller', 'p', policy(...allowed));
      const request = { jobName: 'job', datasetArn, roleArn: fixture.roleArn, dataSource: { dataLocation: `s3://${BUCKET}/out/` } };
      return fixture.call('CreateDatasetImportJob', request, caller);
    };
    for (const missing of statements) {
      await expect(create(statements.filter(statement => statement !== missing))).rejects.toMatchObject({ code: 'AccessDenied' });
    }
    expect(await create(statements)).toEqual({ datasetImportJobArn: fixture.personalize.imports.arn('job') });
  });
});

test('a job is described without its tags, and its name is taken for good', async () => {
  fixture.put('out/a.csv', csv(line()));
  const request = { jobName: 'job', datasetArn, roleArn: fixture.roleArn, dataSource: { dataLocation: `s3://${BUCKET}/out/` } };
  await fixture.import(datasetArn, { jobName: 'job', tags: [{ tagKey: 'k', tagValue: 'v' }] });
  const { datasetImportJob } = await fixture.call('DescribeDatasetImportJob', { datasetImportJobArn: fixture.personalize.imports.arn('job') });
  expect(datasetImportJob).toMatchObject({ ...request, importMode: 'FULL', status: 'ACTIVE' });
  expect(datasetImportJob).not.toHaveProperty('tags');
  await expect(fixture.import(datasetArn, { jobName: 'job' })).rejects.toMatchObject({ code: 'ResourceAlreadyExistsException' });
  await expect(fixture.call('DescribeDatasetImportJob', { datasetImportJobArn: fixture.personalize.imports.arn('other') })).rejects.toMatchObject({ code: 'ResourceNotFoundException' });
});

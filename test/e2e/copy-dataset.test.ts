import * as path from 'path';
import { parse } from 'csv-parse/sync';
import { unwrapped } from './fixture';
import { startLocalAws } from './local-aws';
import { CdkCli } from '../../tools/local-deployment/cdk-cli';
import type { LocalAwsProcess } from '../../tools/local-deployment/local-aws-process';
import { exportedRecords, interactions } from '../../tools/local-deployment/records';

const example = (name: string) => ({ cwd: path.join(__dirname, '..', '..', 'examples', name) });

// Each test continues where the one before it ended.
describe('the copy-dataset example', () => {
  let localAws: LocalAwsProcess;
  let cli: CdkCli;
  const records = interactions(700);

  beforeAll(async () => {
    localAws = await startLocalAws(300);
    cli = new CdkCli(localAws.ready);
    await localAws.client.seedDataset({ group: 'movies', type: 'INTERACTIONS', csv: records.bulk, putCsv: records.put });
  });
  afterAll(() => localAws.stop());

  test('fails with Personalize\'s reason if the export cannot be imported, and leaves no dataset', async () => {
    await localAws.client.configurePersonalize({ outputSubfolder: 'sub/' });
    const { exitCode, output } = await cli.deploy([], example('copy-dataset'));
    expect(exitCode).not.toBe(0);
    expect(unwrapped(output)).toContain('Invalid Data location.');
    expect((await localAws.client.stack('CopyDataset')).status).toBe('ROLLBACK_COMPLETE');
  });

  test('copies a dataset in one deployment: all of its records are bulk records then', async () => {
    await localAws.client.configurePersonalize({ outputSubfolder: '', quotesHeader: false, quoteEscape: '\\' });
    expect(await cli.deploy([], example('copy-dataset'))).toMatchObject({ exitCode: 0 });

    const { exitCode, outputs } = await cli.deploy(['-c', 'datasetGroup=movies-copy', '-c', 'ingestionMode=BULK'], example('quickstart'));
    expect(exitCode).toBe(0);
    const { rows } = await exportedRecords(localAws.client, outputs.Quickstart.OutputUri);
    const all = [records.bulk, records.put].flatMap(csv => parse(csv, { fromLine: 2 }) as string[][]);
    expect(rows.sort()).toEqual(all.map(row => row.join()).sort());
  });
});

import * as path from 'path';
import { parse } from 'csv-parse/sync';
import { startLocalAws } from './local-aws';
import { CdkCli } from '../../tools/local-deployment/cdk-cli';
import type { LocalAwsProcess } from '../../tools/local-deployment/local-aws-process';
import { interactions } from '../../tools/local-deployment/records';
import { QueryEngine } from '../../tools/query/engine';
import { queryEngineOver } from '../../tools/query/local-catalog';

const QUERY = { cwd: path.join(__dirname, '..', '..', 'examples', 'query') };

describe('the query example', () => {
  let localAws: LocalAwsProcess;
  const records = interactions(700);
  const rows: string[][] = [records.bulk, records.put].flatMap(csv => parse(csv, { fromLine: 2 }));

  beforeAll(async () => {
    localAws = await startLocalAws(300);
    await localAws.client.seedDataset({ group: 'movies', type: 'INTERACTIONS', csv: records.bulk, putCsv: records.put });
  });
  afterAll(() => localAws.stop());

  async function answers(sql: string): Promise<unknown[][]> {
    const engine: QueryEngine = await queryEngineOver(localAws.client);
    try {
      return (await engine.query(sql)).getRowsJS();
    } finally {
      engine.close();
    }
  }

  test('answers its question about what was exported, with the types of the schema', async () => {
    const { exitCode, outputs } = await new CdkCli(localAws.ready).deploy([], QUERY);
    expect(exitCode).toBe(0);

    const counts = new Map<string, bigint>();
    for (const [, item] of rows) { counts.set(item, (counts.get(item) ?? 0n) + 1n); }
    const most = [...counts].sort(([a, ofA], [b, ofB]) => Number(ofB - ofA) || (a < b ? -1 : 1)).slice(0, 5);
    expect(await answers(outputs.Query.MostPopular)).toEqual(most);

    const all = await answers('SELECT user_id, item_id, event_type, "timestamp" FROM query_exports.interactions');
    const expected = rows.map(([user, item, event, time]) => [user, item, event === '' ? null : event, new Date(Number(time) * 1000)]);
    const texts = (some: unknown[][]) => some.map(row => JSON.stringify(row)).sort();
    expect(texts(all)).toEqual(texts(expected));
  });
});

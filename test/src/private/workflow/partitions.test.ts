import * as fs from 'fs';
import * as os from 'os';
import * as path from 'path';
import { DuckDBInstance } from '@duckdb/node-api';
import { LocalWorkflow, workflow } from './local-workflow';

test('a query engine finds dataset group, dataset and date in the paths of exports, and no reports of Map Runs among them', async () => {
  const aws = await LocalWorkflow.start();
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'partitions-'));
  try {
    const arns = await aws.seed(4);
    const resources = await aws.deploy(workflow(arns, { distributed: true }));
    const bucket = [...resources].find(([id]) => /Bucket[0-9A-F]{8}$/.test(id))![1];
    const dates: string[] = [];
    for (let day = 0; day < 2; day++) {
      dates.push(JSON.parse((await aws.run(resources)).output!).startTime.slice(0, 10));
      await aws.client.sleep(86_400);
    }
    const keys = (await aws.client.objects(bucket)).map(({ key }) => key);
    for (const key of keys.filter(name => !name.startsWith('_map_runs/'))) {
      fs.mkdirSync(path.join(folder, path.dirname(key)), { recursive: true });
      fs.writeFileSync(path.join(folder, key), await aws.client.objectBody(bucket, key));
    }

    const connection = await (await DuckDBInstance.create(':memory:', { threads: '1' })).connect();
    const found = await connection.runAndReadAll(`SELECT DISTINCT dataset_group, dataset, CAST(date AS varchar) FROM read_csv('${folder}/**') ORDER BY ALL`);
    connection.closeSync();
    expect(found.getRows()).toEqual(arns.flatMap(arn => dates.map(date => [...arn.split('/').slice(1), date])).sort());
    expect(keys.some(name => name.startsWith('_map_runs/'))).toBe(true);
  } finally {
    fs.rmSync(folder, { recursive: true });
    await aws.stop();
  }
});

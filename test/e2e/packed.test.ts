import { CdkCli } from './cdk-cli';
import { exportedRecords, interactions } from './exports';
import { LocalAwsProcess } from './local-aws-process';
import { UserApp } from '../package/packed';

jest.setTimeout(240_000);

describe('the packed tarball beside the newest aws-cdk-lib', () => {
  let localAws: LocalAwsProcess;
  let app: UserApp;

  beforeAll(async () => {
    localAws = await LocalAwsProcess.start({ speed: 30 });
    app = await UserApp.create();
  });
  afterAll(async () => {
    app.remove();
    await localAws.stop();
  });

  test('deploys an app that has nothing else, and the stack has at most 24 resources', async () => {
    const { client } = localAws;
    const datasetArn = await client.seedDataset({ group: 'movies', type: 'INTERACTIONS', csv: interactions(50).bulk });
    app.write('cdk.json', JSON.stringify({ app: 'node app.js' }));
    app.write('app.js', `
      const { App, CfnOutput, Stack } = require('aws-cdk-lib');
      const { Dataset, DatasetExportJob, IngestionMode } = require('cdk-personalize-dataset-export');
      const stack = new Stack(new App(), 'Mine');
      const dataset = Dataset.fromDatasetArn(stack, 'Dataset', '${datasetArn}');
      const job = new DatasetExportJob(stack, 'Export', { dataset, ingestionMode: IngestionMode.ALL });
      new CfnOutput(stack, 'OutputUri', { value: job.outputUri });
      console.error('aws-cdk-lib', require('aws-cdk-lib/package.json').version);
    `);

    const cli = new CdkCli(localAws.ready);
    const { exitCode, output, outputs } = await cli.deploy([], { cwd: app.folder });
    expect(output).toContain('aws-cdk-lib 2.276.0');
    expect(exitCode).toBe(0);
    expect((await exportedRecords(client, outputs.Mine.OutputUri)).rows).toHaveLength(40);

    const created = new Set([...output.matchAll(/CREATE_COMPLETE\s+\|\s+(AWS::(?!CloudFormation::Stack)\S+|Custom::\S+)\s+\|\s+(\S+)/g)].map(([, type, id]) => `${type} ${id}`));
    expect(created.size).toBeGreaterThanOrEqual(21);
    expect(created.size).toBeLessThanOrEqual(24);
  });
});

import * as fs from 'fs';
import * as os from 'os';
import * as path from 'path';
import { App, Stack } from 'aws-cdk-lib';
import { ACCOUNT, REGION } from './peers';
import type { LocalAwsClient } from '../local-aws/client';
import { CdkCli, type CliResult } from '../tools/local-deployment/cdk-cli';
import { LocalAwsProcess } from '../tools/local-deployment/local-aws-process';

export interface LocalDeployment {
  readonly client: LocalAwsClient;
  readonly endpoint: string;
  /** Deploys stacks side by side, by their names. */
  deploy(stacks: Record<string, (stack: Stack) => void>, concurrency?: number): Promise<CliResult>;
}

/** Work with a local AWS of its own, which has the first of the peers' datasets. */
export async function onLocalAws<T>(speed: number, datasets: number, work: (localAws: LocalDeployment) => Promise<T>): Promise<T> {
  const localAws = await LocalAwsProcess.start({ speed });
  const { client, ready } = localAws;
  try {
    for (let index = 0; index < datasets; index++) {
      await client.seedDataset({ group: `shop${index}`, type: 'INTERACTIONS', csv: 'USER_ID,ITEM_ID,TIMESTAMP\nu1,i1,1\n' });
    }
    const cli = new CdkCli(ready);
    return await work({ client, endpoint: ready.endpoint, deploy: async (stacks, concurrency = 1) => deploy(cli, stacks, concurrency) });
  } finally {
    await localAws.stop();
  }
}

/** @throws nothing when a deployment fails: the result tells */
async function deploy(cli: CdkCli, stacks: Record<string, (stack: Stack) => void>, concurrency: number): Promise<CliResult> {
  const outdir = fs.mkdtempSync(path.join(os.tmpdir(), 'deployment-'));
  try {
    const app = new App({ outdir });
    for (const [name, define] of Object.entries(stacks)) { define(new Stack(app, name, { env: { account: ACCOUNT, region: REGION } })); }
    app.synth();
    return await cli.deploy(['--app', outdir, '--all', '--concurrency', String(concurrency)]);
  } finally {
    fs.rmSync(outdir, { recursive: true });
  }
}

export function succeeded({ exitCode, output }: CliResult): void {
  if (exitCode !== 0) { throw new Error(output); }
}

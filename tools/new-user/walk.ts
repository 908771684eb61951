/**
 * `npx projen new-user`: follows the README in an empty folder, with the packed tarball: an app is written, type checked, synthesized, deployed to local
 * AWS and destroyed. Exit code 0 if the export holds the records of the dataset.
 */
import { spawnSync } from 'child_process';
import * as fs from 'fs';
import * as path from 'path';
import { parse } from 'csv-parse/sync';
import { readmeSteps } from './readme-steps';
import { CdkCli, type CliResult } from '../local-deployment/cdk-cli';
import { LocalAwsProcess } from '../local-deployment/local-aws-process';
import { exportedRecords, interactions } from '../local-deployment/records';
import { REPOSITORY } from '../repository';
import { UserApp } from '../user-app';

/** Simulated seconds per second: an export takes two seconds instead of a minute. */
const SPEED = 30;

export interface NewUserWalk {
  /** of the aws-cdk-lib that the app runs with */
  readonly cdkVersion: string;
  /** what the first deployment printed */
  readonly deployed: string;
  /** the types of the resources in the template */
  readonly resourceTypes: string[];
  /** the records of the dataset, and those below the stack's OutputUri after the deployment and after cdk destroy */
  readonly records: { readonly dataset: string[]; readonly exported: string[]; readonly afterwards: string[] };
}

/**
 * Follows the README in an empty folder, with the packed tarball instead of the registry's package and local AWS instead of an account.
 *
 * @param say is called with each step
 * @throws when a step fails, with its output
 */
export async function walkAsNewUser(say: (text: string) => void = () => {}): Promise<NewUserWalk> {
  const { packages, file, code, deploy, deployArgs } = readmeSteps();
  const { bulk, put } = interactions(50);

  say('Start local AWS with the dataset that the README exports');
  const localAws = await LocalAwsProcess.start({ speed: SPEED });
  let app: UserApp | undefined;
  try {
    const { client } = localAws;
    const datasetArn = await client.seedDataset({ group: 'movies', type: 'INTERACTIONS', csv: bulk, putCsv: put });
    if (!code.includes(datasetArn)) { throw new Error(`the README's app must export ${datasetArn}`); }

    say(`npm install ${packages.join(' ')} (npm installs the tarball, the others are links)`);
    app = UserApp.install(packages);
    const folder = app.folder;

    say(`${file}, as in the README:\n\n${code}`);
    app.write(file, code);

    say('tsc: the app compiles with the types in the tarball');
    succeeded(typeCheck(folder, file));

    const cli = new CdkCli(localAws.ready);
    // as in a shell of the user's: without this repository's tsconfig, which maps the library to src/, and with the CDK's validation
    const options = { cwd: folder, env: { TSX_TSCONFIG_PATH: undefined, CDK_VALIDATION: undefined } };

    say(`npx cdk synth ${deploy}`);
    const { output } = succeeded(await cli.synth(deployArgs, options));
    if (/\[warning|\[error/i.test(output)) { throw new Error(`synthesis warns:\n${output}`); }
    const [template] = fs.readdirSync(path.join(folder, 'cdk.out')).filter(name => name.endsWith('.template.json'));
    const { Resources: resources } = JSON.parse(fs.readFileSync(path.join(folder, 'cdk.out', template), 'utf8')) as { Resources: Record<string, { Type: string }> };

    say(`npx cdk deploy ${deploy}`);
    const deployed = succeeded(await cli.deploy(deployArgs, options));
    const uri = Object.values(deployed.outputs)[0].OutputUri;
    const exported = (await exportedRecords(client, uri)).rows;

    say(`${uri} holds ${exported.length} records. npx cdk destroy ${deploy}`);
    succeeded(await cli.destroy(deployArgs, options));

    return {
      cdkVersion: JSON.parse(fs.readFileSync(path.join(folder, 'node_modules', 'aws-cdk-lib', 'package.json'), 'utf8')).version,
      deployed: deployed.output,
      resourceTypes: Object.values(resources).map(({ Type }) => Type),
      records: {
        dataset: [bulk, put].flatMap(csv => (parse(csv, { fromLine: 2 }) as string[][]).map(row => row.join())),
        exported,
        afterwards: (await exportedRecords(client, uri)).rows,
      },
    };
  } finally {
    app?.remove();
    await localAws.stop();
  }
}

function typeCheck(folder: string, file: string): Pick<CliResult, 'exitCode' | 'output'> {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [path.join(REPOSITORY, 'node_modules', 'typescript', 'bin', 'tsc'), '--noEmit', '--strict', '--skipLibCheck', '--target', 'es2022', '--module', 'nodenext', file],
    { cwd: folder, encoding: 'utf8' },
  );
  return { exitCode: status ?? 1, output: `${stdout}${stderr}` };
}

function succeeded<T extends { readonly exitCode: number; readonly output: string }>(result: T): T {
  if (result.exitCode !== 0) { throw new Error(`exit code ${result.exitCode}:\n${result.output}`); }
  return result;
}

if (require.main === module) {
  let step = 0;
  walkAsNewUser(text => console.log(`\n${++step}. ${text}`)).then(({ records: { dataset, exported, afterwards } }) => {
    const sorted = (rows: string[]) => JSON.stringify([...rows].sort());
    if (sorted(exported) === sorted(dataset) && sorted(afterwards) === sorted(dataset)) {
      console.log(`\nThe export holds the ${dataset.length} records of the dataset, and still does after cdk destroy.`);
      return;
    }
    console.error(`\nThe dataset holds ${dataset.length} records, but ${exported.length} were exported, and ${afterwards.length} were left after cdk destroy.`);
    process.exitCode = 1;
  }, error => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  });
}

/**
 * `node --import tsx tools/nightly-backup-demo.ts`: the nightly-backup example, deployed by the real CDK CLI to local AWS,
 * on a schedule that does not wait for the night; prints the reports of two runs.
 */
import { LocalAwsProcess } from './deployments/local-aws-process';
import { SPEED, deployHourly, runs, seedMovies } from './deployments/nightly-backup';

async function main(): Promise<void> {
  const localAws = await LocalAwsProcess.start({ speed: SPEED });
  try {
    await seedMovies(localAws.client);
    const { exitCode } = await deployHourly(localAws, text => process.stdout.write(text));
    if (exitCode !== 0) { throw new Error(`cdk deploy ended with ${exitCode}`); }
    for (const { name, status, output, error, cause } of await runs(localAws.client, 2)) {
      console.log(`\nRun ${name}: ${status}`);
      console.log(output === undefined ? `${error}: ${cause}` : JSON.stringify(JSON.parse(output), undefined, 2));
    }
  } finally {
    await localAws.stop();
  }
}

main().catch(error => {
  console.error(error);
  process.exitCode = 1;
});

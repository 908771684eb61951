/**
 * The command line. Starts local AWS; prints one line of JSON (`Ready` in wire.ts) or, with --exports, what to run in a shell; serves until
 * SIGTERM, SIGINT or, with --watch-stdin, the end of standard input.
 */
import { parseArgs } from 'util';
import { LocalAws } from './local-aws';
import { PROFILES, type ProfileName } from './profile';
import type { Ready } from './wire';

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      'port': { type: 'string' },
      'speed': { type: 'string' },
      'region': { type: 'string' },
      'data': { type: 'string' },
      'profile': { type: 'string' },
      'exports': { type: 'boolean' },
      'watch-stdin': { type: 'boolean' },
    },
  });
  const local = await LocalAws.start({
    port: number('port', values.port),
    speed: number('speed', values.speed),
    region: values.region,
    dataFile: values.data,
    profile: profile(values.profile),
  });

  let stopping = false;
  const stop = (): void => {
    if (!stopping) {
      stopping = true;
      void local.stop().finally(() => process.exit(0));
    }
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  if (values['watch-stdin']) {
    // it ends with the process that started it, however that ends
    process.stdin.on('end', stop).on('close', stop).resume();
  }
  process.stdout.write(`${values.exports ? exportLines(local.ready()) : JSON.stringify(local.ready())}\n`);
}

/** Commands that make a shell use local AWS and no other AWS. */
function exportLines({ endpoint, account, region, env }: Ready): string {
  return [
    `# Local AWS runs until Ctrl+C: account ${account}, bootstrapped for the CDK in ${region}. In another shell:`,
    'unset AWS_PROFILE AWS_SESSION_TOKEN', // they take precedence over the keys below
    ...Object.entries(env).map(([name, value]) => `export ${name}=${value}`),
    `# Then: npx cdk deploy. For faults and what happened behind it see local-aws/README.md, for example: curl ${endpoint}/_local-aws/calls`,
  ].join('\n');
}

function number(name: string, text: string | undefined): number | undefined {
  if (text === undefined) { return undefined; }
  if (!/^\d+(\.\d+)?$/.test(text)) { throw new Error(`--${name} must be a number, not ${text}`); }
  return Number(text);
}

function profile(text: string | undefined): ProfileName | undefined {
  if (text !== undefined && !Object.hasOwn(PROFILES, text)) { throw new Error(`--profile must be one of ${Object.keys(PROFILES).join(', ')}, not ${text}`); }
  return text as ProfileName | undefined;
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
});

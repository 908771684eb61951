/**
 * Command line: starts local AWS, prints one line of JSON (`Ready`, wire.ts) and serves until SIGTERM, SIGINT or, with
 * --watch-stdin, until standard input closes.
 */
import { parseArgs } from 'node:util';
import { LocalAws } from './local-aws';

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      'port': { type: 'string' },
      'speed': { type: 'string' },
      'region': { type: 'string' },
      'data': { type: 'string' },
      'watch-stdin': { type: 'boolean' },
    },
  });
  const local = await LocalAws.start({
    port: number('port', values.port),
    speed: number('speed', values.speed),
    region: values.region,
    dataFile: values.data,
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
    // so that it ends with whoever started it, however that ended
    process.stdin.on('end', stop).on('close', stop).resume();
  }
  process.stdout.write(`${JSON.stringify(local.ready())}\n`);
}

function number(name: string, text: string | undefined): number | undefined {
  if (text === undefined) {
    return undefined;
  }
  if (!/^\d+(\.\d+)?$/.test(text)) {
    throw new Error(`--${name} must be a number, not ${text}`);
  }
  return Number(text);
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
});

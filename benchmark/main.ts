/** `npm run bench` measures everything and writes docs/benchmarks.md. `npm run bench -- --short` compares the counted figures with counted.json, `-- --accept` writes them there. */
import * as os from 'os';
import { parseArgs } from 'util';
import { crowd } from './areas/crowd';
import { crowdOfPeers } from './areas/crowd-of-peers';
import { exchanges, recordedDelays, simulatedDelays } from './areas/deployment';
import { handler } from './areas/handler';
import { size } from './areas/size';
import { synthTimes } from './areas/synth-time';
import { recordedWaits } from './areas/waiting';
import { Compiled } from './compiled';
import { accept, baseline, counted, CROWD_SERVICE_SECONDS, regressions } from './counted';
import type { Measurements } from './measurements';
import { peers } from './peers';
import { writeReport } from './report';
import { targets } from './targets';
import * as library from '../src';

const CROWD_SECONDS = [CROWD_SERVICE_SECONDS, 60, 600];

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { short: { type: 'boolean' }, accept: { type: 'boolean' } } });
  if (values.accept) {
    accept(await counted());
  } else if (values.short) {
    await compare();
  } else {
    await measure();
  }
}

async function compare(): Promise<void> {
  const now = await counted(baseline());
  console.log(JSON.stringify(now, undefined, 2));
  const worse = regressions(baseline(), now);
  if (worse.length > 0) { throw new Error(`${worse.join('\n')}\nIf that is what you want: npm run bench -- --accept`); }
}

async function measure(): Promise<void> {
  const start = Date.now();
  const compiled = new Compiled();
  try {
    const sizes = await step('1. resources and template', async () => peers(library).map(peer => ({ id: peer.id, title: peer.title, size: size(peer) })));
    const synth = await step('2. synthesis', async () => synthTimes(compiled, Object.fromEntries(sizes.map(peer => [peer.id, peer.size.most.jobs]))));
    const areas = {
      peers: sizes.map(peer => ({ ...peer, synth: synth[peer.id]! })),
      handler: await step('3. handler', async () => handler(compiled)),
      exchanges: await step('4. deployments, service time zero', exchanges),
      recordedDelays: await step('4. deployments, from ACTIVE to green', recordedDelays),
      simulatedDelays: await step('4. from ACTIVE to green, simulated', simulatedDelays),
      waiting: await step('5. waiting', recordedWaits),
      crowds: await step('6. 400 jobs, 5 at a time', async () => {
        const crowds = [];
        for (const inTurn of [true, false]) {
          for (const seconds of CROWD_SECONDS) { crowds.push(await crowd(seconds, inTurn)); }
        }
        return crowds;
      }),
      peerCrowds: await step('6. the peers, 5 at a time', crowdOfPeers),
      counted: await step('counted figures', async () => counted()),
    };
    const measurements: Measurements = { ...areas, machine: machine(), minutes: (Date.now() - start) / 60_000 };
    await writeReport(measurements);
    console.log(targets(measurements).map(({ what, target, found, met }) => `${met ? ' ' : '!'} ${what}: ${found} (${target})`).join('\n'));
  } finally {
    compiled.remove();
  }
}

async function step<T>(name: string, work: () => Promise<T>): Promise<T> {
  const start = Date.now();
  const result = await work();
  console.log(`${name}: ${Math.round((Date.now() - start) / 1000)} s`);
  return result;
}

function machine(): string {
  const { model } = os.cpus()[0]!;
  const memory = Math.round(os.totalmem() / 2 ** 30);
  return `${new Date().toISOString().slice(0, 10)}, ${os.cpus().length} cores (${model.trim()}), ${memory} GB, Node.js ${process.version}, ${os.type()}`;
}

main().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});

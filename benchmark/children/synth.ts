import * as fs from 'fs';
import * as os from 'os';
import * as path from 'path';
import { peers } from '../peers';
import { synthesizeTo } from '../synthesis';

/** Arguments: the library's folder, the peer, the number of jobs. Prints the time of one synthesis, after everything is loaded. */
const [, , library, id, jobs] = process.argv as [string, string, string, string, string];
const peer = peers(module.require(library)).find(candidate => candidate.id === id)!;
const outdir = fs.mkdtempSync(path.join(os.tmpdir(), 'synth-'));

const cpu = process.cpuUsage();
const start = performance.now();
synthesizeTo(outdir, peer, Number(jobs));
const wall = performance.now() - start;
const { user, system } = process.cpuUsage(cpu);

fs.rmSync(outdir, { recursive: true });
process.stdout.write(JSON.stringify({ cpuMs: (user + system) / 1000, wallMs: wall }));

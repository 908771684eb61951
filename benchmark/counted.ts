import * as fs from 'fs';
import * as path from 'path';
import { AT_A_TIME, crowd, JOBS } from './areas/crowd';
import { BUNDLE } from './areas/handler';
import { size } from './areas/size';
import { longWaitingCalls, waitingCalls } from './areas/waiting';
import { namedJobsPeer, peers, type Peer } from './peers';
import { fits, mostJobs } from './synthesis';
import * as library from '../src';

/** The figures that are counted, not timed, and so are the same on every machine. CI compares them with counted.json (test/package/counted.test.ts). */
export interface Counted {
  readonly firstJobResources: number;
  readonly marginalResources: number;
  readonly firstJobBytes: number;
  readonly marginalBytes: number;
  readonly marginalMinifiedBytes: number;
  readonly mostJobs: number;
  readonly mostNamedJobs: number;
  readonly bundleBytes: number;
  readonly describesPerWaitingHour: number;
  readonly otherCallsPerWaitingHour: number;
  readonly lambdaInvocationsPerWaitingHour: number;
  readonly describesPerLongWaitingHour: number;
  readonly otherCallsPerLongWaitingHour: number;
  readonly lambdaInvocationsPerLongWaitingHour: number;
  readonly crowdCalls: number;
  readonly crowdSeconds: number;
  readonly crowdLostJobs: number;
  readonly crowdInTurnCalls: number;
  readonly crowdInTurnSeconds: number;
  readonly crowdInTurnLostJobs: number;
}

export const BASELINE = path.join(__dirname, 'counted.json');
/** Short enough for 400 jobs, 5 at a time, to be done within the time limit of a custom resource. */
export const CROWD_SERVICE_SECONDS = 30;
/** What 400 such jobs take at least. */
export const LEAST_SECONDS = JOBS / AT_A_TIME * CROWD_SERVICE_SECONDS;

/** More of these is better; of all others, less is. */
const MORE_IS_BETTER: readonly (keyof Counted)[] = ['mostJobs', 'mostNamedJobs'];
/** Another property or a fix of the handler makes a template or the bundle a little longer: that is no regression yet. */
const TOLERANCE_OF_BYTES = 1.05;

export function baseline(): Counted {
  return JSON.parse(fs.readFileSync(BASELINE, 'utf8')) as Counted;
}

/** @param expected tried first, because it takes many syntheses to find the most jobs */
export async function counted(expected: Partial<Pick<Counted, 'mostJobs' | 'mostNamedJobs'>> = {}): Promise<Counted> {
  const [peer] = peers(library) as [ReturnType<typeof peers>[number]];
  const mostOf = (some: Peer, first?: number) => (first !== undefined && fits(some, first) ? first : mostJobs(some));
  const most = mostOf(peer, expected.mostJobs);
  const { first, marginal, second } = size(peer, most);
  const [short, long] = [await waitingCalls(), await longWaitingCalls()];
  const many = await crowd(CROWD_SERVICE_SECONDS, false);
  const inTurn = await crowd(CROWD_SERVICE_SECONDS, true);
  return {
    firstJobResources: first.resources,
    marginalResources: second.resources,
    firstJobBytes: first.bytes,
    marginalBytes: Math.ceil(marginal.bytes),
    marginalMinifiedBytes: Math.ceil(marginal.minifiedBytes),
    mostJobs: most,
    mostNamedJobs: mostOf(namedJobsPeer(library), expected.mostNamedJobs),
    bundleBytes: fs.statSync(BUNDLE).size,
    describesPerWaitingHour: short.describes,
    otherCallsPerWaitingHour: short.otherCalls,
    lambdaInvocationsPerWaitingHour: short.lambdaInvocations,
    describesPerLongWaitingHour: long.describes,
    otherCallsPerLongWaitingHour: long.otherCalls,
    lambdaInvocationsPerLongWaitingHour: long.lambdaInvocations,
    crowdCalls: many.calls.total,
    crowdSeconds: Math.ceil(many.seconds),
    crowdLostJobs: many.lost + many.failed,
    crowdInTurnCalls: inTurn.calls.total,
    crowdInTurnSeconds: Math.ceil(inTurn.seconds),
    crowdInTurnLostJobs: inTurn.lost + inTurn.failed,
  };
}

/** What got worse. What got better passes: `--accept` keeps it. */
export function regressions(before: Counted, now: Counted): string[] {
  const worse = (name: keyof Counted) => MORE_IS_BETTER.includes(name)
    ? now[name] < before[name]
    : now[name] > before[name] * (name.endsWith('Bytes') ? TOLERANCE_OF_BYTES : 1);
  return (Object.keys(before) as (keyof Counted)[]).filter(worse).map(name => `${name} was ${before[name]}, is ${now[name]}`);
}

export function accept(now: Counted): void {
  fs.writeFileSync(BASELINE, `${JSON.stringify(now, undefined, 2)}\n`);
}

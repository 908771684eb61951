import * as path from 'path';
import type { Compiled } from '../compiled';
import { inFreshProcess, interleaved } from '../fresh-process';
import { median, powerLawExponent } from '../statistics';
import { SERIES } from './size';
import { REPOSITORY } from '../../tools/repository';

/** Area 2: processor time of a synthesis, in milliseconds. */
export interface SynthTime {
  readonly points: readonly { readonly jobs: number; readonly cpuMs: number; readonly wallMs: number }[];
  readonly first: number;
  /** from the first job to the most */
  readonly marginal: number;
  /** of the time of further jobs, over their number */
  readonly exponent: number;
}

/** Points at which further jobs take less than this part of the first are noise, and left out of the fit. */
const MEASURABLE = 0.1;

interface Sample {
  readonly cpuMs: number;
  readonly wallMs: number;
}

/** @param most the number of jobs of each peer that fit into a stack */
export function synthTimes(compiled: Compiled, most: Record<string, number>, rounds?: number): Record<string, SynthTime> {
  const script = compiled.script('synth');
  const library = path.join(REPOSITORY, 'lib');
  const samplers: Record<string, () => Sample> = {};
  const counts: Record<string, number[]> = {};
  for (const [id, count] of Object.entries(most)) {
    // one more point in the middle, so that there are three at least for the fit
    counts[id] = [...new Set([...SERIES.filter(jobs => jobs < count), Math.round(count / 2), count])].sort((a, b) => a - b);
    for (const jobs of counts[id]) {
      samplers[`${id} ${jobs}`] = () => inFreshProcess<Sample>(script, [library, id, String(jobs)], { env: { CDK_VALIDATION: 'false' } });
    }
  }
  const samples = interleaved(samplers, rounds);
  return Object.fromEntries(Object.entries(counts).map(([id, all]) => {
    const points = all.map(jobs => {
      const of = (name: keyof Sample) => median(samples[`${id} ${jobs}`]!.map(sample => sample[name]));
      return { jobs, cpuMs: of('cpuMs'), wallMs: of('wallMs') };
    });
    const [first, last] = [points[0]!, points[points.length - 1]!];
    return [id, {
      points,
      first: first.cpuMs,
      marginal: (last.cpuMs - first.cpuMs) / (last.jobs - first.jobs),
      exponent: powerLawExponent(points
        .filter(({ cpuMs }) => cpuMs - first.cpuMs >= MEASURABLE * first.cpuMs)
        .map(({ jobs, cpuMs }) => [jobs - first.jobs, cpuMs - first.cpuMs])),
    }];
  }));
}

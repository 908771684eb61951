import type { Peer } from '../peers';
import { mostJobs, synthesize } from '../synthesis';

/** Area 1: resources and bytes of the template. */
export interface SizeOfJobs {
  readonly jobs: number;
  readonly resources: number;
  readonly bytes: number;
  readonly minifiedBytes: number;
}

export interface Size {
  readonly first: SizeOfJobs;
  /** from the first job to the most */
  readonly marginal: { readonly resources: number; readonly bytes: number; readonly minifiedBytes: number };
  /** from the first job to the second, which leaves out what only many jobs need */
  readonly second: { readonly resources: number; readonly bytes: number; readonly minifiedBytes: number };
  readonly most: SizeOfJobs;
  /** 1, 10, 100 and the most, as far as they fit */
  readonly series: readonly SizeOfJobs[];
}

export const SERIES = [1, 10, 100];

export function size(peer: Peer, most = mostJobs(peer)): Size {
  const ofJobs = (jobs: number): SizeOfJobs => ({ jobs, ...synthesize(peer, jobs) });
  const series = [...SERIES.filter(jobs => jobs < most), most].map(ofJobs);
  const first = series[0]!;
  const last = series[series.length - 1]!;
  const perJob = (to: SizeOfJobs) => {
    const by = (name: 'resources' | 'bytes' | 'minifiedBytes') => (to[name] - first[name]) / (to.jobs - first.jobs);
    return { resources: by('resources'), bytes: by('bytes'), minifiedBytes: by('minifiedBytes') };
  };
  return { first, marginal: perJob(last), second: perJob(ofJobs(2)), most: last, series };
}

import { POLL_SECONDS } from './areas/crowd';
import { LEAST_SECONDS } from './counted';
import { count, fixed } from './markdown';
import type { Measurements } from './measurements';

export interface Target {
  readonly what: string;
  readonly target: string;
  readonly found: string;
  readonly met: boolean;
}

export function targets({ peers, handler, counted }: Measurements): Target[] {
  const [own, ...others] = peers as [Measurements['peers'][number], ...Measurements['peers'][number][]];
  const { marginal, second, most } = own.size;
  const fastest = Math.min(...others.map(({ synth }) => synth.marginal));
  const load = handler.loads.bundle.cpuMs / handler.loads.sdk.cpuMs;
  const describes = 3600 / POLL_SECONDS;
  return [
    { what: 'resources of a marginal job', target: '1', found: fixed(second.resources, 0), met: second.resources === 1 },
    { what: 'template bytes of a marginal job', target: '≤ 1,100', found: count(marginal.bytes), met: marginal.bytes <= 1100 },
    { what: 'most jobs in a stack', target: '≥ 470', found: count(most.jobs), met: most.jobs >= 470 },
    {
      what: 'processor time of a marginal job at synthesis, against the fastest peer\'s',
      target: '< 1',
      found: fixed(own.synth.marginal / fastest, 2),
      met: own.synth.marginal < fastest,
    },
    { what: 'growth exponent of the synthesis', target: '≤ 1.1', found: fixed(own.synth.exponent, 2), met: own.synth.exponent <= 1.1 },
    { what: 'bytes of the handler\'s bundle', target: '≤ 400,000', found: count(handler.bundleBytes), met: handler.bundleBytes <= 400_000 },
    { what: 'its load time, against the unbundled SDK\'s', target: '≤ 1', found: fixed(load, 2), met: load <= 1 },
    {
      what: 'Describe calls per waiting hour and job', target: `≤ ${describes}`, found: count(counted.describesPerWaitingHour), met: counted.describesPerWaitingHour <= describes,
    },
    { what: 'other calls to services per waiting hour', target: '0', found: count(counted.otherCallsPerWaitingHour), met: counted.otherCallsPerWaitingHour === 0 },
    { what: 'calls for 400 jobs, 5 at a time, all at once, against those in turn', target: '≤ 4', found: fixed(counted.crowdCalls / counted.crowdInTurnCalls), met: counted.crowdCalls <= 4 * counted.crowdInTurnCalls },
    { what: 'time that they take, against the least possible', target: '≤ 1.25', found: fixed(counted.crowdSeconds / LEAST_SECONDS, 2), met: counted.crowdSeconds <= 1.25 * LEAST_SECONDS },
  ];
}

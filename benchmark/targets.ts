import { LEAST_SECONDS, type Counted } from './counted';
import { count, fixed } from './markdown';
import type { Measurements } from './measurements';

export interface Target {
  readonly what: string;
  readonly target: string;
  readonly found: string;
  readonly met: boolean;
}

/** What the counted figures must reach; test/package/counted.test.ts holds them to it. */
export function countedTargets(counted: Counted): Target[] {
  const most = (what: string, limit: number, value: number, show = count): Target => (
    { what, target: limit === 0 ? '0' : `≤ ${show(limit)}`, found: show(value), met: value <= limit });
  const ratio = (value: number) => fixed(value, 2);
  return [
    most('resources of a marginal job', 1, counted.marginalResources),
    // as many jobs as a stack holds would use 71% of the 1 MB that CloudFormation allows
    most('template bytes of a marginal job', 1500, counted.marginalBytes),
    { what: 'most jobs in a stack', target: '≥ 450', found: count(counted.mostJobs), met: counted.mostJobs >= 450 },
    most('bytes of the handler\'s bundle', 400_000, counted.bundleBytes),
    most('Describe calls per waiting hour and job', 120, counted.describesPerWaitingHour),
    most('other calls to services per waiting hour', 0, counted.otherCallsPerWaitingHour),
    most('jobs lost or failed, of 400, 5 at a time', 0, counted.crowdLostJobs + counted.crowdInTurnLostJobs),
    most('calls that they take all at once, against those in turn', 4, counted.crowdCalls / counted.crowdInTurnCalls, ratio),
    most('time that they take all at once, against the least possible', 1.25, counted.crowdSeconds / LEAST_SECONDS, ratio),
  ];
}

export function targets({ peers, handler, counted }: Measurements): Target[] {
  const [own, ...others] = peers as [Measurements['peers'][number], ...Measurements['peers'][number][]];
  const fastest = Math.min(...others.map(({ synth }) => synth.marginal));
  const load = handler.loads.bundle.cpuMs / handler.loads.sdk.cpuMs;
  return [
    ...countedTargets(counted),
    {
      what: 'processor time of a marginal job at synthesis, against the fastest peer\'s',
      target: '< 1',
      found: fixed(own.synth.marginal / fastest, 2),
      met: own.synth.marginal < fastest,
    },
    { what: 'growth exponent of the synthesis', target: '≤ 1.1', found: fixed(own.synth.exponent, 2), met: own.synth.exponent <= 1.1 },
    { what: 'load time of the bundle, against the unbundled SDK\'s', target: '≤ 1', found: fixed(load, 2), met: load <= 1 },
  ];
}

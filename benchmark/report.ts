import * as fs from 'fs';
import * as path from 'path';
import { JOBS as CROWD_JOBS, POLL_SECONDS, type Crowd } from './areas/crowd';
import { CROWD_SERVICE_SECONDS } from './counted';
import { SAMPLES } from './fresh-process';
import { count, fixed, ratio, seconds, table } from './markdown';
import type { Measurements } from './measurements';
import { NAME_LENGTH } from './peers';
import { drawCrowds, drawDelays, drawLoads, drawSizes, drawSynthTimes } from './plots';
import { ASSUMED_MS, PRICES } from './prices';
import { targets } from './targets';
import { REPOSITORY } from '../tools/repository';

const FILE = path.join(REPOSITORY, 'docs', 'benchmarks.md');

/** Writes docs/benchmarks.md and its pictures: every figure is this run's. */
export async function writeReport(all: Measurements): Promise<void> {
  const sections = [
    intro(all), await sizes(all), await synthTimes(all), await handler(all), await deployment(all), waiting(all), await crowd(all), method(),
  ];
  fs.writeFileSync(FILE, `${sections.join('\n\n')}\n`);
}

function intro(all: Measurements): string {
  const rows = targets(all).map(({ what, target, found, met }) => [what, target, found, met ? 'yes' : '**no**']);
  return `# Benchmarks

Written by \`npm run bench\` in ${fixed(all.minutes, 0)} minutes: ${all.machine}. Do not edit. Nothing has been verified against live AWS: stacks are deployed to the local AWS of this
repository, and prices are list prices.

This library is compared with the other ways to export a dataset from a CDK app, each written as its users write it ([benchmark/peers](../benchmark/peers)):

- **AwsCustomResource**: calls CreateDatasetExportJob. It does not wait for the job and does not report whether it fails.
- **Hand-written Provider**: onEvent and isComplete for each job, as in tutorials, with the CDK's defaults.
- **Step Functions by hand**: a state machine for each job, started by an AwsCustomResource. The deployment does not wait for it.

All have the same destination (bucket, key, service role and their policies), and each job exports its own dataset. Ratios are relative to this library: 2.00× is twice as much.

## Targets

${table(['', 'target', 'found', 'met'], rows)}

${notes(all)}`;
}

function notes(all: Measurements): string {
  const [{ size }] = all.peers as [Measurements['peers'][number]];
  const policies = size.most.resources - size.first.resources - (size.most.jobs - 1);
  return `In the largest stack, ${policies} resources are managed policies: the functions' role may export the datasets of the stack and no others, and ${size.most.jobs} ARNs do not fit into the
role itself. IAM allows ten per role. ${count(all.counted.mostNamedJobs)} jobs with tags and a \`jobName\` of ${NAME_LENGTH} characters each also stay within IAM's quotas, because their policies are shortened
([permissions.md](permissions.md#stacks-with-hundreds-of-jobs)). Bytes are those of the file that the CLI uploads, with the CDK's indentation; without it, a marginal job takes
${count(size.marginal.minifiedBytes)} bytes. The largest stack uses ${fixed(100 * size.most.bytes / 1e6, 0)}% of the 1 MB that CloudFormation allows.`;
}

async function sizes({ peers }: Measurements): Promise<string> {
  const [own] = peers as [Measurements['peers'][number]];
  const columns = [1, 10, 100] as const;
  const at = (jobs: number, peer: Measurements['peers'][number]) => peer.size.series.find(entry => entry.jobs === jobs);
  return `## 1. Resources and template

${table(['', 'ratio, resources of a marginal job', 'ratio, its bytes', 'most jobs in a stack'], peers.map(({ title, size: { marginal, most } }) => [
  title, ratio(marginal.resources, own.size.marginal.resources), ratio(marginal.bytes, own.size.marginal.bytes), count(most.jobs),
]))}

${table(['resources', ...columns.map(jobs => `${jobs} ${jobs === 1 ? 'job' : 'jobs'}`), 'marginal job', 'the most'], peers.map(peer => [
  peer.title, ...columns.map(jobs => at(jobs, peer)?.resources ?? '–'), fixed(peer.size.marginal.resources, 2),
  `${peer.size.most.resources} (${peer.size.most.jobs} jobs)`,
]))}

${table(['template bytes', ...columns.map(jobs => `${jobs} ${jobs === 1 ? 'job' : 'jobs'}`), 'marginal job', 'without indentation', 'the most'], peers.map(peer => [
  peer.title,
  ...columns.map(jobs => { const entry = at(jobs, peer); return entry ? count(entry.bytes) : '–'; }),
  count(peer.size.marginal.bytes), count(peer.size.marginal.minifiedBytes), count(peer.size.most.bytes),
]))}

${await drawSizes(peers)}

A marginal job is the mean of all jobs after the first, in the largest stack. With one more job, the CDK refuses that stack.`;
}

async function synthTimes({ peers }: Measurements): Promise<string> {
  const [own] = peers as [Measurements['peers'][number]];
  const jobs = [1, 10, 100];
  return `## 2. Synthesis

${table(['', 'ratio, first job', 'ratio, marginal job', 'growth exponent'], peers.map(({ title, synth }) => [
  title, ratio(synth.first, own.synth.first), ratio(synth.marginal, own.synth.marginal), fixed(synth.exponent, 2),
]))}

${table(['processor time', ...jobs.map(value => `${value} ${value === 1 ? 'job' : 'jobs'}`), 'marginal job', 'the most'], peers.map(({ title, synth }) => {
  const last = synth.points[synth.points.length - 1]!;
  return [
    title,
    ...jobs.map(value => { const point = synth.points.find(entry => entry.jobs === value); return point ? `${count(point.cpuMs)} ms` : '–'; }),
    `${fixed(synth.marginal, 1)} ms`, `${count(last.cpuMs)} ms (${last.jobs} jobs)`,
  ];
}))}

${await drawSynthTimes(peers.map(({ title, synth }) => ({ title, time: synth })))}

Each sample is a new process with the compiled library, measured from \`new App()\` to the written assembly, after loading aws-cdk-lib. The CDK's validation of templates is off
(\`CDK_VALIDATION=false\`). The growth exponent is b in a·n^b, fitted to the time that n further jobs add to the first.`;
}

async function handler({ handler: measured }: Measurements): Promise<string> {
  const { loads, polls, bundleBytes, awsCustomResourceBytes } = measured;
  const own = loads.bundle;
  return `## 3. The handler

${table(['loaded in a new process', 'ratio, processor time', 'ratio, memory', 'processor time', 'real time', 'memory added', 'resident memory'], Object.values(loads).map(load => [
  load.title, ratio(load.cpuMs, own.cpuMs), ratio(load.addedRssBytes, own.addedRssBytes),
  `${fixed(load.cpuMs)} ms`, `${fixed(load.wallMs)} ms`, `${fixed(load.addedRssBytes / 1e6)} MB`, `${fixed(load.rssBytes / 1e6)} MB`,
]))}

${await drawLoads(measured)}

The bundle has ${count(bundleBytes)} bytes; AwsCustomResource's handler has ${count(awsCustomResourceBytes)} and uses the SDK of the Lambda runtime.

${table(['one poll', 'later, processor time', 'later, real time', 'first, processor time', 'first, real time'], Object.values(polls).map(poll => [
  poll.title, `${fixed(poll.later.cpuMs, 2)} ms`, `${fixed(poll.later.wallMs, 2)} ms`, `${fixed(poll.first.cpuMs)} ms`, `${fixed(poll.first.wallMs)} ms`,
]))}

A poll is one call of isComplete for a job in progress, with an HTTP server on the same machine that answers at once. The first poll of a process also connects. AwsCustomResource does not poll.`;
}

async function deployment({ exchanges, recordedDelays, simulatedDelays }: Measurements): Promise<string> {
  const [own] = exchanges as [Measurements['exchanges'][number]];
  return `## 4. A deployment

The time from CloudFormation's request for the job to the answer, when the job itself takes no time: ${SAMPLES} deployments of each by the real CDK CLI to local AWS, in real time, with cold functions.

${table(['', 'ratio', 'median', 'calls', 'waits for the job'], exchanges.map(({ title, seconds: value, waits, calls }) => [
  title, ratio(value, own.seconds), seconds(value), fixed(calls), waits ? 'yes' : 'no',
]))}

Calls are those of functions and state machines to services. They include functions that invoke functions, but not state machines that invoke functions.

How long it takes from ACTIVE to the answer to CloudFormation:

${table(['poll interval', 'median', 'longest', 'recorded, median', 'recorded, longest'], simulatedDelays.map(({ pollSeconds, median, longest }) => {
  const recorded = recordedDelays.find(delay => delay.pollSeconds === pollSeconds);
  return [`${pollSeconds} s`, seconds(median), seconds(longest), recorded ? seconds(recorded.median) : '–', recorded ? seconds(recorded.longest) : '–'];
}))}

${await drawDelays(simulatedDelays)}

The first two columns are the handler's code in simulated time, with 101 jobs that end at different moments between two polls. The last two are deployments to local AWS in real time, with ${SAMPLES} jobs each.`;
}

function waiting({ waiting: hours, counted }: Measurements): string {
  const [own] = hours as [Measurements['waiting'][number]];
  return `## 5. An hour of waiting

For one job, recorded in a deployment to local AWS: 20 simulated minutes, times three. Processes take some of the simulated time, so there may be fewer polls than the interval allows.

${table(['', 'ratio, cost', 'polls', 'Describe calls', 'other calls', 'Lambda invocations', 'GB-seconds', 'state transitions', 'US dollars'], hours.map(hour => [
  hour.title, ratio(hour.usd, own.usd), count(hour.polls), count(hour.describes), count(hour.otherCalls), count(hour.lambdaInvocations),
  fixed(hour.gbSeconds), count(hour.stateTransitions), fixed(hour.usd, 4),
]))}

AwsCustomResource does not wait. By the CDK's defaults, the hand-written Provider polls every 5 seconds and gives up after half an hour.

The exact figures, from the handler's code in simulated time: ${counted.describesPerWaitingHour} Describe calls an hour at the default poll interval of ${POLL_SECONDS} seconds, ${counted.otherCallsPerWaitingHour} other calls to services,
${counted.lambdaInvocationsPerWaitingHour} Lambda invocations. A job of three hours has ${counted.describesPerLongWaitingHour}, ${counted.otherCallsPerLongWaitingHour} and ${counted.lambdaInvocationsPerLongWaitingHour}: each further resource polls once more.

State transitions are calculated from the polls: one retry of a state in the Provider framework, three states in the state machine by hand. GB-seconds are calculated from the polls, the functions' memory and
the assumption that Lambda bills ${ASSUMED_MS.handler} ms for the handler and ${ASSUMED_MS.framework} ms for the framework's function that waits for it.

${table(['list price, us-east-1', 'US dollars', 'source', 'date'], Object.values(PRICES).map(({ usd, per, source, date }) => [per, usd.toFixed(10).replace(/0+$/, ''), source, date]))}`;
}

async function crowd({ crowds, peerCrowds }: Measurements): Promise<string> {
  const short = crowds.filter(({ serviceSeconds }) => serviceSeconds === CROWD_SERVICE_SECONDS);
  const [inTurn, atOnce] = [true, false].map(turns => short.find(result => result.inTurn === turns)!) as [Crowd, Crowd];
  const long = crowds.filter(result => result.inTurn).at(-1)!;
  return `## 6. ${CROWD_JOBS} jobs, ${inTurn.atATime} at a time

One stack, a service that refuses the sixth job, and the default poll interval of ${POLL_SECONDS} seconds: the handler's code in simulated time, its polls spread over two processes. First in turn, as
CloudFormation starts the jobs of a stack (\`maxConcurrency\` of the provider, by default ${inTurn.atATime}). Then all at once, as when the jobs of other stacks use up the limit.

${table(['jobs start', 'a job takes', 'done', 'timed out', 'lost', 'calls', 'wasted', 'Create', 'Describe', 'DescribeStacks', 'last one done after', 'least possible', 'most DescribeStacks a second'], crowds.map(result => [
  result.inTurn ? 'in turn' : 'all at once', `${result.serviceSeconds} s`, result.succeeded, result.failed, result.lost, count(result.calls.total), count(result.wasted),
  count(result.calls.create), count(result.calls.describe), count(result.calls.describeStacks),
  `${fixed(result.seconds / 60)} min`, `${fixed(result.leastSeconds / 60)} min`, fixed(result.describeStacksPerSecond),
]))}

${await drawCrowds(crowds)}

Wasted calls are a Create that was refused, the DescribeStacks before it, and a Describe of a job that did not exist yet. A lost job is one that no resource names, or that two resources share:
${crowds.some(({ lost }) => lost > 0) ? '**there are some**' : 'there is none'}. DescribeStacks per second is the average of the busiest poll interval.

In turn, the \`timeout\` of a job starts with its turn: ${long.succeeded} of ${long.jobs} jobs of ${fixed(long.serviceSeconds / 60, 0)} minutes are done after ${fixed(long.seconds / 3600)} hours. All at once takes ${fixed(atOnce.calls.total / inTurn.calls.total)} times as many calls
and ${fixed(atOnce.seconds / atOnce.leastSeconds, 2)} times the least possible time. A custom resource can wait for 55 minutes, so ${atOnce.jobs} jobs, ${atOnce.atATime} at a time, may take ${fixed(55 * 60 / Math.ceil(atOnce.jobs / atOnce.atATime), 0)} seconds each. If they take longer,
the others time out with a message that says so, and the deployment fails.

The price of taking turns: in a rollback, updated jobs take turns too, with one step of the framework each. A deletion calls no function and waits for nothing.

The others, deployed to local AWS with ${peerCrowds[0]!.jobs} jobs, because most of them cannot have ${CROWD_JOBS}:

${table(['', 'deployment', 'jobs started', 'jobs done', 'reasons of failed jobs'], peerCrowds.map(({ title, jobs, green, started, active, reasons }) => [
  title, green ? 'green' : 'failed', `${started} of ${jobs}`, `${active} of ${jobs}`, reasons.join('; '),
]))}

When a deployment fails, its rollback removes the policies that running jobs still need.`;
}

function method(): string {
  return `## How

\`\`\`sh
npm run bench             # measures everything, writes this page and its pictures
npm run bench -- --short  # compares the counted figures with benchmark/counted.json, as CI does (test/package/counted.test.ts)
npm run bench -- --accept # writes the counted figures to benchmark/counted.json
\`\`\`

Times are medians of ${SAMPLES} samples, peers in turn, so that other work on the machine affects all of them alike, and processor time (user and system) where possible. CI fails when a counted figure
(resources, calls, jobs) gets worse or bytes grow by more than 5%, but never because of a time.`;
}

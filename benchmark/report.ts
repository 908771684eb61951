import * as fs from 'fs';
import * as path from 'path';
import { JOBS as CROWD_JOBS, POLL_SECONDS, type Crowd } from './areas/crowd';
import { CROWD_SERVICE_SECONDS } from './counted';
import { REPOSITORY, SAMPLES } from './fresh-process';
import { count, fixed, ratio, seconds, table } from './markdown';
import type { Measurements } from './measurements';
import { NAME_LENGTH } from './peers';
import { drawCrowds, drawDelays, drawLoads, drawSizes, drawSynthTimes } from './plots';
import { ASSUMED_MS, PRICES } from './prices';
import { targets } from './targets';

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

Written by \`npm run bench\` in one run of ${fixed(all.minutes, 0)} minutes: ${all.machine}. Do not edit. Not verified against live AWS: deployments went to the local
AWS of this repository, and prices are list prices.

This library is compared with what else can export a dataset from a CDK app, each written as its users write it ([benchmark/peers](../benchmark/peers)):

- **AwsCustomResource** that calls CreateDatasetExportJob. It does not wait for the job and does not learn how it ends.
- a **hand-written Provider** with onEvent and isComplete for each job, as tutorials show it, with the CDK's defaults.
- **Step Functions by hand**: a state machine for each job, started by an AwsCustomResource. The deployment does not wait for it.

All have the same destination (bucket, key, service role, their policies), and each job exports a dataset of its own. Ratios are to this library: 2.00× is twice as much.

## Targets

${table(['', 'target', 'found', 'met'], rows)}

${notes(all)}`;
}

function notes(all: Measurements): string {
  const [{ size }] = all.peers as [Measurements['peers'][number]];
  const policies = size.most.resources - size.first.resources - (size.most.jobs - 1);
  return `The ${policies} resources that are no jobs at the end of the series are managed policies: the functions' role may export the datasets of the stack and no others, and ${size.most.jobs}
of their ARNs do not fit into the role itself. IAM lets a role have ten. ${count(all.counted.mostNamedJobs)} jobs with tags and a \`jobName\` of ${NAME_LENGTH} characters each are within its quotas
as well: from some number on, their policies are shorter, as [permissions.md](permissions.md#stacks-with-hundreds-of-jobs) says. The bytes are those of the file that the CLI uploads, with the CDK's indentation: without it, the marginal job has
${count(size.marginal.minifiedBytes)} bytes. CloudFormation allows a template of 1 MB, which the most jobs use ${fixed(100 * size.most.bytes / 1e6, 0)}% of.`;
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

The marginal job is the mean from the first to the most. The most was tried: one more job, and the CDK refuses the stack.`;
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

A fresh process for each sample, with the compiled library, measured from \`new App()\` to the written assembly; loading aws-cdk-lib comes before. The CDK's check of
templates against schemas is off (\`CDK_VALIDATION=false\`). The exponent b is that of a·n^b, fitted to what n further jobs take on top of the first.`;
}

async function handler({ handler: measured }: Measurements): Promise<string> {
  const { loads, polls, bundleBytes, awsCustomResourceBytes } = measured;
  const own = loads.bundle;
  return `## 3. The handler

${table(['loaded in a fresh process', 'ratio, processor time', 'ratio, memory', 'processor time', 'real time', 'memory added', 'resident memory'], Object.values(loads).map(load => [
  load.title, ratio(load.cpuMs, own.cpuMs), ratio(load.addedRssBytes, own.addedRssBytes),
  `${fixed(load.cpuMs)} ms`, `${fixed(load.wallMs)} ms`, `${fixed(load.addedRssBytes / 1e6)} MB`, `${fixed(load.rssBytes / 1e6)} MB`,
]))}

${await drawLoads(measured)}

The bundle has ${count(bundleBytes)} bytes, AwsCustomResource's handler ${count(awsCustomResourceBytes)}, to which comes the SDK of the Lambda runtime.

${table(['one poll', 'later, processor time', 'later, real time', 'first, processor time', 'first, real time'], Object.values(polls).map(poll => [
  poll.title, `${fixed(poll.later.cpuMs, 2)} ms`, `${fixed(poll.later.wallMs, 2)} ms`, `${fixed(poll.first.cpuMs)} ms`, `${fixed(poll.first.wallMs)} ms`,
]))}

A poll is isComplete for a job in progress, at an HTTP server on the same machine that answers at once; the first one of a process also connects. AwsCustomResource has none.`;
}

async function deployment({ exchanges, recordedDelays, simulatedDelays }: Measurements): Promise<string> {
  const [own] = exchanges as [Measurements['exchanges'][number]];
  return `## 4. A deployment

What is between CloudFormation's request for the job and the answer, when the job itself takes no time: ${SAMPLES} deployments of each by the real CDK CLI to local AWS in real time,
all functions cold.

${table(['', 'ratio', 'median', 'calls', 'waits for the job'], exchanges.map(({ title, seconds: value, waits, calls }) => [
  title, ratio(value, own.seconds), seconds(value), fixed(calls), waits ? 'yes' : 'no',
]))}

The calls are those of the functions and state machines to services (invocations of functions by functions are among them, invocations by state machines are not).

How long after ACTIVE CloudFormation has the answer:

${table(['poll interval', 'median', 'longest', 'recorded, median', 'recorded, longest'], simulatedDelays.map(({ pollSeconds, median, longest }) => {
  const recorded = recordedDelays.find(delay => delay.pollSeconds === pollSeconds);
  return [`${pollSeconds} s`, seconds(median), seconds(longest), recorded ? seconds(recorded.median) : '–', recorded ? seconds(recorded.longest) : '–'];
}))}

${await drawDelays(simulatedDelays)}

The first two columns are the handler's own code in simulated time, with 101 jobs that end at different moments between two looks; the last two are deployments to local AWS in real time, ${SAMPLES} jobs
each, with processes that take their time.`;
}

function waiting({ waiting: hours, counted }: Measurements): string {
  const [own] = hours as [Measurements['waiting'][number]];
  return `## 5. An hour of waiting

For one job, recorded in a deployment to local AWS (20 simulated minutes, times three; processes take some of the simulated time, so that there are fewer looks than the interval has room for):

${table(['', 'ratio, cost', 'looks', 'Describe calls', 'other calls', 'Lambda invocations', 'GB-seconds', 'state transitions', 'US dollars'], hours.map(hour => [
  hour.title, ratio(hour.usd, own.usd), count(hour.looks), count(hour.describes), count(hour.otherCalls), count(hour.lambdaInvocations),
  fixed(hour.gbSeconds), count(hour.stateTransitions), fixed(hour.usd, 4),
]))}

AwsCustomResource does not wait. The hand-written Provider looks every 5 seconds by the CDK's default, and gives up after half an hour.

Exactly, by the handler's own code in simulated time: ${counted.describesPerWaitingHour} Describe calls an hour at the default poll interval of ${POLL_SECONDS} seconds, ${counted.otherCallsPerWaitingHour} other calls to services,
${counted.lambdaInvocationsPerWaitingHour} Lambda invocations. A job of three hours has ${counted.describesPerLongWaitingHour}, ${counted.otherCallsPerLongWaitingHour} and ${counted.lambdaInvocationsPerLongWaitingHour}: each resource that goes on waiting looks once more.

State transitions follow from the looks: one retry of a state in the Provider framework, three states in the state machine by hand. GB-seconds follow from the looks, the functions' memory, and an assumption:
that Lambda bills ${ASSUMED_MS.handler} ms for the handler and ${ASSUMED_MS.framework} ms for the framework's function that waits for it.

${table(['list price, us-east-1', 'US dollars', 'source', 'date'], Object.values(PRICES).map(({ usd, per, source, date }) => [per, usd.toFixed(10).replace(/0+$/, ''), source, date]))}`;
}

async function crowd({ crowds, peerCrowds }: Measurements): Promise<string> {
  const short = crowds.filter(({ serviceSeconds }) => serviceSeconds === CROWD_SERVICE_SECONDS);
  const [inTurn, atOnce] = [true, false].map(turns => short.find(result => result.inTurn === turns)!) as [Crowd, Crowd];
  const long = crowds.filter(result => result.inTurn).at(-1)!;
  return `## 6. ${CROWD_JOBS} jobs, ${inTurn.atATime} at a time

One stack, a service that refuses the sixth job, and the default poll interval of ${POLL_SECONDS} seconds; the handler's own code in simulated time, its looks spread over two processes. First as
a stack does it: CloudFormation lets a job begin when it is its turn (\`maxConcurrency\` of the provider, ${inTurn.atATime} unless it says otherwise). Then as if all began at once, which is what happens where
the jobs of other stacks take up the room.

${table(['jobs begin', 'a job takes', 'done', 'timed out', 'lost', 'calls', 'wasted', 'Create', 'Describe', 'DescribeStacks', 'last one done after', 'least possible', 'most DescribeStacks a second'], crowds.map(result => [
  result.inTurn ? 'in turn' : 'all at once', `${result.serviceSeconds} s`, result.succeeded, result.failed, result.lost, count(result.calls.total), count(result.wasted),
  count(result.calls.create), count(result.calls.describe), count(result.calls.describeStacks),
  `${fixed(result.seconds / 60)} min`, `${fixed(result.leastSeconds / 60)} min`, fixed(result.describeStacksPerSecond),
]))}

${await drawCrowds(crowds)}

Wasted is a Create that was refused, a Describe of a job that was not there yet, and the question whether the stack rolls back before a Create that was refused. Lost would be a job that no resource
names, or two resources with one job: ${crowds.some(({ lost }) => lost > 0) ? '**there are some**' : 'there is none'}. DescribeStacks a second are the average over the poll interval that has most of them.

In turn, the \`timeout\` of a job begins with its turn: ${long.succeeded} of ${long.jobs} jobs of ${fixed(long.serviceSeconds / 60, 0)} minutes are done, after ${fixed(long.seconds / 3600)} hours. All at once, ${fixed(atOnce.calls.total / inTurn.calls.total)} times as many calls
and ${fixed(atOnce.seconds / atOnce.leastSeconds, 2)} times the least possible time are needed; and a custom resource can wait for 55 minutes: ${atOnce.jobs} jobs, ${atOnce.atATime} at a time, may take ${fixed(55 * 60 / Math.ceil(atOnce.jobs / atOnce.atATime), 0)} seconds each. Where they take longer,
the rest times out, each with a message that says so, and the deployment fails.

What jobs in turn cost: a rollback brings the jobs that were updated back in turn too, one step of the framework each. A deletion waits for nothing, as it asks no function: jobs are retained, as
Personalize keeps them.

The others, deployed to local AWS with ${peerCrowds[0]!.jobs} jobs, as most of them cannot hold ${CROWD_JOBS}:

${table(['', 'deployment', 'jobs started', 'jobs done', 'what failed jobs say'], peerCrowds.map(({ title, jobs, green, started, active, reasons }) => [
  title, green ? 'green' : 'failed', `${started} of ${jobs}`, `${active} of ${jobs}`, reasons.join('; '),
]))}

Where a deployment fails, its rollback takes away the policies that jobs still need, if they are not done before.`;
}

function method(): string {
  return `## How

\`\`\`sh
npm run bench             # all of it, writes this file and its pictures
npm run bench -- --short  # what is counted, compared with benchmark/counted.json: the same as CI does (test/package/counted.test.ts)
npm run bench -- --accept # makes the counted figures the ones to compare with
\`\`\`

Medians of ${SAMPLES} samples, peers in turn, so that whatever else the machine does hits all alike. Processor time (user and system) rather than real time wherever that is possible. CI fails when a counted figure
(resources, calls) gets worse or bytes grow by more than 3%, never on a time.`;
}

import * as fs from 'fs';
import * as path from 'path';
import type { Crowd } from './areas/crowd';
import type { Delay } from './areas/deployment';
import type { Handler } from './areas/handler';
import type { Size } from './areas/size';
import type { SynthTime } from './areas/synth-time';
import { REPOSITORY } from '../tools/repository';

const FOLDER = path.join(REPOSITORY, 'docs', 'images');
/** With a contrast of at least 3 on white and on #0d1117: one file for light and dark pages. */
const COLORS = ['#1f83e0', '#cf6a12', '#2c9a45', '#a371f7'];
const TEXT = '#7a828e';
const LINES = '#7a828e55';

const CONFIG = {
  background: null,
  font: 'system-ui, sans-serif',
  title: { color: TEXT, fontSize: 14, anchor: 'start' },
  axis: { labelColor: TEXT, titleColor: TEXT, domainColor: TEXT, tickColor: TEXT, gridColor: LINES, labelFontSize: 11, titleFontSize: 12 },
  legend: { labelColor: TEXT, titleColor: TEXT, labelFontSize: 12, orient: 'bottom', title: null, columns: 2, labelLimit: 0, columnPadding: 24 },
  header: { labelColor: TEXT, titleColor: TEXT },
  view: { stroke: null },
  text: { color: TEXT },
};

const SIZE = { width: 560, height: 300 };

interface Plot {
  readonly name: string;
  readonly title: string;
  readonly spec: object;
}

/** Draws docs/images/benchmark-<name>.svg and returns the Markdown that shows it. */
export async function draw({ name, title, spec }: Plot): Promise<string> {
  const [vega, vegaLite] = [await import('vega'), await import('vega-lite')];
  const complete = { $schema: 'https://vega.github.io/schema/vega-lite/v6.json', title, ...SIZE, config: CONFIG, ...spec };
  const { spec: compiled } = vegaLite.compile(complete as unknown as Parameters<typeof vegaLite.compile>[0]);
  const svg = await new vega.View(vega.parse(compiled), { renderer: 'none' }).toSVG();
  fs.mkdirSync(FOLDER, { recursive: true });
  fs.writeFileSync(path.join(FOLDER, `benchmark-${name}.svg`), `${svg}\n`);
  return `![${title}](images/benchmark-${name}.svg)`;
}

export async function drawSizes(sizes: readonly { title: string; size: Size }[]): Promise<string> {
  const values = sizes.flatMap(({ title, size }) => size.series.map(({ jobs, resources }) => ({ peer: title, jobs, resources })));
  return draw({ name: 'resources', title: 'Resources of a stack, by jobs (a stack holds 500)', spec: lines(values, 'resources', 'resources', sizes.map(peer => peer.title)) });
}

export async function drawSynthTimes(times: readonly { title: string; time: SynthTime }[]): Promise<string> {
  const values = times.flatMap(({ title, time }) => time.points.map(({ jobs, cpuMs }) => ({ peer: title, jobs, seconds: cpuMs / 1000 })));
  return draw({ name: 'synth', title: 'Processor time of a synthesis, by jobs', spec: lines(values, 'seconds', 'seconds', times.map(peer => peer.title)) });
}

export async function drawLoads({ loads }: Handler): Promise<string> {
  const values = Object.values(loads)
    .map(({ short, cpuMs, addedRssBytes }) => ({ title: short, milliseconds: cpuMs, megabytes: addedRssBytes / 1e6 }));
  const bars = (field: string, title: string) => ({
    ...{ width: 250, height: 130 },
    mark: { type: 'bar', color: COLORS[0] },
    encoding: {
      y: { field: 'title', type: 'nominal', sort: null, axis: field === 'milliseconds' ? { title: null, labelLimit: 0, domain: false, ticks: false } : null },
      x: { field, type: 'quantitative', axis: { title } },
    },
  });
  return draw({
    name: 'load',
    title: 'Loading a handler in a fresh process',
    spec: { data: { values }, width: undefined, height: undefined, hconcat: [bars('milliseconds', 'processor time, ms'), bars('megabytes', 'memory added, MB')] },
  });
}

export async function drawDelays(simulated: readonly Delay[]): Promise<string> {
  const values = simulated.flatMap(({ pollSeconds, median, longest }) => [
    { pollSeconds, what: 'median', seconds: median }, { pollSeconds, what: 'longest', seconds: longest },
  ]);
  return draw({
    name: 'delay',
    title: 'From ACTIVE to a green resource, by poll interval',
    spec: {
      data: { values },
      mark: { type: 'line', point: { size: 50 }, strokeWidth: 2 },
      encoding: {
        x: { field: 'pollSeconds', type: 'quantitative', axis: { title: 'poll interval, s' } },
        y: { field: 'seconds', type: 'quantitative', axis: { title: 'seconds' } },
        color: { field: 'what', type: 'nominal', scale: { domain: ['median', 'longest'], range: COLORS } },
      },
    },
  });
}

export async function drawCrowds(crowds: readonly Crowd[]): Promise<string> {
  const values = crowds.flatMap(({ inTurn, serviceSeconds, calls: { total }, wasted }) => {
    const jobs = `${serviceSeconds} s, ${inTurn ? 'in turn' : 'all at once'}`;
    return [{ jobs, what: 'wasted', calls: wasted }, { jobs, what: 'useful', calls: total - wasted }];
  });
  return draw({
    name: 'crowd',
    title: 'Calls for 400 jobs, 5 at a time, by the time that a job takes',
    spec: {
      data: { values },
      mark: { type: 'bar' },
      encoding: {
        x: { field: 'jobs', type: 'ordinal', sort: null, axis: { title: 'time that a job takes', labelAngle: -20 } },
        y: { field: 'calls', type: 'quantitative', axis: { title: 'calls', format: '~s' } },
        color: { field: 'what', type: 'nominal', scale: { domain: ['wasted', 'useful'], range: [COLORS[1], COLORS[2]] } },
      },
    },
  });
}

function lines(values: object[], field: string, title: string, peers: readonly string[]): object {
  return {
    data: { values },
    mark: { type: 'line', point: { size: 50 }, strokeWidth: 2 },
    encoding: {
      x: { field: 'jobs', type: 'quantitative', axis: { title: 'jobs in the stack' } },
      y: { field, type: 'quantitative', axis: { title } },
      color: { field: 'peer', type: 'nominal', scale: { domain: peers, range: COLORS } },
    },
  };
}

/** `node --import tsx tools/docs/draw-resources.ts`: draws the resources of a stack with one job for the README. */
import { writeFileSync } from 'fs';
import { createRequire } from 'module';
import * as path from 'path';
import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { flowDot } from './flow-dot';
import { resourceGraph, type ResourceGraph } from './resource-graph';
import { PALETTES, resourcesDot } from './resources-dot';
import { Dataset, DatasetExportJob, IngestionMode } from '../../src';

export const FOLDER = path.join(__dirname, '..', '..', 'docs', 'images');

/** The stack of the README's simplest example. */
export function oneJob(): ResourceGraph {
  const stack = new Stack(new App({ context: { 'aws:cdk:enable-path-metadata': true } }), 'Movies');
  const dataset = Dataset.fromDatasetArn(stack, 'Dataset', 'arn:aws:personalize:eu-west-1:111122223333:dataset/movies/INTERACTIONS');
  new DatasetExportJob(stack, 'Export', { dataset, ingestionMode: IngestionMode.ALL });
  return resourceGraph(Template.fromStack(stack).toJSON() as Parameters<typeof resourceGraph>[0]);
}

/** The pictures, by file name. Graphviz runs as WebAssembly and without fonts, so they are the same on every machine. */
export async function pictures(): Promise<Record<string, string>> {
  const { instance } = createRequire(__filename)('@viz-js/viz') as { instance(): Promise<{ renderString(dot: string, options: { format: string }): string }> };
  const viz = await instance();
  const graph = oneJob();
  const draw = (dot: string) => forBrowsers(viz.renderString(dot, { format: 'svg' }));
  return Object.fromEntries(Object.entries(PALETTES).flatMap(([name, palette]) => [
    [`flow-${name}.svg`, draw(flowDot(palette))],
    [`resources-${name}.svg`, draw(resourcesDot(graph, palette))],
  ]));
}

function forBrowsers(svg: string): string {
  const [, width, height] = /viewBox="[\d.]+ [\d.]+ ([\d.]+) ([\d.]+)"/.exec(svg)!;
  return svg
    .replace(/^[^]*?<svg /, '<svg ')
    .replace(/<!--[^]*?-->\n/g, '')
    .replace(/<title>[^<]*<\/title>\n/g, '')
    .replace(/<g id="\w+" class="node">[^]*?<\/g>/g, centered)
    .replace(/width="[\d.]+pt" height="[\d.]+pt"/, `width="${Math.ceil(+width)}" height="${Math.ceil(+height)}"`)
    .replace(/font-family="[^"]*"/g, 'font-family="Arial, Helvetica, sans-serif"');
}

/** Graphviz places the texts of a box by the widths of its own font; the reader's may be narrower. */
function centered(node: string): string {
  const xs = [...node.matchAll(/([\d.]+),-?[\d.]+/g)].map(([, x]) => Number(x));
  const middle = (Math.min(...xs) + Math.max(...xs)) / 2;
  return node.replace(/text-anchor="start" x="[-\d.]+"/g, `text-anchor="middle" x="${middle.toFixed(2)}"`);
}

if (require.main === module) {
  void pictures().then(files => {
    for (const [name, svg] of Object.entries(files)) { writeFileSync(path.join(FOLDER, name), svg); }
  });
}

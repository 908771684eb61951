import type { Palette } from './resources-dot';

const FONT = 'fontname=Verdana';

/** From a deployment to a query, in Graphviz's language. */
export function flowDot({ background, text, quiet, line, groups: { job, destination, provider } }: Palette): string {
  const box = (id: string, [fill, border]: readonly [string, string], title: string, subtitle: string) => (
    `${id} [fillcolor="${fill}", color="${border}", label=<<b>${title}</b><br/><font point-size="11" color="${quiet}">${subtitle}</font>>]`);
  return [
    'digraph flow {',
    `graph [rankdir=LR, bgcolor="${background}", nodesep=0.5, ranksep=0.55, pad=0.15]`,
    `node [shape=box, style="rounded,filled", fontcolor="${text}", ${FONT}, fontsize=13, margin="0.16,0.1", height=0.75]`,
    `edge [color="${line}", fontcolor="${quiet}", ${FONT}, fontsize=11, arrowsize=0.7]`,
    box('deploy', job, 'cdk deploy', 'your stack'),
    box('lambda', provider, 'Lambda', 'starts the job, polls it'),
    box('personalize', job, 'Personalize', 'dataset export job'),
    box('s3', destination, 'S3', 'CSV, encrypted with KMS'),
    box('query', job, 'your query', 'Athena, DuckDB, pandas'),
    box('failure', ['transparent', line], 'the deployment fails', 'with Personalize\'s reason'),
    'deploy -> lambda [dir=both]',
    'lambda -> personalize [dir=both]',
    'personalize -> s3 [label="ACTIVE"]',
    's3 -> query',
    'personalize -> failure [label="CREATE FAILED"]',
    '}',
  ].join('\n');
}

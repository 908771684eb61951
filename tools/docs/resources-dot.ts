import type { Node, ResourceGraph } from './resource-graph';

export interface Palette {
  readonly background: string;
  readonly text: string;
  readonly quiet: string;
  readonly line: string;
  readonly faint: string;
  readonly box: string;
  readonly groups: Readonly<Record<Group, readonly [fill: string, border: string]>>;
}

type Group = 'job' | 'destination' | 'provider';

export const PALETTES: Record<'light' | 'dark', Palette> = {
  light: {
    background: '#ffffff',
    text: '#1f2328',
    quiet: '#59636e',
    line: '#59636e',
    faint: '#afb8c1',
    box: '#ffffff',
    groups: { job: ['#fff8e6', '#bf8700'], destination: ['#eaf6ec', '#1a7f37'], provider: ['#eef4fd', '#0969da'] },
  },
  dark: {
    background: '#0d1117',
    text: '#f0f6fc',
    quiet: '#9da7b3',
    line: '#9da7b3',
    faint: '#57606a',
    box: '#0d1117',
    groups: { job: ['#272215', '#d29922'], destination: ['#12261a', '#3fb950'], provider: ['#121d2f', '#4493f8'] },
  },
};

const TITLES: Record<Group, string> = {
  job: 'the job',
  destination: 'its destination',
  provider: 'the provider (one per stack)',
};

const PROVIDER = 'PersonalizeDatasetExportProvider/';
const DESTINATION = /^[^/]+\/Destination\//;

/** The widest sans-serif font that a reader may have: Graphviz measures texts with it. */
const FONT = 'fontname=Verdana';

/** The graph in Graphviz's language. */
export function resourcesDot(graph: ResourceGraph, palette: Palette): string {
  return [
    'digraph resources {',
    `graph [compound=true, rankdir=TB, bgcolor="${palette.background}", ${FONT}, fontsize=15, style="rounded,filled", ranksep=0.45, nodesep=0.3, labeljust=l]`,
    `node [shape=box, style="rounded,filled", fillcolor="${palette.box}", fontcolor="${palette.text}", ${FONT}, fontsize=13, margin="0.12,0.07"]`,
    `edge [color="${palette.line}", arrowsize=0.7]`,
    ...(Object.keys(TITLES) as Group[]).flatMap(group => groupLines(group, graph, palette)),
    ...arrows(graph, palette),
    '}',
  ].join('\n');
}

function groupLines(group: Group, { nodes }: ResourceGraph, palette: Palette): string[] {
  const [fill, border] = palette.groups[group];
  const node = (item: Node) => (
    `${item.id} [color="${border}", label=<${name(item)}<br/><font point-size="12" color="${palette.quiet}">${item.type}</font>>]`);
  return [
    `subgraph cluster_${group} {`,
    `margin=14; label="${TITLES[group]}"; fillcolor="${fill}"; color="${border}"; fontcolor="${border}"`,
    ...nodes.filter(item => groupOf(item) === group && item.runsAs === undefined).flatMap(item => {
      const content = nodes.filter(({ runsAs }) => runsAs === item.id);
      return content.length === 0 ? [node(item)] : [
        `subgraph cluster_${item.id} {`,
        `label=<<font point-size="12">${name(item)}</font>>; style="rounded,dashed"; color="${border}"; fontcolor="${palette.quiet}"`,
        ...content.map(node),
        '}',
      ];
    }),
    '}',
  ];
}

function arrows({ nodes, edges }: ResourceGraph, palette: Palette): string[] {
  const byId = new Map(nodes.map(node => [node.id, node]));
  // Graphviz draws edges between nodes, so a box is represented by a node in it
  const firstInBox = (id: string) => nodes.find(({ runsAs }) => runsAs === id)?.id;
  return edges.map(({ from, to, onlyOrder }) => {
    // drawn backwards, so that the groups are side by side
    const back = groupOf(byId.get(from)!) === 'provider' && groupOf(byId.get(to)!) === 'destination';
    const [tail, head] = back ? [to, from] : [from, to];
    const attributes = [
      ...back ? ['dir=back'] : [],
      ...onlyOrder ? ['style=dashed'] : [],
      ...firstInBox(tail) ? [`ltail=cluster_${tail}`] : [],
      ...firstInBox(head) ? [`lhead=cluster_${head}`] : [],
      ...byId.get(to)!.type === 'AWS::Logs::LogGroup' ? [`color="${palette.faint}"`] : [],
    ];
    return `${firstInBox(tail) ?? tail} -> ${firstInBox(head) ?? head} [${attributes.join(', ')}]`;
  });
}

function groupOf({ path }: Node): Group {
  return path.startsWith(PROVIDER) ? 'provider' : DESTINATION.test(path) ? 'destination' : 'job';
}

function name({ path, policies }: Node): string {
  const short = path.replace(PROVIDER, '').replace(DESTINATION, '').replace(/^Provider\//, '');
  return `${short}${policies.length > 0 ? ' + policy' : ''}`;
}

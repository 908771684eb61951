/** A template as a picture shows it: boxes, their content, and references between them. */
export interface ResourceGraph {
  readonly nodes: Node[];
  readonly edges: Edge[];
}

export interface Node {
  /** A logical id. */
  readonly id: string;
  /** The construct's path below the stack. */
  readonly path: string;
  readonly type: string;
  /** Drawn as part of it. */
  readonly policies: Resource[];
  /** The logical id of its role, which is drawn as a box around it. */
  readonly runsAs?: string;
}

export interface Edge {
  readonly from: string;
  readonly to: string;
  /** Only a DependsOn, without a reference. */
  readonly onlyOrder: boolean;
}

interface Resource {
  readonly Type: string;
  readonly Properties?: Record<string, unknown>;
  readonly DependsOn?: string | string[];
  readonly Metadata?: Record<string, string>;
}

export interface Template { readonly Resources: Readonly<Record<string, Resource>> }

/** The property that names the owner of a policy. */
const OWNER: Record<string, string> = { 'AWS::IAM::Policy': 'Roles', 'AWS::S3::BucketPolicy': 'Bucket' };
/** The property that names the role. */
const ROLE: Record<string, string> = { 'AWS::Lambda::Function': 'Role', 'AWS::StepFunctions::StateMachine': 'RoleArn' };

export function resourceGraph({ Resources: resources }: Template): ResourceGraph {
  const named = (value: unknown) => references(value).filter(id => id in resources);
  const byProperty = (id: string, property?: string) => property === undefined ? undefined : named(resources[id].Properties?.[property])[0];
  const ownerOf = (id: string) => byProperty(id, OWNER[resources[id].Type]) ?? id;

  const ids = Object.keys(resources);
  const nodes = ids.filter(id => ownerOf(id) === id).map((id): Node => ({
    id,
    path: resources[id].Metadata!['aws:cdk:path'].replace(/^[^/]*\//, '').replace(/(\/(Resource|Default))+$/, ''),
    type: resources[id].Type,
    policies: ids.filter(policy => policy !== id && ownerOf(policy) === id).map(policy => resources[policy]),
    runsAs: byProperty(id, ROLE[resources[id].Type]),
  }));

  const edges = new Map<string, Edge>();
  for (const id of ids) {
    const { Properties, DependsOn = [] } = resources[id];
    for (const [onlyOrder, targets] of [[false, named(Properties)], [true, [DependsOn].flat()]] as const) {
      for (const target of targets) {
        const [from, to] = [ownerOf(id), ownerOf(target)];
        if (from !== to && !edges.has(`${from} ${to}`)) { edges.set(`${from} ${to}`, { from, to, onlyOrder }); }
      }
    }
  }
  return { nodes, edges: withoutWhatBoxesShow(nodes, [...edges.values()]) };
}

/** Without edges that boxes show: to the role of a resource, and what the role refers to as well. */
function withoutWhatBoxesShow(nodes: Node[], edges: Edge[]): Edge[] {
  const roleOf = new Map(nodes.map(({ id, runsAs }) => [id, runsAs]));
  return edges.filter(({ from, to }) => roleOf.get(from) !== to
    && !edges.some(other => roleOf.get(other.from) === from && other.to === to)
    && roleOf.get(to) !== from);
}

function references(value: unknown): string[] {
  if (Array.isArray(value)) { return value.flatMap(references); }
  if (typeof value !== 'object' || value === null) { return []; }
  return Object.entries(value).flatMap(([key, part]) => {
    if (key === 'Ref') { return [part as string]; }
    return key === 'Fn::GetAtt' ? [(part as string[])[0]] : references(part);
  });
}

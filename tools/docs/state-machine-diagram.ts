interface Definition {
  readonly StartAt: string;
  readonly States: Readonly<Record<string, State>>;
}

interface State {
  readonly Type: string;
  readonly Next?: string;
  readonly End?: boolean;
  readonly Default?: string;
  readonly Choices?: { Next: string }[];
  readonly Catch?: { Next: string }[];
  readonly ItemProcessor?: Definition;
}

/** A state machine's definition as a Mermaid diagram. */
export function stateMachineDiagram(definition: Definition): string {
  const ids = new Map<string, string>();
  collect(definition, ids);
  return ['stateDiagram-v2', ...lines(definition, ids).map(line => `  ${line}`)].join('\n');
}

function collect({ States }: Definition, ids: Map<string, string>): void {
  for (const [name, { ItemProcessor }] of Object.entries(States)) {
    ids.set(name, `s${ids.size + 1}`);
    if (ItemProcessor) { collect(ItemProcessor, ids); }
  }
}

function lines({ StartAt, States }: Definition, ids: Map<string, string>): string[] {
  const arrow = (from: string, to: string, label = '') => `${ids.get(from) ?? from} --> ${ids.get(to) ?? to}${label && ` : ${label}`}`;
  return [
    ...Object.entries(States).flatMap(([name, { ItemProcessor }]) => ItemProcessor
      ? [`state "${name}" as ${ids.get(name)} {`, ...lines(ItemProcessor, ids).map(line => `  ${line}`), '}']
      : [`state "${name}" as ${ids.get(name)}`]),
    arrow('[*]', StartAt),
    ...Object.entries(States).flatMap(([name, { Type, Next, End, Default, Choices = [], Catch = [] }]) => [
      ...unique([...Choices.map(choice => choice.Next)]).map(next => arrow(name, next)),
      ...Default ? [arrow(name, Default, 'otherwise')] : [],
      ...Next ? [arrow(name, Next)] : [],
      ...unique(Catch.map(({ Next: next }) => next)).filter(next => next !== Next).map(next => arrow(name, next, 'error')),
      ...End || Type === 'Succeed' || Type === 'Fail' ? [arrow(name, '[*]')] : [],
    ]),
  ];
}

function unique(names: string[]): string[] {
  return [...new Set(names)];
}

/** The part of a jsii assembly that says what is documented. */
export interface Assembly {
  readonly types: Readonly<Record<string, Type>>;
}

interface Docs {
  readonly summary?: string;
  readonly remarks?: string;
  readonly default?: string;
  readonly see?: string;
}

interface Documented {
  readonly name: string;
  readonly docs?: Docs;
}

interface Property extends Documented {
  readonly optional?: boolean;
  readonly type: { readonly fqn?: string; readonly primitive?: string };
}

interface Method {
  readonly name?: string;
  readonly docs?: Docs;
  readonly parameters?: Documented[];
}

interface Type extends Documented {
  readonly datatype?: boolean;
  readonly members?: Documented[];
  readonly properties?: Property[];
  readonly methods?: Method[];
  readonly initializer?: Method;
}

/** Types that are nobody's but ours: there is no page to read more on. */
const WITHOUT_SOURCE: Record<string, string> = {
  DatasetExportJobGrants: 'the facade on IAM grants that CDK libraries have',
  ExportTrigger: 'an idea of this library',
};

/** Props that have the name of one that is checked elsewhere. */
const NEVER_FAILS: Record<string, string> = {
  'DatasetExportJobProps.ingestionMode': 'an enum: there is nothing else to pass',
  'DatasetExportFragmentProps.ingestionMode': 'an enum: there is nothing else to pass',
  'DatasetExportWorkflowProps.ingestionMode': 'an enum: there is nothing else to pass',
  'DatasetExportScheduleProps.encryptionKey': 'handed on to the schedule as it is',
};

/**
 * What the public API leaves unsaid: summaries, defaults, units, errors, and the page of AWS that a type is about.
 *
 * @param failing the props that error messages are about
 */
export function undocumented({ types }: Assembly, failing: ReadonlySet<string>): string[] {
  return Object.values(types).flatMap(type => [
    ...withoutSummary(type.name, type),
    ...type.docs?.see?.startsWith('https://docs.aws.amazon.com/') || type.name in WITHOUT_SOURCE ? [] : [`${type.name}: no @see with a page of docs.aws.amazon.com`],
    ...(type.members ?? []).flatMap(member => withoutSummary(`${type.name}.${member.name}`, member)),
    ...(type.properties ?? []).flatMap(property => propertyProblems(type, property, failing)),
    ...[...type.methods ?? [], ...type.initializer ? [type.initializer] : []].flatMap(method => methodProblems(type, method)),
  ]);
}

/** The names that the messages of errors begin with. */
export function failingProps(sources: string[]): Set<string> {
  return new Set(sources.flatMap(source => (
    [...source.matchAll(/[`'](\w+)(?: or (\w+))? (?:must|cannot|may hold|is too long)/g)].flatMap(([, ...names]) => names.filter(name => name !== undefined)))));
}

function withoutSummary(name: string, { docs }: { readonly docs?: Docs }): string[] {
  return docs?.summary ? [] : [`${name}: no description`];
}

function propertyProblems(type: Type, property: Property, failing: ReadonlySet<string>): string[] {
  const name = `${type.name}.${property.name}`;
  const text = `${property.docs?.summary} ${property.docs?.remarks ?? ''}`;
  const isProp = type.datatype === true;
  return [
    ...withoutSummary(name, property),
    ...isProp && property.optional && !property.docs?.default ? [`${name}: no @default`] : [],
    ...property.type.fqn === 'aws-cdk-lib.Duration' && !/\b(seconds?|minutes?|hours?|days?)\b/.test(text) ? [`${name}: no word on what time it may be`] : [],
    ...property.type.primitive === 'number' && !/\d+ to \d+/.test(text) ? [`${name}: no range of numbers`] : [],
    ...isProp && failing.has(property.name) && !(name in NEVER_FAILS) && !/\bfails?\b/i.test(text) ? [`${name}: no word on when it fails`] : [],
  ];
}

function methodProblems(type: Type, { name: methodName, docs, parameters = [] }: Method): string[] {
  const name = `${type.name}.${methodName ?? 'constructor'}()`;
  return [
    ...withoutSummary(name, { docs }),
    ...parameters.flatMap(parameter => withoutSummary(`${name} ${parameter.name}`, parameter)),
    ...methodName === undefined && !/\bfails?\b/i.test(`${docs?.summary}`) ? [`${name}: no word on when it fails`] : [],
  ];
}

/** Exemptions that nothing needs any more. */
export function staleExemptions({ types }: Assembly): string[] {
  const names = new Set(Object.values(types).flatMap(({ name, properties = [] }) => [name, ...properties.map(property => `${name}.${property.name}`)]));
  return [...Object.keys(WITHOUT_SOURCE), ...Object.keys(NEVER_FAILS)].filter(name => !names.has(name));
}

import { App, Aspects, CfnCondition, CfnResource, Duration, Fn, NestedStack, Stack, aws_iam as iam } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as fc from 'fast-check';
import { DatasetExportJob, DatasetExportJobProps, DatasetExportProvider, ExportDestination, IngestionMode } from '../../../src';
import { concreteStack, importedDataset } from '../../stacks';

type Resources = Record<string, { Type: string; DependsOn?: string | string[]; Properties?: unknown }>;

function jobsIn(stack: Stack, count: number, props: Partial<DatasetExportJobProps> = {}): DatasetExportJob[] {
  const destination = props.destination ?? new ExportDestination(stack, 'Exports');
  const dataset = importedDataset(stack);
  return Array.from({ length: count }, (_, index) => (
    new DatasetExportJob(stack, `Export${index}`, { dataset, destination, ingestionMode: IngestionMode.ALL, ...props })));
}

function resourcesOf(stack: Stack): Resources {
  return Template.fromStack(stack).toJSON().Resources;
}

/** What CloudFormation takes for a resource's dependencies. */
function dependenciesIn(resources: Resources): Map<string, string[]> {
  const names = (value: any): string[] => {
    if (Array.isArray(value)) { return value.flatMap(names); }
    if (typeof value !== 'object' || value === null) { return []; }
    return Object.entries<any>(value).flatMap(([key, inner]) => {
      if (key === 'Ref') { return [inner]; }
      if (key === 'Fn::GetAtt') { return [Array.isArray(inner) ? inner[0] : inner.split('.')[0]]; }
      if (key === 'Fn::Sub') { return [inner].flat()[0].match(/\w+/g); }
      return names(inner);
    });
  };
  return new Map(Object.entries(resources).map(([id, { DependsOn = [], Properties }]) => (
    [id, [...[DependsOn].flat(), ...names(Properties)].filter(name => name in resources)])));
}

/**
 * Creates the resources as CloudFormation does, each as soon as it can.
 *
 * @param secondsOf how long the creation of a resource takes
 * @returns when each one is begun and done; CloudFormation refuses a template in which some never are
 */
function create(resources: Resources, secondsOf: (id: string) => number): Map<string, { from: number; to: number }> {
  const dependencies = dependenciesIn(resources);
  const created = new Map<string, { from: number; to: number }>();
  for (let size = -1; size < created.size;) {
    size = created.size;
    for (const id of Object.keys(resources)) {
      const waits = dependencies.get(id)!;
      if (created.has(id) || !waits.every(name => created.has(name))) { continue; }
      const from = Math.max(0, ...waits.map(name => created.get(name)!.to));
      created.set(id, { from, to: from + secondsOf(id) });
    }
  }
  return created;
}

const isExport = ({ Type }: { Type: string }) => Type.startsWith('Custom::PersonalizeDatasetExport');

/** The greatest number of jobs that run at the same time. */
function concurrency(resources: Resources, secondsOf: (id: string) => number): number {
  const times = [...create(resources, secondsOf)].filter(([id]) => isExport(resources[id]!)).map(([, time]) => time);
  return Math.max(...times.map(({ from }) => times.filter(other => other.from <= from && from < other.to).length));
}

const minutes = (id: string) => 1 + [...id].reduce((sum, char) => sum + char.charCodeAt(0), 0) % 7;

describe('at a time run', () => {
  test('five jobs, unless the provider says otherwise', () => {
    const stack = concreteStack();
    jobsIn(stack, 23);
    expect(concurrency(resourcesOf(stack), minutes)).toBe(5);
  });

  test('as many as maxConcurrency says', () => {
    const stack = concreteStack();
    const provider = new DatasetExportProvider(stack, 'Provider', { maxConcurrency: 2 });
    jobsIn(stack, 9, { provider });
    const resources = resourcesOf(stack);
    expect(concurrency(resources, minutes)).toBe(2);
  });

  test('long exports from their beginning to their end', () => {
    const stack = concreteStack();
    const provider = new DatasetExportProvider(stack, 'Provider', { maxConcurrency: 2 });
    jobsIn(stack, 7, { provider, timeout: Duration.hours(3) });
    expect(concurrency(resourcesOf(stack), minutes)).toBe(2);
  });

  test('all, where there are no more than may: they wait for nothing but what they need', () => {
    const stack = concreteStack();
    jobsIn(stack, 5);
    const resources = resourcesOf(stack);
    const jobs = Object.keys(resources).filter(id => isExport(resources[id]!));
    expect(jobs.flatMap(id => dependenciesIn(resources).get(id)!).filter(id => jobs.includes(id))).toEqual([]);
  });
});

test('what depends on a job does not wait for the jobs behind it, nor a job for what another one needs', () => {
  const stack = concreteStack();
  const provider = new DatasetExportProvider(stack, 'Provider', { maxConcurrency: 1 });
  const [first] = jobsIn(stack, 3, { provider });
  const after = new CfnResource(stack, 'After', { type: 'Test::Resource' });
  after.node.addDependency(first!);
  const before = new CfnResource(stack, 'Before', { type: 'Test::Resource' });
  first!.node.addDependency(before);
  const times = create(resourcesOf(stack), () => 1);
  const jobs = [...times].filter(([id]) => /^Export\d/.test(id)).map(([, { from }]) => from).sort();
  expect(times.get('After')!.from).toBe(times.get(stack.resolve(resourceOf(first!, 'Resource').logicalId))!.to);
  expect(new Set(jobs).size).toBe(3);
});

test('a deletion asks no function, and waits for no turn', () => {
  const stack = concreteStack();
  jobsIn(stack, 6, { timeout: Duration.hours(1) });
  const exportsOf = Object.values<any>(resourcesOf(stack)).filter(isExport);
  expect(new Set(exportsOf.flatMap(({ DeletionPolicy, UpdateReplacePolicy }) => [DeletionPolicy, UpdateReplacePolicy]))).toEqual(new Set(['Retain']));
});

test('a job may need what a nested stack makes of the output of a later job', () => {
  const stack = concreteStack();
  const provider = new DatasetExportProvider(stack, 'Provider', { maxConcurrency: 1 });
  const [first, second] = jobsIn(stack, 2, { provider });
  const nested = new CfnResource(new NestedStack(stack, 'Nested'), 'Resource', { type: 'Test::Resource', properties: { Input: second!.outputUri } });
  resourceOf(first!, 'Resource').addPropertyOverride('Tags', { From: nested.getAtt('Output') });
  const resources = resourcesOf(stack);
  expect(create(resources, minutes).size).toBe(Object.keys(resources).length);
});

test('nothing waits for a job that may not be there: one with a condition, or taken out of the tree', () => {
  const stack = concreteStack();
  const provider = new DatasetExportProvider(stack, 'Provider', { maxConcurrency: 1 });
  const jobs = jobsIn(stack, 6, { provider });
  const conditions = ['One', 'Other'].map(id => new CfnCondition(stack, id, { expression: Fn.conditionEquals(Fn.ref('AWS::Region'), id) }));
  resourceOf(jobs[1]!, 'Resource').cfnOptions.condition = conditions[0];
  resourceOf(jobs[2]!, 'Resource').cfnOptions.condition = conditions[0];
  resourceOf(jobs[3]!, 'Resource').cfnOptions.condition = conditions[1];
  stack.node.tryRemoveChild('Export4');
  const dependencies = dependenciesIn(resourcesOf(stack));
  const waitsFor = (index: number) => {
    const [[, names]] = [...dependencies].filter(([id]) => id.startsWith(`Export${index}`)) as [[string, string[]]];
    return names.filter(name => /^Export\d/.test(name)).map(name => Number(/\d/.exec(name)![0]));
  };
  expect([0, 1, 2, 3, 5].map(waitsFor)).toEqual([[], [0], [1], [0], [0]]);
});

test('the CDK says what is wrong with other resources, as it does without lanes', () => {
  const stack = concreteStack();
  jobsIn(stack, 6);
  new iam.Policy(stack, 'Empty', { force: true });
  expect(() => resourcesOf(stack)).toThrow('Policy created with force=true is empty');
});

test('whoever asks before all is defined changes nothing', () => {
  const stack = concreteStack();
  const provider = new DatasetExportProvider(stack, 'Provider', { maxConcurrency: 1 });
  const [first, second, third] = jobsIn(stack, 3, { provider });
  expect(second!.node.findChild('Resource').node.dependencies).not.toEqual([]);
  first!.node.addDependency(third!);
  const resources = resourcesOf(stack);
  expect(create(resources, minutes).size).toBe(Object.keys(resources).length);
});

/** Ways to say that something depends on something else. */
const WAYS: readonly ((source: CfnResource, target: CfnResource, index: number) => void)[] = [
  (source, target) => source.node.addDependency(target),
  (source, target) => source.addDependency(target),
  (source, target, index) => source.addPropertyOverride(`Reference${index}`, target.getAtt('Attribute')),
  (source, target, index) => source.addPropertyOverride(`Text${index}`, `a ${target.ref} b`),
  (source, target, index) => source.addPropertyOverride(`Sub${index}`, Fn.sub(`a \${${Stack.of(target).resolve(target.logicalId)}.Attribute}`)),
  (source, target, index) => source.addPropertyOverride(`Raw${index}`, { 'Fn::GetAtt': `${Stack.of(target).resolve(target.logicalId)}.Attribute` }),
  (source, target) => Aspects.of(source).add({ visit: node => { if (node === source) { source.node.addDependency(target); } } }),
];

describe('lanes make no circle with dependencies of the user\'s own', () => {
  test.each(WAYS.map((way, index) => [index, way] as const))('a job may depend on a later one through another resource, way %i', (_, dependOn) => {
    const stack = concreteStack();
    const [first, second] = jobsIn(stack, 2, { provider: new DatasetExportProvider(stack, 'Provider', { maxConcurrency: 1 }) });
    const between = new CfnResource(stack, 'Between', { type: 'Test::Resource' });
    dependOn(resourceOf(first, 'Resource'), between, 0);
    dependOn(between, resourceOf(second, 'Resource'), 1);
    const resources = resourcesOf(stack);
    expect(create(resources, minutes).size).toBe(Object.keys(resources).length);
  });

  /** Nodes are jobs or other resources; each may depend on those with a smaller rank, whichever is defined first. */
  const app = fc.record({
    maxConcurrency: fc.integer({ min: 1, max: 4 }),
    providers: fc.integer({ min: 1, max: 2 }),
    nodes: fc.array(
      fc.record({ isJob: fc.boolean(), isLong: fc.boolean(), provider: fc.nat(1), rank: fc.nat(1000) }), { minLength: 4, maxLength: 12 },
    ),
    edges: fc.array(fc.record({ from: fc.nat(11), to: fc.nat(11), way: fc.nat(WAYS.length - 1) }), { maxLength: 20 }),
  });

  test.each([['in a stack', false], ['in a nested stack and its parent', true]])('%s', (_, nested) => {
    fc.assert(fc.property(app, ({ maxConcurrency, providers, nodes, edges }) => {
      const stack = new Stack(new App(), 'Movies', { env: { account: '111122223333', region: 'eu-west-1' } });
      const providerOf = Array.from({ length: providers }, (__, index) => new DatasetExportProvider(stack, `Provider${index}`, { maxConcurrency }));
      const destination = new ExportDestination(stack, 'Exports');
      const dataset = importedDataset(stack);
      const defined = nodes.map(({ isJob, isLong, provider }, index) => {
        if (isJob) {
          const job = new DatasetExportJob(stack, `Job${index}`, {
            dataset,
            destination,
            ingestionMode: IngestionMode.ALL,
            provider: providerOf[provider % providers]!,
            timeout: isLong ? Duration.hours(2) : undefined,
          });
          return { first: resourceOf(job, 'Resource'), last: resourceOf(job, isLong ? 'Completion' : 'Resource') };
        }
        const scope = nested ? new NestedStack(stack, `Nested${index}`) : stack;
        const resource = new CfnResource(scope, `Other${index}`, { type: 'Test::Resource' });
        return { first: resource, last: resource };
      });
      edges.forEach(({ from, to, way }, index) => {
        const [source, target] = [nodes[from % nodes.length]!, nodes[to % nodes.length]!];
        const [fromIndex, toIndex] = [from % nodes.length, to % nodes.length];
        // the user's own words have no circle
        if (source.rank < target.rank || (source.rank === target.rank && fromIndex <= toIndex)) { return; }
        const acrossStacks = nested && !(source.isJob && target.isJob);
        WAYS[acrossStacks ? way % 4 : way]!(defined[fromIndex]!.first, defined[toIndex]!.last, index);
      });
      const resources = resourcesOf(stack);
      expect([...create(resources, minutes).keys()].sort()).toEqual(Object.keys(resources).sort());
      for (const index of providerOf.keys()) {
        const own = Object.fromEntries(Object.entries(resources).filter(([, resource]) => (
          !isExport(resource) || JSON.stringify((resource.Properties as any).ServiceToken).includes(`Provider${index}`))));
        expect(concurrency(own, minutes)).toBeLessThanOrEqual(maxConcurrency);
      }
    }), { numRuns: Number(process.env.LANES_RUNS ?? 60) });
  });
});

function resourceOf(job: DatasetExportJob, id: string): CfnResource {
  return job.node.findChild(id).node.defaultChild as CfnResource;
}

import { App, Aws, Fn, Stack, aws_events as events, aws_iam as iam, aws_logs as logs, aws_personalize as personalize, aws_s3 as s3, aws_stepfunctions as sfn } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { LONGEST, TemplateIam, USUAL, type Values } from './iam-of-template';
import {
  DatasetExportJob, DatasetExportProvider, DatasetExportWorkflow, DatasetExportWorkflowProps, DatasetGroup, ExportDestination, IngestionMode,
} from '../../src';
import { TOKEN, TestStacks } from '../local-aws/cloudformation/testing-stacks';
import { ACCOUNT, REGION, agnosticStack, concreteStack, importedDataset } from '../stacks';

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html */
const MAX_RESOURCES = 500;
const PASSED = { 'iam:PassedToService': 'personalize.amazonaws.com' };

const number = (index: number) => String((index * 7919) % 1000).padStart(3, '0');

const ENVIRONMENTS = {
  'a known environment': concreteStack,
  'an unknown one': agnosticStack,
  // as in a new app, where statements are merged
  'an unknown one with minimized policies': () => new Stack(new App({ context: { '@aws-cdk/aws-iam:minimizePolicies': true } }), 'Movies'),
} as const;
const NAMES: Readonly<Record<string, (stack: Stack, index: number) => string | undefined>> = {
  'generated names': () => undefined,
  'names that differ from the start': (_, index) => `${number(index)}-export-of-a-customer-for-the-data-lake`.padEnd(45, 'x'),
  'names that differ at the end': (_, index) => `${'export-of-a-customer-for-the-data-lake'.padEnd(60, 'x')}${number(index)}`,
  'names with a token': (_, index) => `${Aws.STACK_NAME}-${index}`,
};
const TAGS: Readonly<Record<string, (index: number) => Record<string, string> | undefined>> = {
  'no tags': () => undefined,
  'tags': () => ({ team: 'ml' }),
  'tags on some': index => (index % 3 === 0 ? { team: 'ml' } : undefined),
};
const arnOf = (stack: Stack, resourceName: string) => stack.formatArn({ service: 'personalize', resource: 'dataset', resourceName });
const DATASETS: Readonly<Record<string, { resources: number; of: (stack: Stack, index: number) => personalize.IDatasetRef }>> = {
  'datasets of groups of their own': { resources: 0, of: (stack, index) => importedDataset(stack, arnOf(stack, `a-dataset-group-with-a-name-${number(index)}/INTERACTIONS`)) },
  'datasets of groups with the longest names': { resources: 0, of: (stack, index) => importedDataset(stack, arnOf(stack, `${number(index).padEnd(63, 'g')}/INTERACTIONS`)) },
  'three datasets a group': {
    resources: 0,
    of: (stack, index) => importedDataset(stack, arnOf(stack, `a-dataset-group-with-a-name-${number(Math.floor(index / 3))}/${['INTERACTIONS', 'ITEMS', 'USERS'][index % 3]}`)),
  },
  'datasets of the stack': {
    resources: 1,
    of: (stack, index) => new personalize.CfnDataset(stack, `Copy${index}`, {
      name: `copy-${index}`, datasetType: 'Interactions', datasetGroupArn: `arn:aws:personalize:${REGION}:${ACCOUNT}:dataset-group/copy-${index}`, schemaArn: `arn:aws:personalize:${REGION}:${ACCOUNT}:schema/copy`,
    }),
  },
  'datasets of another stack': { resources: 0, of: (stack, index) => importedDataset(stack, Fn.importValue(`dataset-of-another-stack-${index}`)) },
};
/** Each has bucket, key, role and two policies, and a policy of the functions. */
const DESTINATIONS = { 'one destination': 1, '30 destinations': 30 } as const;

interface Mixture {
  readonly environment: keyof typeof ENVIRONMENTS;
  readonly names: string;
  readonly tags: string;
  readonly datasets: string;
  readonly destinations: keyof typeof DESTINATIONS;
}

/** Every pair of an environment, names and tags, each with the others in turn. */
const MIXTURES = Object.keys(NAMES).flatMap((names, n) => Object.keys(TAGS).flatMap((tags, t) => (
  Object.keys(ENVIRONMENTS).map((environment, e): Mixture => ({
    environment: environment as Mixture['environment'],
    names,
    tags,
    datasets: Object.keys(DATASETS)[(n * 4 + t * 3 + e) % 5],
    destinations: (n + 2 * t + e) % 4 === 0 ? '30 destinations' : 'one destination',
  })))));

/** As many as a stack holds, if there are ten managed policies. */
function mostJobs({ datasets, destinations }: Mixture): number {
  const count = DESTINATIONS[destinations];
  const own = datasets === 'datasets of the stack' || count > 1 ? 30 : 1;
  return Math.floor((MAX_RESOURCES - 14 - 10 - own - 5 * count) / (1 + DATASETS[datasets].resources));
}

function stackOf(mixture: Mixture, jobs: number): Stack {
  const stack = ENVIRONMENTS[mixture.environment]();
  const destinations = Array.from({ length: DESTINATIONS[mixture.destinations] }, (_, index) => new ExportDestination(stack, `Exports${index}`));
  for (let index = 0; index < jobs; index++) {
    new DatasetExportJob(stack, `Export${index}`, {
      dataset: DATASETS[mixture.datasets].of(stack, index),
      ingestionMode: IngestionMode.ALL,
      destination: destinations[index % destinations.length],
      jobName: NAMES[mixture.names](stack, index),
      tags: TAGS[mixture.tags](index),
    });
  }
  return stack;
}

/** What is known stays as it is, and job names are no longer than Personalize allows. */
function longestOf({ environment, names }: Mixture): Values {
  const { partition, region } = environment === 'a known environment' ? USUAL : LONGEST;
  return { ...LONGEST, partition, region, stackName: names === 'names with a token' ? 'Movies'.padEnd(59, 'x') : LONGEST.stackName };
}

const handlerRole = (template: TemplateIam) => template.ids(/^AWS::IAM::Role$/, /HandlerRole/)[0];
const jobsOf = (template: TemplateIam) => template.ids(/^Custom::PersonalizeDatasetExportJob$/);
const jobArn = (name: string) => `arn:aws:personalize:${REGION}:${ACCOUNT}:dataset-export-job/${name}`;

/** What one job needs, and no more than it waits for. */
async function refusedToJob(template: TemplateIam, jobId: string): Promise<string[]> {
  const { Properties: { DatasetArn, RoleArn, BucketName, JobName, JobNamePrefix, Tags }, DependsOn = [] } = template.resources[jobId];
  const roleId = handlerRole(template);
  const role = template.deploy(roleId, ({ logicalId }) => logicalId === roleId || DependsOn.includes(logicalId));
  const jobName = JobName ?? `${JobNamePrefix}_0123456789abcdef`;
  const job = jobArn(jobName);
  const calls: [string, string, Record<string, string>?][] = [
    ['personalize:CreateDatasetExportJob', DatasetArn], ['personalize:CreateDatasetExportJob', job], ['personalize:DescribeDatasetExportJob', job],
    ['iam:PassRole', RoleArn, PASSED], ...Tags ? [['personalize:TagResource', job] as [string, string]] : [],
    ['s3:ListBucket', `arn:aws:s3:::${BucketName}`, { 's3:prefix': `dataset_group=g/dataset=ITEMS/date=2026-11-24/${jobName}/` }],
  ];
  const refused = await Promise.all(calls.map(async ([action, resource, context]) => (await role.allows(action, resource, context) ? [] : [`${jobId}: ${action} on ${resource}`])));
  return refused.flat();
}

describe('the permissions of as many jobs as a stack holds are within IAM\'s quotas, and each job waits for what it needs', () => {
  test.each(MIXTURES.map(mixture => [Object.values(mixture).join(', '), mixture] as const))('%s', async (_, mixture) => {
    const template = Template.fromStack(stackOf(mixture, mostJobs(mixture)));
    const longest = new TemplateIam(template, longestOf(mixture));
    longest.deploy(handlerRole(longest));

    const usual = new TemplateIam(template, USUAL);
    const all = usual.deploy(handlerRole(usual));
    const jobs = jobsOf(usual);
    expect(jobs).toHaveLength(mostJobs(mixture));
    const some = jobs.filter((__, index) => index % 97 === 0 || index === jobs.length - 1);
    expect((await Promise.all(some.map(async id => refusedToJob(usual, id)))).flat()).toEqual([]);

    expect(await all.allows('personalize:CreateDatasetExportJob', `arn:aws:personalize:${REGION}:${ACCOUNT}:dataset/somebody-elses/INTERACTIONS`)).toBe(false);
    expect(await all.allows('personalize:DescribeDatasetExportJob', jobArn('somebody-elses'))).toBe(false);
    expect(await all.allows('iam:PassRole', `arn:aws:iam::${ACCOUNT}:role/somebody-elses`, PASSED)).toBe(false);
    const [{ BucketName }] = jobs.map(id => usual.resources[id].Properties);
    expect(await all.allows('s3:ListBucket', `arn:aws:s3:::${BucketName}`, { 's3:prefix': 'somebody-elses/' })).toBe(false);
  });
});

describe('a permission is no wider than it must be', () => {
  const mixture = (more: Partial<Mixture> = {}): Mixture => ({
    environment: 'a known environment', names: 'names that differ from the start', tags: 'tags', datasets: 'datasets of groups of their own', destinations: 'one destination', ...more,
  });
  const usualOf = (stack: Stack) => new TemplateIam(Template.fromStack(stack), USUAL);
  const rolePolicies = (template: TemplateIam) => JSON.stringify(template.policiesOf(handlerRole(template)).map(({ document }) => document));
  const resources = (template: TemplateIam, type: 'dataset' | 'dataset-export-job'): string[] => rolePolicies(template).match(new RegExp(`arn:[^"]*:${type}/[^"]*`, 'g')) ?? [];
  const propertiesOf = (template: TemplateIam) => jobsOf(template).map(id => template.resources[id].Properties);

  test.each([['names that differ from the start', 300], ['generated names', 470]])('as long as they fit, ARNs are there as they are: %s, %i jobs', (names, jobs) => {
    const template = usualOf(stackOf(mixture({ names }), jobs));
    expect(resources(template, 'dataset').sort()).toEqual(propertiesOf(template).map(({ DatasetArn }) => DatasetArn).sort());
    const ofJobs = new Set(propertiesOf(template).map(({ JobName = 'Movies_*' }) => jobArn(JobName)));
    expect(resources(template, 'dataset-export-job').sort()).toEqual([...ofJobs].sort());
  });

  test('then, a condition names the Region, and the same is allowed', async () => {
    const template = usualOf(stackOf(mixture(), 340));
    const names = propertiesOf(template).map(({ JobName }) => JobName);
    expect(resources(template, 'dataset-export-job').map(arn => arn.split('/')[1]).sort()).toEqual(names.sort());
    const role = template.deploy(handlerRole(template));
    const [{ DatasetArn, JobName }] = propertiesOf(template);
    const calls = [['personalize:CreateDatasetExportJob', DatasetArn], ['personalize:CreateDatasetExportJob', jobArn(JobName)], ['personalize:TagResource', jobArn(JobName)]] as const;
    for (const [action, resource] of calls) {
      expect(await role.allows(action, resource)).toBe(true);
      expect(await role.allows(action, resource.replace(REGION, 'us-east-1'), { 'aws:RequestedRegion': 'us-east-1' })).toBe(false);
      expect(await role.allows(action, resource.replace('/', '/x'))).toBe(false);
    }
    expect(await role.allows('personalize:CreateDatasetExportJob', DatasetArn.replace('INTERACTIONS', 'ITEMS'))).toBe(false);
  });

  test('then, the ends of job names are cut off, all after the same number of characters, and datasets stay as they are', async () => {
    const template = usualOf(stackOf(mixture({ datasets: 'three datasets a group' }), 460));
    const names = propertiesOf(template).map(({ JobName }) => JobName);
    const patterns = resources(template, 'dataset-export-job').map(arn => arn.split('/')[1]);
    const [length] = patterns.map(pattern => pattern.length - 1);
    expect(length).toBeGreaterThanOrEqual(20);
    expect(patterns.sort()).toEqual(names.map(name => `${name.slice(0, length)}*`).sort());
    const role = template.deploy(handlerRole(template));
    expect(await role.allows('personalize:DescribeDatasetExportJob', jobArn(`${names[0].slice(0, length - 1)}0`))).toBe(false);
    expect(new Set(resources(template, 'dataset').map(arn => arn.split(':dataset/')[1].replace('IN*', 'INTERACTIONS'))))
      .toEqual(new Set(propertiesOf(template).map(({ DatasetArn }) => DatasetArn.split(':dataset/')[1])));
  });

  test('the pattern of generated names is not cut', () => {
    const stack = concreteStack('AStackWithALongName');
    const destination = new ExportDestination(stack, 'Exports');
    for (let index = 0; index < 460; index++) {
      const jobName = index === 0 ? undefined : NAMES['names that differ from the start'](stack, index);
      new DatasetExportJob(stack, `Export${index}`, {
        dataset: DATASETS['datasets of groups with the longest names'].of(stack, index), ingestionMode: IngestionMode.ALL, destination, jobName,
      });
    }
    const names = resources(usualOf(stack), 'dataset-export-job').map(arn => arn.split('/')[1]);
    expect(names).toContain('AStackWithALongName_*');
    expect(Math.max(...names.slice(1).map(name => name.length))).toBeLessThan('AStackWithALongName_*'.length);
  });

  test('then, the datasets of a group of which several are exported are allowed together', async () => {
    const stack = concreteStack();
    const destination = new ExportDestination(stack, 'Exports');
    const group = (index: number) => `${number(index)}`.padEnd(63, 'g');
    for (let index = 0; index < 460; index++) {
      const name = index === 459 ? `${group(999)}/ITEMS` : `${group(Math.floor(index / 3))}/${['INTERACTIONS', 'ITEMS', 'USERS'][index % 3]}`;
      new DatasetExportJob(stack, `Export${index}`, {
        dataset: importedDataset(stack, arnOf(stack, name)), ingestionMode: IngestionMode.ALL, destination, jobName: `${number(index)}-${'n'.repeat(59)}`,
      });
    }
    const template = usualOf(stack);
    expect((await Promise.all(['Export0', 'Export1', 'Export459'].map(async id => refusedToJob(template, template.ids(/^Custom::/, new RegExp(`^${id}[0-9A-F]{8}$`))[0])))).flat()).toEqual([]);
    const role = template.deploy(handlerRole(template));
    const dataset = (name: string) => `arn:aws:personalize:${REGION}:${ACCOUNT}:dataset/${name}`;
    expect(await role.allows('personalize:CreateDatasetExportJob', dataset(`${group(999)}/INTERACTIONS`))).toBe(false);
    expect(await role.allows('personalize:CreateDatasetExportJob', dataset(`${group(998)}/INTERACTIONS`))).toBe(false);
    // names that fit again are not cut
    expect(resources(template, 'dataset-export-job').some(arn => arn.endsWith('*'))).toBe(false);
  });

  test('a stack of which this is not enough fails at synthesis, and says that another provider helps', () => {
    const withRoles = (providers: number) => {
      const stack = concreteStack();
      const several = Array.from({ length: providers }, (_, index) => new DatasetExportProvider(stack, `Provider${index}`));
      const bucket = s3.Bucket.fromBucketName(stack, 'Bucket', 'mine');
      for (let index = 0; index < 300; index++) {
        const role = iam.Role.fromRoleArn(stack, `Role${index}`, `arn:aws:iam::${ACCOUNT}:role/${'path/'.repeat(30)}${number(index)}`, { mutable: false });
        new DatasetExportJob(stack, `Export${index}`, {
          dataset: DATASETS['datasets of groups of their own'].of(stack, index),
          ingestionMode: IngestionMode.ALL,
          destination: new ExportDestination(stack, `Exports${index}`, { bucket, role }),
          provider: several[index % providers],
        });
      }
      return stack;
    };
    expect(() => Template.fromStack(withRoles(1))).toThrow(
      /^provider must have fewer jobs, got 300 for "Movies\/Provider0": .*Define another DatasetExportProvider/,
    );
    const template = new TemplateIam(Template.fromStack(withRoles(2)), USUAL);
    for (const id of template.ids(/^AWS::IAM::Role$/, /HandlerRole/)) { template.deploy(id); }
  });
});

test('the largest stack is deployed, each job when it may do what it needs, and deleted', async () => {
  const mixture: Mixture = {
    environment: 'an unknown one', names: 'names that differ from the start', tags: 'tags on some', datasets: 'datasets of groups with the longest names', destinations: '30 destinations',
  };
  const template = Template.fromStack(stackOf(mixture, mostJobs(mixture))).toJSON();
  const isRun = /^AWS::(Lambda|StepFunctions)::/;
  const isFramework = (id: string) => /Framework|waiter/.test(id);
  const kept = Object.entries<any>(template.Resources).filter(([id, { Type }]) => !isRun.test(Type) && !isFramework(id));
  for (const [, { Properties }] of kept) { if (Properties?.ServiceToken) { Properties.ServiceToken = TOKEN; } }
  const stacks = await TestStacks.start();
  try {
    const role = async () => String([...stacks.stacks.find('Movies')!.resources].find(([id]) => /HandlerRole/.test(id))![1].attributes.Arn);
    const refused: string[] = [];
    let jobs = 0;
    stacks.handler = async ({ LogicalResourceId, ResourceProperties: { DatasetArn, JobName, RoleArn, Tags } }) => {
      const roleArn = await role();
      const principal = { roleArn, sessionArn: `arn:aws:sts::${ACCOUNT}:assumed-role/handler/s` };
      const job = `${String(DatasetArn).split(':dataset/')[0]}:dataset-export-job/${String(JobName)}`;
      if (jobs++ % 7 > 0) { return { PhysicalResourceId: job }; }
      for (const [action, resource] of [
        ['personalize:CreateDatasetExportJob', String(DatasetArn)], ['personalize:CreateDatasetExportJob', job], ['iam:PassRole', String(RoleArn)], ...Tags ? [['personalize:TagResource', job]] : [],
      ] as string[][]) {
        if (!await stacks.world.iam.isAllowed({ principal, action, resource, context: PASSED })) { refused.push(`${LogicalResourceId}: ${action}`); }
      }
      return { PhysicalResourceId: job };
    };
    const stack = await stacks.deploy({ ...template, Outputs: undefined, Resources: Object.fromEntries(kept) }, 'Movies');
    expect([stack.status, stacks.requests.length, refused]).toEqual(['CREATE_COMPLETE', mostJobs(mixture), []]);
    await stacks.delete(stack);
    expect(stack.status).toBe('DELETE_COMPLETE');
  } finally {
    await stacks.stop();
  }
}, 300_000);

describe('the permissions of a workflow are within IAM\'s quotas', () => {
  const machineRole = (template: TemplateIam) => template.ids(/^AWS::IAM::Role$/, /StateMachineRole/)[0];
  const everything = (stack: Stack): Partial<DatasetExportWorkflowProps> => ({
    ingestionMode: IngestionMode.ALL,
    tags: { team: 'ml' },
    distributed: true,
    eventBus: new events.EventBus(stack, 'Bus'),
    logs: { destination: new logs.LogGroup(stack, 'Logs'), level: sfn.LogLevel.ALL },
  });
  const groups = (stack: Stack, count: number, length: number) => Array.from({ length: count }, (_, index) => (
    DatasetGroup.fromDatasetGroupArn(stack, `Group${index}`, stack.formatArn({ service: 'personalize', resource: 'dataset-group', resourceName: number(index).padEnd(length, 'g') }))));
  const datasets = (stack: Stack, count: number, length: number) => Array.from({ length: count }, (_, index) => (
    importedDataset(stack, arnOf(stack, `${number(index).padEnd(length, 'g')}/INTERACTIONS`))));

  test.each<[string, keyof typeof ENVIRONMENTS, (stack: Stack) => Partial<DatasetExportWorkflowProps>]>([
    ['20 datasets', 'an unknown one', stack => ({ datasets: datasets(stack, 20, 63) })],
    ['160 dataset groups', 'an unknown one', stack => ({ datasetGroups: groups(stack, 160, 36) })],
    ['600 dataset groups', 'a known environment', stack => ({ datasetGroups: groups(stack, 600, 36) })],
    ['600 dataset groups with the longest names', 'an unknown one', stack => ({ datasetGroups: groups(stack, 600, 63) })],
    ['600 datasets with the longest names', 'an unknown one', stack => ({ datasets: datasets(stack, 600, 63) })],
    ['600 datasets with the longest names', 'a known environment', stack => ({ datasets: datasets(stack, 600, 63) })],
    ['300 datasets and 300 dataset groups', 'a known environment', stack => ({ datasets: datasets(stack, 300, 50), datasetGroups: groups(stack, 600, 50).slice(300) })],
    ['400 dataset groups of the stack', 'an unknown one', stack => ({
      datasetGroups: Array.from({ length: 400 }, (_, index) => new personalize.CfnDatasetGroup(stack, `Group${index}`, { name: `group-${index}` })),
    })],
  ])('%s, %s', async (_, environment, props) => {
    const stack = ENVIRONMENTS[environment]();
    new DatasetExportWorkflow(stack, 'Backup', { ...everything(stack), ...props(stack) });
    const assertions = Template.fromStack(stack);
    const longest = new TemplateIam(assertions, environment === 'a known environment' ? { ...LONGEST, partition: USUAL.partition, region: USUAL.region } : LONGEST);
    longest.deploy(machineRole(longest));

    const template = new TemplateIam(assertions, USUAL);
    const role = template.deploy(machineRole(template));
    const [stateMachineId] = template.ids(/^AWS::StepFunctions::StateMachine$/);
    const given = template.exportedBy(stateMachineId);
    expect(given.length).toBeGreaterThanOrEqual(20);
    for (const arn of given.filter((__, index) => index % 47 === 0 || index === given.length - 1)) {
      const dataset = arn.includes(':dataset-group/') ? arn.replace(':dataset-group/', ':dataset/').concat('/ITEMS') : arn;
      expect([dataset, await role.allows('personalize:CreateDatasetExportJob', dataset)]).toEqual([dataset, true]);
      expect(await role.allows('personalize:CreateDatasetExportJob', dataset.replace(REGION, 'us-east-1'), { 'aws:RequestedRegion': 'us-east-1' })).toBe(false);
      expect(await role.allows('personalize:CreateDatasetExportJob', dataset.replace(':dataset/', ':dataset/x'))).toBe(false);
    }
    // the policies come before the first run, and leave after the last
    const policies = template.policiesOf(machineRole(template)).filter(({ isManaged }) => isManaged).map(({ logicalId }) => logicalId);
    expect(template.resources[stateMachineId].DependsOn).toEqual(expect.arrayContaining(policies));
  });

  test('more than fit fail at synthesis, and the error says that a second workflow helps', () => {
    const stack = agnosticStack();
    expect(() => new DatasetExportWorkflow(stack, 'Backup', { ...everything(stack), datasets: datasets(stack, 700, 63) })).toThrow(
      /^datasets and datasetGroups must be fewer, got 700: .*several DatasetExportWorkflows/,
    );
  });
});

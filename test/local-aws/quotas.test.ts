import { custom, reason, TestStacks, topic } from './cloudformation/testing-stacks';
import { zipOf } from './services/lambda/testing-zip';
import { ExportFixture } from './services/personalize/export-fixture';
import { ImportFixture } from './services/personalize/import-fixture';
import { REGION, allow, call, eventually, policy, testWorld, trust } from './testing-world';
import { ScaledClock } from '../../local-aws/clock';
import { cloudFormationApi } from '../../local-aws/cloudformation/operations';
import { ACCOUNT, NotSupportedError, ServiceError } from '../../local-aws/core';
import { QUOTAS, type Quota, type QuotaName } from '../../local-aws/quotas';
import { eventsApi } from '../../local-aws/services/events/operations';
import { glueApi } from '../../local-aws/services/glue/operations';
import type { DataCatalog, TableInput } from '../../local-aws/services/glue/store';
import { DEPLOYER } from '../../local-aws/services/iam/credentials';
import { Concurrency } from '../../local-aws/services/lambda/concurrency';
import type { FunctionConfiguration, LambdaFunction } from '../../local-aws/services/lambda/function';
import { FunctionStore } from '../../local-aws/services/lambda/store';
import type { State } from '../../local-aws/services/states/definition';
import type { Run } from '../../local-aws/services/states/execution';
import { StateFailure } from '../../local-aws/services/states/failures';
import { History } from '../../local-aws/services/states/history';
import { MapRun } from '../../local-aws/services/states/map-run';
import type { DatasetType } from '../../local-aws/wire';
import { ManualClock } from '../../tools/simulation/manual-clock';

/** Uses so much of a quota. Throws or rejects if it is refused. */
type Attempt = (amount: number) => unknown;

/** A refusal whose error has no documented code. */
class Refused extends Error {}

const LAMBDA_TRUST = trust('lambda.amazonaws.com');
const NOTHING = policy(allow('s3:GetObject'));
const WIDE = { Principal: { AWS: `arn:aws:iam::${ACCOUNT}:root` } };

const long = (length: number) => 'x'.repeat(length);
const times = <T>(count: number, element: (index: number) => T): T[] => Array.from({ length: count }, (_, index) => element(index));
const named = <T>(count: number, prefix: string, element: T): Record<string, T> => Object.fromEntries(times(count, index => [`${prefix}${index}`, element]));

/** A JSON document of so many characters. */
function ofLength(length: number, document: (filler: string) => object = filler => policy(allow('s3:GetObject', `arn:aws:s3:::b/${filler}`))): object {
  return document(long(length - JSON.stringify(document('')).length));
}

const resourcePolicyOfLength = (length: number) => ofLength(length, filler => policy(allow('s3:GetObject', `arn:aws:s3:::b/${filler}`, WIDE)));
const trustOfLength = (length: number) => ofLength(length, filler => trust('lambda.amazonaws.com', { Condition: { StringEquals: { 'aws:SourceAccount': filler } } }));

function accountWithRole() {
  const { iam } = testWorld();
  iam.createRole({ roleName: 'r', assumeRolePolicyDocument: LAMBDA_TRUST });
  return iam;
}

const createRole = (role: object) => testWorld().iam.createRole({ roleName: 'r', assumeRolePolicyDocument: LAMBDA_TRUST, ...role });

async function withFunctions<T>(action: (lambda: FunctionStore, configuration: FunctionConfiguration) => Promise<T>): Promise<T> {
  const clock = new ScaledClock(Infinity); // invocations take time
  const world = testWorld(clock);
  const roleArn = world.iam.createRole({ roleName: 'r', assumeRolePolicyDocument: LAMBDA_TRUST });
  const code = zipOf({ 'index.js': 'exports.handler = async ({ length }) => "x".repeat(length)' });
  try {
    return await action(world.lambda, {
      functionName: 'f', code, handler: 'index.handler', roleArn, runtime: 'nodejs22.x', timeoutSeconds: 60, memorySize: 512, environment: {}, logging: { format: 'Text', applicationLevel: 'INFO' },
    });
  } finally {
    world.lambda.stop();
    clock.stop();
  }
}

const configured = (change: (amount: number) => Partial<FunctionConfiguration>): Attempt[] => [
  amount => withFunctions((lambda, configuration) => lambda.createFunction({ ...configuration, ...change(amount) })),
];

const invoked = (event: (amount: number) => string, how: 'invoke' | 'invokeAsync') => (amount: number) => withFunctions(async (lambda, configuration) => {
  await lambda.createFunction(configuration);
  const result = await lambda[how]({ functionName: 'f', payload: event(amount), principal: { userArn: DEPLOYER.userArn } });
  if (result?.functionError) { throw new Refused(result.payload); }
});

function statesAccount() {
  const world = testWorld();
  const roleArn = world.iam.createRole({ roleName: 'machine', assumeRolePolicyDocument: trust('states.amazonaws.com') });
  const create = (definition: object, name = 'machine') => world.states.createStateMachine({ name, definition: JSON.stringify(definition), roleArn });
  return { world, create };
}

const single = (state: object, name = 'S') => ({ StartAt: name, States: { [name]: { ...state, End: true } } });
const PASS = single({ Type: 'Pass' });

async function start(definition: object, input = '{}', name?: string): Promise<void> {
  const { world, create } = statesAccount();
  const execution = world.states.startExecution(await create(definition), input, name);
  await eventually(() => expect(execution.status).not.toBe('RUNNING'));
  if (execution.status === 'FAILED') { throw new StateFailure(execution.error!, execution.cause!); }
}

/** Throws unless all iterations of a Map run at the same time. */
async function iterate(count: number): Promise<void> {
  const { world, create } = statesAccount();
  const clock = world.clock as ManualClock;
  const map = { Type: 'Map', ItemProcessor: single({ Type: 'Wait', Seconds: 60 }, 'W') };
  const execution = world.states.startExecution(await create(single(map)), JSON.stringify(times(count, index => index)));
  await clock.advance(60_000);
  if (execution.status === 'RUNNING') { throw new Refused(); }
}

/** The same for the child executions of a Map Run. */
async function runChildren(count: number): Promise<void> {
  const controller = new AbortController();
  let started = 0;
  const parent = { world: testWorld(), executionArn: `arn:aws:states:${REGION}:${ACCOUNT}:execution:machine:e`, roleArn: '', state: { Type: 'Map' } satisfies State };
  const ended = new Promise<void>((_, reject) => controller.signal.addEventListener('abort', reject));
  const startChild = () => {
    started++;
    return { run: {} as Run, ended };
  };
  const redrive = () => Promise.reject(new Error('nothing failed'));
  const run = new MapRun(parent, times(count, index => index)).go({ start: startChild, redrive }, controller.signal);
  controller.abort();
  await run.catch(() => {});
  if (started < count) { throw new Refused(); }
}

const template = (rest: object) => ({ Resources: { T: topic('x') }, ...rest });

/** Throws unless CloudFormation makes a change set of it. */
function createChangeSet(content: object, { stackName = 'S', parameters = {}, tags = 0 } = {}): void {
  testWorld().cloudformation.createChangeSet({
    stackName,
    changeSetName: 'c',
    type: 'CREATE',
    templateText: JSON.stringify(content),
    parameters: new Map(Object.entries(parameters)),
    settings: { tags: times(tags, index => ({ Key: `k${index}`, Value: 'v' })), capabilities: [], principal: { userArn: DEPLOYER.userArn } },
  });
}

/** The same with a request that has the template or points to it. */
async function requestChangeSet(length: number, inS3: boolean): Promise<void> {
  const world = testWorld();
  const text = JSON.stringify(ofLength(length, Metadata => template({ Metadata })));
  world.s3.createBucket('templates', {});
  if (inS3) { world.s3.putObject('templates', 't.json', Buffer.from(text)); }
  const source: Record<string, string> = inS3 ? { TemplateURL: `https://templates.s3.${REGION}.amazonaws.com/t.json` } : { TemplateBody: text };
  const body = new URLSearchParams({ Action: 'CreateChangeSet', StackName: 'S', ChangeSetName: 'c', ChangeSetType: 'CREATE', ...source }).toString();
  await call(cloudFormationApi, world, { body });
}

/** Throws unless a stack with a custom resource, whose function answers so, is created. */
async function deployCustomResource(answer: object | ((envelope: object) => object), properties: object = {}): Promise<void> {
  const aws = await TestStacks.start();
  try {
    aws.handler = ({ RequestType, StackId, RequestId, LogicalResourceId, PhysicalResourceId }) => {
      const envelope = { Status: 'SUCCESS', StackId, RequestId, LogicalResourceId, PhysicalResourceId: PhysicalResourceId ?? 'id' };
      return JSON.stringify(RequestType !== 'Create' ? envelope : typeof answer === 'function' ? answer(envelope) : { ...envelope, ...answer });
    };
    const stack = await aws.deploy({ Resources: { C: custom(properties) } });
    if (stack.status !== 'CREATE_COMPLETE') { throw new Refused(reason(stack)); }
  } finally {
    await aws.stop();
  }
}

function putEvents(entries: number, detailLength = 2): Promise<unknown> {
  const Detail = JSON.stringify(detailLength === 2 ? {} : long(detailLength - 2));
  const body = JSON.stringify({ Entries: times(entries, () => ({ Source: 'source', DetailType: 'type', Detail })) });
  return call(eventsApi, testWorld(), { headers: { 'x-amz-target': 'AWSEvents.PutEvents' }, body });
}

const putRule = (name: string, targets: number) => testWorld().events.putRule(name, { eventBus: 'default', pattern: { source: ['x'] }, targets: times(targets, index => `t${index}`) });

function createExportJob(change: Record<string, unknown>): Promise<unknown> {
  const fixture = new ExportFixture();
  fixture.seed();
  return fixture.call('CreateDatasetExportJob', fixture.request(change));
}

function createTable(change: Partial<TableInput>, { glue } = testWorld()): DataCatalog {
  glue.createDatabase({ Name: 'd' });
  glue.createTable('d', { Name: 't', TableType: 'EXTERNAL_TABLE', PartitionKeys: [], ...change });
  return glue;
}

const arnOfLength = (prefix: string, length: number) => prefix.padEnd(length, 'x');
const exported = (change: (amount: number) => Record<string, unknown>): Attempt => amount => createExportJob(change(amount));
const tagged = (tagKey: string, tagValue: string) => ({ tags: [{ tagKey, tagValue }] });
const SCHEMA = JSON.stringify({ fields: [{ name: 'USER_ID', type: 'string' }] });

/** Throws unless a file with these rows is imported. */
async function imported(csv: string, { fields = [{ name: 'ITEM_ID', type: 'string' }, { name: 'KIND', type: 'string', categorical: true }], type = 'ITEMS' as DatasetType, before = '' } = {}) {
  const fixture = new ImportFixture();
  const datasetArn = fixture.dataset(type, fields);
  for (const [body, importMode] of [[before, 'FULL'], [csv, before === '' ? 'FULL' : 'INCREMENTAL']] as const) {
    fixture.put('out/file.csv', body);
    if (body !== '' && (await fixture.import(datasetArn, { importMode })).status !== 'ACTIVE') { throw new Refused(); }
  }
}

const INTERACTION = [{ name: 'USER_ID', type: 'string' }, { name: 'ITEM_ID', type: 'string' }, { name: 'TIMESTAMP', type: 'long' }];
const interactions = (count: number) => ['USER_ID,ITEM_ID,TIMESTAMP', ...times(count, index => `u,i,${index}`), ''].join('\n');

const CASES: Readonly<Record<QuotaName, readonly Attempt[]>> = {
  iamRoles: [count => {
    const { iam } = testWorld();
    times(count, index => iam.createRole({ roleName: `r${index}`, assumeRolePolicyDocument: LAMBDA_TRUST }));
  }],
  iamManagedPolicies: [count => {
    const { iam } = testWorld();
    times(count, index => iam.createPolicy(`p${index}`, NOTHING));
  }],
  iamManagedPoliciesOfRole: [count => {
    const iam = accountWithRole();
    times(count, index => iam.attachRolePolicy('r', iam.createPolicy(`p${index}`, NOTHING)));
  }],
  iamInlinePolicies: [length => {
    const iam = accountWithRole();
    iam.putRolePolicy('r', 'p', ofLength(length - 200));
    iam.putRolePolicy('r', 'q', ofLength(200));
  }],
  iamManagedPolicy: [
    length => testWorld().iam.createPolicy('p', ofLength(length)),
    length => {
      const { iam } = testWorld();
      iam.updatePolicy(iam.createPolicy('p', NOTHING), ofLength(length));
    },
  ],
  iamTrustPolicy: [
    length => createRole({ assumeRolePolicyDocument: trustOfLength(length) }),
    length => accountWithRole().updateRole('r', { assumeRolePolicyDocument: trustOfLength(length) }),
  ],
  iamRoleName: [length => createRole({ roleName: long(length) })],
  iamPolicyName: [length => testWorld().iam.createPolicy(long(length), NOTHING), length => accountWithRole().putRolePolicy('r', long(length), NOTHING)],
  iamPath: [length => createRole({ path: `/${long(length - 2)}/` })],
  iamDescription: [
    length => createRole({ description: long(length) }),
    length => accountWithRole().updateRole('r', { description: long(length) }),
    length => testWorld().iam.createPolicy('p', NOTHING, long(length)),
  ],
  iamTags: [count => createRole({ tags: times(count, index => ({ Key: `k${index}`, Value: '' })) })],
  iamTagKey: [length => createRole({ tags: [{ Key: long(length), Value: '' }] })],
  iamTagValue: [length => createRole({ tags: [{ Key: 'k', Value: long(length) }] })],

  lambdaConcurrency: [count => {
    const concurrency = new Concurrency(new ManualClock(), () => []);
    times(count, () => concurrency.enter({ configuration: {} } as LambdaFunction));
  }],
  lambdaRequest: [invoked(length => JSON.stringify(long(length - 2)), 'invoke')],
  lambdaEvent: [invoked(length => JSON.stringify(long(length - 2)), 'invokeAsync')],
  lambdaResponse: [invoked(length => JSON.stringify({ length: length - 2 }), 'invoke')],
  lambdaEnvironment: configured(length => ({ environment: { A: long(length - JSON.stringify({ A: '' }).length) } })),
  lambdaTimeout: configured(timeoutSeconds => ({ timeoutSeconds })),
  lambdaFunctionName: configured(length => ({ functionName: long(length) })),
  lambdaDescription: configured(length => ({ description: long(length) })),
  lambdaResourcePolicy: [length => withFunctions(async (lambda, configuration) => {
    await lambda.createFunction(configuration);
    const statement = (filler: string) => allow('lambda:InvokeFunction', filler, WIDE);
    lambda.addPermission('f', 'other', statement(''));
    const sized = ofLength(length, filler => ({ Version: '2012-10-17', Id: 'default', Statement: [statement(''), statement(filler)] }));
    lambda.addPermission('f', 's', (sized as { Statement: object[] }).Statement[1]);
  })],

  statesHistory: [events => {
    const history = new History();
    history.add(events - 1);
    history.end();
  }],
  statesPayload: [length => start(single({ Type: 'Pass', Result: long(length - 2) }))],
  statesInput: [length => start(PASS, JSON.stringify(long(length - 2)))],
  statesDefinition: [length => statesAccount().create(ofLength(length, Comment => ({ ...PASS, Comment })))],
  statesName: [length => statesAccount().create(PASS, long(length)), length => start(PASS, '{}', long(length))],
  statesStateName: [length => statesAccount().create(single({ Type: 'Pass' }, long(length)))],
  statesInlineIterations: [iterate],
  statesChildExecutions: [runChildren],

  stackResources: [count => createChangeSet({ Resources: named(count, 'T', topic('x')) })],
  stackOutputs: [count => createChangeSet(template({ Outputs: named(count, 'O', { Value: 'v' }) }))],
  stackParameters: [count => createChangeSet(template({ Parameters: named(count, 'P', { Type: 'String', Default: 'd' }) }))],
  stackMappings: [count => createChangeSet(template({ Mappings: named(count, 'M', { a: { b: 'c' } }) }))],
  stackMappingAttributes: [count => createChangeSet(template({ Mappings: { M: named(count, 'a', { b: 'c' }) } }))],
  stackTemplateInRequest: [length => requestChangeSet(length, false)],
  stackTemplateInS3: [length => requestChangeSet(length, true)],
  stackLogicalId: [
    length => createChangeSet({ Resources: { [long(length)]: topic('x') } }),
    length => createChangeSet(template({ Outputs: { [long(length)]: { Value: 'v' } } })),
    length => createChangeSet(template({ Parameters: { [long(length)]: { Type: 'String', Default: 'd' } } })),
    length => createChangeSet(template({ Mappings: { [long(length)]: { a: { b: 'c' } } } })),
  ],
  stackParameterValue: [length => createChangeSet(template({ Parameters: { P: { Type: 'String' } } }), { parameters: { P: long(length) } })],
  stackDescription: [length => createChangeSet(template({ Description: long(length) }))],
  stackOutputDescription: [length => createChangeSet(template({ Outputs: { O: { Value: 'v', Description: long(length) } } }))],
  stackName: [length => createChangeSet(template({}), { stackName: long(length) })],
  stackTags: [tags => createChangeSet(template({}), { tags })],
  customResourceResponse: [length => deployCustomResource(envelope => ofLength(length - 1, filler => ({ ...envelope, Data: { Padding: `ä${filler}` } })))],
  customResourceId: [length => deployCustomResource({ PhysicalResourceId: long(length) })],
  customResourceTimeout: [ServiceTimeout => deployCustomResource({}, { ServiceTimeout })],

  s3BucketPolicy: [length => testWorld().s3.createBucket('bucket', { policy: resourcePolicyOfLength(length) })],
  s3Key: [length => {
    const { s3 } = testWorld();
    s3.createBucket('bucket', {});
    s3.putObject('bucket', `ä${long(length - 2)}`, Buffer.from(''));
  }],
  s3BucketName: [length => testWorld().s3.createBucket(long(length), {})],
  s3ShortestBucketName: [length => testWorld().s3.createBucket(long(length), {})],
  kmsKeyPolicy: [
    length => testWorld().kms.createKey(resourcePolicyOfLength(length)),
    length => {
      const { kms } = testWorld();
      kms.putKeyPolicy(kms.createKey(policy(allow('kms:*', '*', WIDE))), resourcePolicyOfLength(length));
    },
  ],

  eventsEntries: [count => putEvents(count)],
  eventsEntriesSize: [length => putEvents(1, length - 'source'.length - 'type'.length)],
  eventsTargets: [count => putRule('rule', count)],
  eventsRuleName: [length => putRule(long(length), 1)],
  scheduleName: [length => {
    const { iam, scheduler } = testWorld();
    const roleArn = iam.createRole({ roleName: 'r', assumeRolePolicyDocument: trust('scheduler.amazonaws.com') });
    return scheduler.put(long(length), { intervalMs: 60_000, target: '', roleArn, input: '{}', retryAttempts: 0 });
  }],
  ssmParameterValue: [
    length => testWorld().ssm.createParameter('p', long(length)),
    length => testWorld().ssm.setParameter('p', long(length)),
  ],
  logGroupName: [length => testWorld().logs.createLogGroup(long(length))],

  glueDatabases: [count => {
    const { glue } = testWorld();
    times(count, index => glue.createDatabase({ Name: `d${index}` }));
  }],
  glueName: [
    length => testWorld().glue.createDatabase({ Name: long(length) }),
    length => createTable({ Name: long(length) }),
    length => createTable({ PartitionKeys: [{ Name: long(length), Type: 'string' }] }),
    length => createTable({ Parameters: { [long(length)]: 'x' } }),
  ],
  glueColumnType: [length => createTable({ StorageDescriptor: { Columns: [{ Name: 'c', Type: long(length) }] } })],
  glueLocation: [length => createTable({ StorageDescriptor: { Location: arnOfLength('s3://bucket/', length) } })],
  glueParameterValue: [length => createTable({ Parameters: { p: long(length) } })],
  glueViewText: [length => createTable({ TableType: 'VIRTUAL_VIEW', ViewOriginalText: long(length) })],
  gluePartitionValue: [length => createTable({ PartitionKeys: [{ Name: 'k', Type: 'string' }] }).createPartition('d', 't', { Values: [long(length)] })],
  gluePage: [MaxResults => {
    const world = testWorld();
    createTable({}, world);
    return call(glueApi, world, { headers: { 'x-amz-target': 'AWSGlue.GetPartitions' }, body: JSON.stringify({ DatabaseName: 'd', TableName: 't', MaxResults }) });
  }],

  personalizeName: [
    length => testWorld().personalize.datasets.createSchema(long(length), SCHEMA),
    length => testWorld().personalize.datasets.createDatasetGroup({ name: long(length) }),
    length => {
      const { datasets } = testWorld().personalize;
      datasets.createDataset({
        name: long(length), datasetGroupArn: datasets.createDatasetGroup({ name: 'g' }), datasetType: 'USERS', schemaArn: datasets.createSchema('s', SCHEMA),
      });
    },
  ],
  personalizeJobName: [exported(length => ({ jobName: long(length) }))],
  personalizeArn: [
    // it is accepted and then not found
    length => createExportJob({ datasetArn: arnOfLength(`arn:aws:personalize:${REGION}:${ACCOUNT}:dataset/`, length) }).catch((error: ServiceError) => {
      if (error.code !== 'ResourceNotFoundException') { throw error; }
    }),
    exported(length => ({ roleArn: arnOfLength(`arn:aws:iam::${ACCOUNT}:role/`, length) })),
  ],
  personalizePath: [exported(length => ({ jobOutput: { s3DataDestination: { path: `s3://exports/${long(length - 's3://exports/'.length)}` } } }))],
  personalizeKeyArn: [exported(length => ({
    jobOutput: { s3DataDestination: { path: 's3://exports/out/', kmsKeyArn: arnOfLength(`arn:aws:kms:${REGION}:${ACCOUNT}:key/`, length) } },
  }))],
  personalizeTags: [exported(count => ({ tags: times(count, index => ({ tagKey: `k${index}`, tagValue: 'v' })) }))],
  personalizeTagKey: [exported(length => tagged(long(length), 'v'))],
  personalizeTagValue: [exported(length => tagged('k', long(length)))],
  personalizeImportJobs: [count => {
    const fixture = new ImportFixture();
    return fixture.importMany(fixture.dataset(), count);
  }],
  personalizeId: [length => imported(`ITEM_ID,KIND\n${long(length)},k\n`)],
  personalizeCategory: [length => imported(`ITEM_ID,KIND\ni,${long(length)}\n`)],
  personalizeImportedInteractions: [
    count => imported(interactions(count), { fields: INTERACTION, type: 'INTERACTIONS' }),
    count => imported(interactions(count), { fields: INTERACTION, type: 'INTERACTIONS', before: interactions(1_000) }),
  ],
  personalizePage: [
    maxResults => new ExportFixture().call('ListDatasetExportJobs', { maxResults }),
  ],
};

const all = (Object.entries(QUOTAS) as [QuotaName, Quota][]).flatMap(([name, { limits, value, unit, error, least }]) => (
  CASES[name].map((attempt, index) => ({ name, index, limits, value, unit, error, beyond: least ? value - 1 : value + 1, attempt }))));

async function refusal(attempt: () => unknown): Promise<unknown> {
  try {
    await attempt();
  } catch (error) {
    return error;
  }
  return undefined;
}

test.each(all)('$name ($index): $limits, $value $unit and no more', async ({ attempt, value, beyond, error }) => {
  expect(await refusal(() => attempt(value))).toBeUndefined();
  const refused = await refusal(() => attempt(beyond));
  // not a mistake of the attempt's own
  expect([ServiceError, StateFailure, Refused].some(type => refused instanceof type) && !(refused instanceof NotSupportedError)).toBe(true);
  if (error !== undefined) { expect(refused).toMatchObject({ name: error }); }
});

test('a quota has one value and a page of AWS, and a case', () => {
  expect(Object.keys(CASES).sort()).toEqual(Object.keys(QUOTAS).sort());
  for (const [name, { page }] of Object.entries(QUOTAS)) { expect([name, page]).toEqual([name, expect.stringMatching(/^https:\/\/docs\.aws\.amazon\.com\/.+\.html$/)]); }
});

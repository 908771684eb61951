import { App, CfnParameter, Stack, aws_iam as iam } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Dataset, DatasetExportTable, DatasetExportTableProps, DatasetExportWorkflow, DatasetExportWorkflowProps, DatasetFieldType, DatasetGroup, DatasetSchema, IngestionMode } from '../../src';
import { isInlineMapEnough } from '../../src/private/workflow/history-budget';
import { CatalogTable, QueryEngine } from '../../tools/query/engine';
import { ACCOUNT, DATASET_ARN, REGION, concreteStack, definitionOf, importedDataset, jobIn, newDataset } from '../stacks';

// it has no type declarations
// eslint-disable-next-line @typescript-eslint/no-require-imports
const validate = require('asl-validator') as (definition: object, options?: object) => { isValid: boolean; errorsText: (separator?: string) => string };

const SCHEMA = DatasetSchema.fromColumns([{ name: 'USER_ID', type: DatasetFieldType.STRING }, { name: 'AGE', type: DatasetFieldType.INT }]);

function workflowIn(stack: Stack, props: DatasetExportWorkflowProps = { datasets: [importedDataset(stack)] }): DatasetExportWorkflow {
  return new DatasetExportWorkflow(stack, 'Backup', { ingestionMode: IngestionMode.ALL, ...props });
}

function tableIn(stack: Stack, props: Partial<DatasetExportTableProps> = {}, id = 'Users'): DatasetExportTable {
  const workflow = props.workflow ?? workflowIn(stack);
  return new DatasetExportTable(stack, id, { workflow, dataset: importedDataset(stack), schema: SCHEMA, ...props });
}

/** How many datasets a workflow exports at most without a Distributed Map, by default. */
function mostInline(): number {
  const pace = { maxConcurrency: 5, timeoutSeconds: 6 * 3600, pollSeconds: 60 };
  const isEnough = (count: number) => isInlineMapEnough({ datasetArns: Array<string>(count).fill(DATASET_ARN), datasetGroupArns: [] }, pace);
  return Array.from({ length: 200 }, (_, index) => 200 - index).find(isEnough)!;
}

const statements = (stack: Stack) => Object.values(Template.fromStack(stack).findResources('AWS::IAM::Policy'))
  .filter(({ Properties: { Roles } }) => JSON.stringify(Roles).includes('BackupStateMachine')).flatMap(({ Properties }) => Properties.PolicyDocument.Statement);
const inputs = (stack: Stack) => Object.values(Template.fromStack(stack).findResources('AWS::Glue::Table')).map(({ Properties }) => Properties.TableInput);

describe('views', () => {
  const partition = (date: string, run: number) => ({ values: [date, `${date}T0${run}:00:00.000Z`, `job_${run}`, '2'], location: `s3://exports/${date}/job_${run}/` });
  const PARTITIONS = [partition('2026-01-01', 1), partition('2026-01-02', 2), partition('2026-01-02', 3)];
  const rowsOf = async (view: string, contents: string[], schema = SCHEMA) => {
    const stack = concreteStack();
    tableIn(stack, { schema });
    const partitions = PARTITIONS.slice(0, contents.length);
    const catalog: CatalogTable[] = inputs(stack).map(input => ({ database: 'movies_exports', input, partitions }));
    const engine = await QueryEngine.over(catalog, contents.map((text, index) => ({ uri: `${partitions[index].location}part.csv`, content: Buffer.from(text) })));
    try {
      return (await engine.query(`SELECT * FROM ${view}`)).getRowsJS();
    } finally {
      engine.close();
    }
  };
  const EXPORTS = ['USER_ID,AGE\nann,1\n', 'USER_ID,AGE\nann,2\nbob,2\n', 'USER_ID,AGE\nann,3\n'];

  test('the newest export, also if several are of the same date', async () => {
    expect(await rowsOf('movies_exports.users', EXPORTS)).toEqual([['ann', 3]]);
  });

  test('all exports, with their dates', async () => {
    expect((await rowsOf('movies_exports.users_history', EXPORTS)).sort()).toEqual([
      ['2026-01-01', '2026-01-01T01:00:00.000Z', 'job_1', 'ann', 1],
      ['2026-01-02', '2026-01-02T02:00:00.000Z', 'job_2', 'ann', 2],
      ['2026-01-02', '2026-01-02T02:00:00.000Z', 'job_2', 'bob', 2],
      ['2026-01-02', '2026-01-02T03:00:00.000Z', 'job_3', 'ann', 3],
    ]);
  });

  test('an older export with other columns fails the history only', async () => {
    const exported = ['AGE,USER_ID\n1,ann\n', ...EXPORTS.slice(1)];
    expect(await rowsOf('movies_exports.users', exported)).toEqual([['ann', 3]]);
    await expect(rowsOf('movies_exports.users_history', exported)).rejects.toThrow('the columns of a file are not those of the schema');
  });

  test('a field that was added to the schema is NULL in older exports, whose lines still must not be too short', async () => {
    const schema = DatasetSchema.fromColumns(['USER_ID', 'AGE', 'PLAN'].map(name => ({ name, type: DatasetFieldType.STRING })));
    expect(await rowsOf('movies_exports.users', EXPORTS, schema)).toEqual([['ann', '3', null]]);
    expect((await rowsOf('movies_exports.users_history', EXPORTS, schema)).map(row => row.slice(3)).sort()).toEqual([
      ['ann', '1', null], ['ann', '2', null], ['ann', '3', null], ['bob', '2', null],
    ]);
    const among = DatasetSchema.fromColumns(['USER_ID', 'PLAN', 'AGE'].map(name => ({ name, type: DatasetFieldType.STRING })));
    await expect(rowsOf('movies_exports.users_history', EXPORTS, among)).rejects.toThrow('the columns of a file are not those of the schema');
    await expect(rowsOf('movies_exports.users', ['USER_ID,AGE\nann,1\nbob\n'], schema)).rejects.toThrow('a line has fewer fields than the schema');
    await expect(rowsOf('movies_exports.users', ['AGE,USER_ID\n1,ann\n'], schema)).rejects.toThrow('the columns of a file are not those of the schema');
  });

  test('a field with the name of a partition key keeps its name, and the key gets another', async () => {
    const schema = DatasetSchema.fromColumns(['DATE', 'export_date'].map(name => ({ name, type: DatasetFieldType.STRING })));
    const exported = ['DATE,export_date\n1,2\n'];
    expect(await rowsOf('movies_exports.users', exported, schema)).toEqual([['1', '2']]);
    expect(await rowsOf('movies_exports.users_history', exported, schema)).toEqual([['2026-01-01', '2026-01-01T01:00:00.000Z', 'job_1', '1', '2']]);
    const stack = concreteStack();
    tableIn(stack, { schema });
    const [{ PartitionKeys }, , { StorageDescriptor }] = inputs(stack);
    const keys = ['export_export_date', 'exported_at', 'job_name'];
    expect([PartitionKeys, StorageDescriptor.Columns].map(columns => columns.map(({ Name }: any) => Name))).toEqual([
      [...keys, 'field_count'], [...keys, 'date', 'export_date'],
    ]);
  });

  test('before the first export there is nothing', async () => {
    expect([await rowsOf('movies_exports.users', []), await rowsOf('movies_exports.users_history', [])]).toEqual([[], []]);
  });
});

describe('permissions of the state machine', () => {
  const actions = (stack: Stack) => statements(stack).flatMap(({ Action }) => Action);

  test('are to register exports in exactly these tables', () => {
    const stack = concreteStack();
    tableIn(stack);
    const [{ Resource }] = statements(stack).filter(({ Action }) => [Action].flat().some((action: string) => action.startsWith('glue:')));
    expect(Resource.map((arn: object) => /:glue:.*?:\d{12}:([^"]*)/.exec(JSON.stringify(arn))![1])).toEqual(['catalog', 'database/movies_exports', 'table/movies_exports/users_csv']);
    expect(actions(stack)).not.toContain('s3:GetObject');
  });

  test('are to read the exports of the dataset if the headers are verified', () => {
    const stack = concreteStack();
    tableIn(stack, { verifyHeader: true });
    expect(actions(stack)).toEqual(expect.arrayContaining(['s3:ListBucket', 's3:GetObject', 'kms:Decrypt']));
    const [{ Resource }] = statements(stack).filter(({ Action }) => Action === 's3:GetObject');
    expect(JSON.stringify(Resource)).toMatch(/\/dataset_group=movies\/dataset=INTERACTIONS\/date=\?{4}-\?\?-\?\?\/Movies_Export[0-9A-F]{8}_\*\/\*"/);
  });
});

test('a grant to query covers the table, its list of partitions, both views, and the exports of this dataset only', () => {
  const stack = concreteStack();
  const dataset = newDataset(stack);
  const analyst = new iam.Role(stack, 'Analyst', { assumedBy: new iam.AccountRootPrincipal() });
  tableIn(stack, { workflow: workflowIn(stack, { datasets: [dataset, importedDataset(stack)] }), dataset }).grants.query(analyst);
  const allowed = Object.entries(Template.fromStack(stack).findResources('AWS::IAM::Policy')).filter(([id]) => id.startsWith('Analyst'))
    .flatMap(([, { Properties }]) => Properties.PolicyDocument.Statement);
  const resourcesOf = (action: string) => JSON.stringify(
    allowed.filter(({ Action }) => [Action].flat().includes(action)).map(({ Resource }) => Resource),
  );
  for (const name of ['users_csv', 'users', 'users_history', 'users_csv$partitions']) { expect(resourcesOf('glue:GetTable')).toContain(`table/movies_exports/${name}"`); }
  // the names are parts of its ARN
  expect(resourcesOf('s3:GetObject')).toMatch(/dataset_group=",\{"Fn::Select":\[1,.*\/dataset=",\{"Fn::Select":\[2,/);
});

test('without tables, the state machine has no states and no permissions for them', () => {
  const stack = concreteStack();
  workflowIn(stack);
  expect(JSON.stringify([definitionOf(stack), statements(stack)])).not.toMatch(/glue|getObject/i);
});

test.each([[false, false], [false, true], [true, true]])('the definition is valid, distributed: %s, headers verified: %s', (distributed, verifyHeader) => {
  const stack = concreteStack();
  tableIn(stack, { workflow: workflowIn(stack, { datasets: [importedDataset(stack)], distributed }), verifyHeader });
  const definition = JSON.parse(JSON.stringify(definitionOf(stack)).replaceAll('<AWS::Partition>', 'aws'));
  const { isValid, errorsText } = validate(definition, { checkPaths: true, checkArn: true });
  expect(isValid ? '' : errorsText('\n')).toBe('');
});

test('of a file, no more is read than its header should have', () => {
  const stack = concreteStack();
  tableIn(stack, { verifyHeader: true });
  const { 'Table 1': { Result: { header, range } } } = definitionOf(stack).States['For each dataset'].ItemProcessor.States;
  expect([header, range]).toEqual(['USER_ID,AGE', `bytes=0-${'"USER_ID","AGE"'.length}`]);
});

test('the views change no earlier than their table', () => {
  const stack = concreteStack();
  tableIn(stack);
  const [, ...views] = Object.values(Template.fromStack(stack).findResources('AWS::Glue::Table'));
  expect(views.map(({ DependsOn }) => DependsOn)).toEqual(new Array(2).fill([expect.stringMatching(/^UsersTable/)]));
});

test('runs come after the table and the permission', () => {
  const stack = concreteStack();
  tableIn(stack);
  const [{ DependsOn }] = Object.values(Template.fromStack(stack).findResources('AWS::StepFunctions::StateMachine'));
  expect(DependsOn).toEqual(expect.arrayContaining([expect.stringMatching(/^UsersTable/), expect.stringMatching(/^BackupTablesPolicy/)]));
});

describe('validation', () => {
  test.each<[string, (stack: Stack) => Partial<DatasetExportTableProps>]>([
    ['either job or workflow must be set, got both', stack => ({ job: jobIn(stack) })],
    ['dataset must be set with workflow', () => ({ dataset: undefined })],
    ['workflow must be a DatasetExportWorkflow, got Movies/Dataset', stack => ({ workflow: importedDataset(stack) as any })],
    ['dataset must be one of those that the workflow exports, got "arn', stack => ({ dataset: importedDataset(stack, DATASET_ARN.replace('movies', 'books')) })],
    ['dataset must be one of those that the workflow exports, got "${', stack => ({ dataset: newDataset(stack) })],
  ])('%s', (message, props) => {
    const stack = concreteStack();
    expect(() => tableIn(stack, props(stack))).toThrow(message);
  });

  test('refuses names that are too long for all that is named after them', () => {
    expect(() => tableIn(concreteStack(), { viewName: 'x'.repeat(250) })).toThrow('viewName must be 1 to 255');
    tableIn(concreteStack(), { viewName: 'x'.repeat(247) });
  });

  test.each<[string, Partial<DatasetExportTableProps>]>([
    ['either job or workflow must be set, got neither', {}],
    ['dataset must not be set with job', { dataset: Dataset.fromDatasetArn(concreteStack(), 'D', DATASET_ARN) }],
    ['verifyHeader must not be true with job', { verifyHeader: true }],
    ['job must be a DatasetExportJob, got Movies', { job: concreteStack() as any }],
    ['schema must be made by DatasetSchema, got "{}": use DatasetSchema.fromJson()', { schema: '{}' as any }],
    ['schema must be made by DatasetSchema, got undefined', { schema: undefined }],
  ])('%s, without a workflow', (message, props) => {
    const stack = concreteStack();
    const job = message.includes('neither') ? undefined : jobIn(stack);
    expect(() => new DatasetExportTable(stack, 'Users', { job, schema: SCHEMA, ...props })).toThrow(message);
  });

  test('refuses a job whose export may still be written', () => {
    const stack = concreteStack();
    const job = jobIn(stack, { waitForCompletion: false });
    expect(() => new DatasetExportTable(stack, 'Users', { job, schema: SCHEMA })).toThrow(/^job must wait for its completion, .* got waitForCompletion: false: leave that out/);
  });

  test('refuses a second table for a dataset, a table in another stack, and more tables than the role\'s policy has room for', () => {
    const app = new App();
    const [stack, other] = ['Movies', 'Other'].map(id => new Stack(app, id, { env: { account: ACCOUNT, region: REGION } }));
    const datasets = Array.from({ length: 90 }, (_, index) => importedDataset(stack, DATASET_ARN.replace('movies', `movies${index}`)));
    const workflow = workflowIn(stack, { datasets });
    const add = (index: number, id = `T${index}`, scope = stack) => tableIn(scope, { workflow, dataset: datasets[index] }, id);
    add(0);
    expect(() => add(0, 'Again')).toThrow('dataset must not have two tables in a workflow');
    expect(() => add(1, 'Elsewhere', other)).toThrow('workflow must be in the stack of the table');
    expect(() => datasets.slice(1).forEach((_, index) => add(index + 1))).toThrow('the workflow must have fewer tables');
  });

  test.each([[undefined, true], [true, false]])('refuses more tables than the history of a run has room for, unless it is distributed: %s', (distributed, refused) => {
    const stack = concreteStack();
    const datasets = Array.from({ length: mostInline() }, (_, index) => importedDataset(stack, DATASET_ARN.replace('movies', `movies${index}`)));
    const workflow = workflowIn(stack, { datasets, distributed });
    const add = () => datasets.slice(0, 40).forEach((dataset, index) => tableIn(stack, { workflow, dataset, verifyHeader: true }, `T${index}`));
    if (refused) {
      expect(add).toThrow('the workflow must have distributed: true for its');
    } else {
      add();
    }
  });

  test('leaves tokens to the deployment: datasets of groups, and those that are the workflow\'s own', () => {
    const stack = concreteStack();
    const group = DatasetGroup.fromDatasetGroupArn(stack, 'Group', new CfnParameter(stack, 'GroupArn').valueAsString);
    const dataset = newDataset(stack);
    const workflow = workflowIn(stack, { datasets: [dataset], datasetGroups: [group] });
    tableIn(stack, { workflow, dataset });
    tableIn(stack, { workflow }, 'OfGroup');
    const [, { Choices }] = Object.entries<any>(definitionOf(stack).States['For each dataset'].ItemProcessor.States).find(([name]) => name === 'Which table?')!;
    expect(Choices.slice(0, 2).map(({ StringEquals }: any) => StringEquals)).toEqual([expect.stringMatching(/^</), DATASET_ARN]);
  });

  test('accepts the datasets of a known group', () => {
    const stack = concreteStack();
    const group = DatasetGroup.fromDatasetGroupArn(stack, 'Group', DATASET_ARN.replace(':dataset/', ':dataset-group/').replace('/INTERACTIONS', ''));
    tableIn(stack, { workflow: workflowIn(stack, { datasetGroups: [group] }) });
    expect(inputs(stack)[0].StorageDescriptor.Location['Fn::Join'][1].at(-1)).toBe('/dataset_group=movies/dataset=INTERACTIONS/');
  });
});

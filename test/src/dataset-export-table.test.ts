import { App, CfnParameter, Duration, NestedStack, Stack, Stage, aws_glue as glue, aws_iam as iam, aws_s3 as s3 } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { Construct } from 'constructs';
import { DatasetExportTable, DatasetExportTableProps, DatasetFieldType, DatasetSchema, ExportDestination } from '../../src';
import { ACCOUNT, DATASET_ARN, REGION, concreteStack, importedDataset, jobIn } from '../stacks';

const schema = DatasetSchema.fromColumns([
  { name: 'USER_ID', type: DatasetFieldType.STRING },
  { name: 'ITEM_ID', type: DatasetFieldType.STRING },
  { name: 'TIMESTAMP', type: DatasetFieldType.LONG },
]);
const tableIn = (scope: Construct, props: Partial<DatasetExportTableProps> = {}, id = 'Interactions') => (
  new DatasetExportTable(scope, id, { job: props.job ?? jobIn(scope, {}, `${id}Export`), schema, ...props }));
const tablesOf = (stack: Stack) => Object.values(Template.fromStack(stack).findResources('AWS::Glue::Table')).map(({ Properties }) => Properties);
const namesOf = ({ databaseName, tableName, viewName }: DatasetExportTable) => [databaseName, tableName, viewName];

test('the table is where the job has written its newest export', () => {
  const stack = concreteStack();
  const job = jobIn(stack);
  tableIn(stack, { job });
  const [table] = tablesOf(stack);
  expect(table.TableInput.StorageDescriptor.Location).toEqual(stack.resolve(job.outputUri));
});

test('a table in another stack follows the job, without an export that blocks the next one', () => {
  const app = new App();
  const env = { account: ACCOUNT, region: REGION };
  const [exporting, querying] = ['Exporting', 'Querying'].map(id => new Stack(app, id, { env }));
  tableIn(querying, { job: jobIn(exporting) });
  app.synth();
  const { TableInput } = tablesOf(querying)[0];
  expect(Template.fromStack(querying).toJSON().Parameters[TableInput.StorageDescriptor.Location.Ref].Type).toBe('AWS::SSM::Parameter::Value<String>');
});

test('the view changes no earlier than its table', () => {
  const stack = concreteStack();
  tableIn(stack);
  const [, { DependsOn }] = Object.values(Template.fromStack(stack).findResources('AWS::Glue::Table'));
  expect(DependsOn).toEqual([expect.stringMatching(/^InteractionsTable/)]);
});

test('Glue and the view agree on the types of the columns', () => {
  const stack = concreteStack();
  const types = Object.values(DatasetFieldType);
  const fields = types.map(type => ({ name: `A_${type}`, type }));
  const all = DatasetSchema.fromColumns([...fields, { name: 'TIMESTAMP', type: DatasetFieldType.LONG }, { name: 'GENRES', type: DatasetFieldType.STRING, categorical: true }]);
  tableIn(stack, { schema: all, splitCategorical: true });
  const [table, view] = tablesOf(stack).map(({ TableInput }) => TableInput);
  expect(new Set(table.StorageDescriptor.Columns.map(({ Type }: any) => Type))).toEqual(new Set(['string']));
  const ofView = JSON.parse(Buffer.from(view.ViewOriginalText.split(' ')[3], 'base64').toString()).columns;
  expect(view.StorageDescriptor.Columns.map(({ Name, Type }: any, index: number) => [Name, Type, ofView[index].name, ofView[index].type])).toEqual([
    ['a_string', 'string', 'a_string', 'varchar'],
    ['a_int', 'int', 'a_int', 'integer'],
    ['a_long', 'bigint', 'a_long', 'bigint'],
    ['a_float', 'float', 'a_float', 'real'],
    ['a_double', 'double', 'a_double', 'double'],
    ['a_boolean', 'boolean', 'a_boolean', 'boolean'],
    ['timestamp', 'timestamp', 'timestamp', 'timestamp(3)'],
    ['genres', 'array<string>', 'genres', 'array(varchar)'],
  ]);
});

describe('names', () => {
  test('are those of the stack and of the construct', () => {
    const stack = concreteStack('Movies-Prod');
    expect(namesOf(tableIn(stack))).toEqual(['movies_prod_exports', 'interactions_csv', 'interactions']);
    expect(namesOf(tableIn(new Construct(stack, 'Query'), {}, 'Items'))).toEqual(['movies_prod_exports', 'query_items_csv', 'query_items']);
    Template.fromStack(stack).resourceCountIs('AWS::Glue::Database', 1);
  });

  test('of a nested stack are those of its path', () => {
    const parent = concreteStack();
    expect(namesOf(tableIn(new NestedStack(parent, 'Nested')))).toEqual(['movies_nested_exports', 'interactions_csv', 'interactions']);
  });

  test('too long or without a usable character are cut off, and stay different', () => {
    const stack = concreteStack();
    const [one, other, foreign] = [`${'a'.repeat(250)}1`, `${'a'.repeat(250)}2`, 'Ünïversum'.replace(/[a-z]/g, '')].map(id => tableIn(stack, { job: jobIn(stack, {}, `${id}E`) }, id));
    expect(one.viewName).toMatch(/^a{200}_[0-9a-f]{8}$/);
    expect(new Set([one.viewName, other.viewName]).size).toBe(2);
    expect(foreign.viewName).toMatch(/^export_[0-9a-f]{8}$/);
  });

  test('of your own are used', () => {
    expect(namesOf(tableIn(concreteStack(), { viewName: 'clicks', tableName: 'clicks_raw' }))).toEqual(['movies_exports', 'clicks_raw', 'clicks']);
  });

  test('of your own make resources of their own: CloudFormation cannot rename them', () => {
    const ids = (props: Partial<DatasetExportTableProps>) => {
      const stack = concreteStack();
      tableIn(stack, props);
      return Object.keys(Template.fromStack(stack).findResources('AWS::Glue::Table'));
    };
    const [table, view] = ids({ viewName: 'clicks', tableName: 'clicks_raw' });
    expect(ids({ viewName: 'views', tableName: 'clicks_raw' })).toEqual([table, expect.not.stringContaining(view)]);
    expect(ids({ viewName: 'clicks', tableName: 'raw' })).toEqual([expect.not.stringContaining(table), view]);
    expect(ids({ viewName: 'clicks' })).not.toContain(table);
    expect(ids({ viewName: 'views', tableName: 'clicks_csv' })[0]).toBe(ids({ viewName: 'clicks' })[0]);
  });

  test('of your own that are the default ones change nothing', () => {
    const [one, two] = [{}, { viewName: 'interactions', tableName: 'interactions_csv' }].map(props => {
      const stack = concreteStack();
      tableIn(stack, props);
      return Template.fromStack(stack).toJSON();
    });
    expect(two).toEqual(one);
  });

  test.each<[keyof DatasetExportTableProps, string]>([['viewName', 'Clicks'], ['viewName', ''], ['tableName', 'my-clicks'], ['tableName', 'x'.repeat(256)]])(
    '%s %p is refused', (prop, name) => {
      expect(() => tableIn(concreteStack(), { [prop]: name })).toThrow(new RegExp(`^${prop} must be 1 to 255 lower-case letters, digits and underscores, got "${name}"`));
    },
  );

  test('of a database that two stacks of an app would have are refused', () => {
    const app = new App();
    const stackIn = (id: string, account?: string, scope: Construct = app) => new Stack(scope, id, { env: { account, region: account && REGION } });
    tableIn(stackIn('Movies-Dev'));
    expect(() => tableIn(stackIn('movies--dev'))).toThrow(/^database must be set, because the stack Movies-Dev already has the database "movies_dev_exports"/);
    tableIn(stackIn('movies-dev', ACCOUNT));
    expect(() => tableIn(stackIn('movies-Dev', ACCOUNT))).toThrow('the stack movies-dev already has');
    tableIn(new Stack(new Stage(app, 'Prod'), 'Movies', { stackName: 'Movies-Dev' }));
  });

  test('used twice in a database are refused', () => {
    const stack = concreteStack();
    tableIn(stack, {}, 'Items');
    expect(() => tableIn(stack, {}, 'items')).toThrow(/^viewName and tableName must be unique .* got "items_csv", which Movies\/Items has/);
    expect(() => tableIn(stack, { tableName: 'same', viewName: 'same' })).toThrow(/^viewName and tableName must be unique .* got "same"/);
  });
});

describe('a database of your own', () => {
  const lakeIn = (stack: Stack) => ({ database: glue.CfnDatabase.fromDatabaseName(stack, `Lake${stack.node.children.length}`, 'lake'), viewName: 'clicks' });

  test('has each name once, whoever refers to it', () => {
    const app = new App();
    const [one, two] = ['One', 'Two'].map(id => new Stack(app, id, { env: { account: ACCOUNT, region: REGION } }));
    tableIn(one, lakeIn(one));
    expect(() => tableIn(one, lakeIn(one), 'Again')).toThrow(/^viewName and tableName must be unique .* got "clicks_csv", which One\/Interactions has/);
    expect(() => tableIn(two, lakeIn(two))).toThrow('which One/Interactions has');
  });

  test('may be another one of the same name, in another Region or in an account that only the deployment knows', () => {
    const app = new App();
    for (const env of [{ account: ACCOUNT, region: REGION }, { account: ACCOUNT, region: 'us-east-1' }, {}, {}]) {
      const stack = new Stack(app, `Stack${app.node.children.length}`, { env });
      const dataset = importedDataset(stack, DATASET_ARN.replace(REGION, env.region ?? REGION));
      tableIn(stack, { job: jobIn(stack, { dataset }), ...lakeIn(stack) });
    }
  });

  const viewText = (stack: Stack) => tablesOf(stack)[1].TableInput.ViewOriginalText;

  test('with a known name', () => {
    const stack = concreteStack();
    const table = tableIn(stack, { database: glue.CfnDatabase.fromDatabaseName(stack, 'Database', 'lake') });
    expect(namesOf(table)).toEqual(['lake', 'movies_interactions_csv', 'movies_interactions']);
    Template.fromStack(stack).resourceCountIs('AWS::Glue::Database', 0);
    expect(JSON.parse(Buffer.from(viewText(stack).split(' ')[3], 'base64').toString()).schema).toBe('lake');
  });

  test('whose name only the deployment knows, as table names may be', () => {
    const stack = concreteStack();
    const database = new glue.CfnDatabase(stack, 'Lake', { catalogId: ACCOUNT, databaseInput: {} });
    tableIn(stack, { database, tableName: new CfnParameter(stack, 'Name').valueAsString, viewName: 'clicks' });
    const [before, { 'Fn::Base64': { 'Fn::Join': [, parts] } }, after] = viewText(stack)['Fn::Join'][1];
    expect([before, after]).toEqual(['/* Presto View: ', ' */']);
    const json = parts.map((part: any) => typeof part === 'string' ? part : `<${part.Ref}>`).join('');
    expect(JSON.parse(json)).toMatchObject({ schema: '<Lake>', originalSql: expect.stringContaining('FROM "<Name>"') });
  });
});

test.each([['GLACIER', 1], ['DEEP_ARCHIVE', 1], ['GLACIER_IR', 0]])('exports that the destination moves to %s are missing in queries: %d warnings', (storageClass, count) => {
  const stack = concreteStack();
  const transitions = [{ storageClass: new s3.StorageClass(storageClass), transitionAfter: Duration.days(90) }];
  tableIn(stack, { job: jobIn(stack, { destination: new ExportDestination(stack, 'Exports', { transitions }) }) });
  expect(Annotations.fromStack(stack).findWarning('/Movies/Interactions', Match.stringLikeRegexp(`transitions of Movies/Exports have moved to ${storageClass}`))).toHaveLength(count);
});

describe('grants.query', () => {
  function statementsFor(principal: (stack: Stack) => iam.IGrantable): any[] {
    const stack = concreteStack();
    tableIn(stack).grants.query(principal(stack));
    return Object.values(Template.fromStack(stack).findResources('AWS::IAM::Policy'))
      .filter(({ Properties: { Roles, Users } }) => /Analyst/.test(JSON.stringify([Roles, Users]))).flatMap(({ Properties }) => Properties.PolicyDocument.Statement);
  }
  const analyst = (stack: Stack) => new iam.Role(stack, 'Analyst', { assumedBy: new iam.AccountRootPrincipal() });

  test('allows to look up the table and the view, and to read the exports, and no more', () => {
    const statements = statementsFor(analyst);
    const allowed = statements.map(({ Action, Resource }) => [[Action].flat(), [Resource].flat().map(some => /glue:[^"]*/.exec(JSON.stringify(some))?.[0])]);
    expect(allowed).toEqual([
      [['glue:GetDatabase'], ['catalog', 'database/default', 'database/movies_exports'].map(name => `glue:${REGION}:${ACCOUNT}:${name}`)],
      [
        ['glue:BatchGetPartition', 'glue:GetPartition', 'glue:GetPartitions', 'glue:GetTable'],
        ['catalog', 'database/movies_exports', 'table/movies_exports/interactions_csv', 'table/movies_exports/interactions'].map(name => `glue:${REGION}:${ACCOUNT}:${name}`),
      ],
      [['s3:GetObject'], [undefined]],
      [['s3:ListBucket'], [undefined]],
      [['kms:Decrypt'], [undefined]],
    ]);
  });

  test('warns of what a role that cannot be changed needs', () => {
    const stack = concreteStack();
    tableIn(stack).grants.query(iam.Role.fromRoleArn(stack, 'Frozen', `arn:aws:iam::${ACCOUNT}:role/mine`, { mutable: false }));
    const warnings = Annotations.fromStack(stack).findWarning('*', Match.stringLikeRegexp('policy of role .* cannot query the table: .*glue:'));
    expect(warnings.map(({ entry }) => /"Action":(\[.*?\]|".*?")/.exec(String(entry.data))![1])).toEqual([
      '"glue:GetDatabase"', '["glue:BatchGetPartition","glue:GetPartition","glue:GetPartitions","glue:GetTable"]',
    ]);
  });

  test('refuses a principal that has no policies of its own', () => {
    expect(() => statementsFor(() => new iam.AccountPrincipal('444455556666'))).toThrow(/^grantee must be a role, a user or a group, got .*444455556666/);
  });
});

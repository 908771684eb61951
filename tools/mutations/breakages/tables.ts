import { type Breakage, breakagesOf } from '../breakage';

const TABLE = 'test/src/dataset-export-table.test.ts';
const QUERY = 'test/src/dataset-export-query.test.ts';
const SCHEMA = 'test/src/dataset-schema.test.ts';
const WORKFLOW = 'test/src/dataset-export-table-workflow.test.ts';
const REGISTRATION = 'test/src/private/workflow/tables.test.ts';

/** Tables and views over exports: wrong rows that nobody would notice, and who may read them. */
export const TABLE_BREAKAGES: Breakage[] = [
  ...breakagesOf('src/private/table/view.ts', [QUERY, TABLE], {
    'short-lines-accepted': {
      breaks: 'a line break in a value makes two wrong records',
      from: '  WHEN ${last} IS NULL THEN ${tooShort}\n',
      to: '',
    },
    'headers-are-records': {
      breaks: 'the header of each file is a record',
      from: '  WHEN ${header} THEN false\n',
      to: '',
    },
    'permuted-columns-accepted': {
      breaks: 'users are items',
      from: '  WHEN ${first} IN (${fields}) OR ${last} IN (${fields}) THEN ${unlike}\n',
      to: '',
    },
    'headers-are-converted': {
      breaks: 'a condition on a time may fail because of a header',
      from: 'const value = `nullif(${text}, ${quoted(field)})`;',
      to: 'const value = text;',
    },
    'milliseconds-accepted': {
      breaks: 'all times are in the year 55000',
      from: '99_999_999_999',
      to: '99_999_999_999_999',
    },
    'tokens-encoded-at-synthesis': {
      breaks: 'the view names a database that does not exist',
      from: 'Token.isUnresolved(json) ? Fn.base64(json) : ',
      to: '',
    },
  }),
  ...breakagesOf('src/private/table/view.ts', [WORKFLOW], {
    'newest-by-date': {
      breaks: 'the newest export is every one of its date',
      from: 'SELECT max(${exportedAt})',
      to: 'SELECT max("date")',
    },
    'history-without-keys': {
      breaks: 'nobody knows which export a record is from',
      from: 'shown === \'all\' ? [date',
      to: 'shown === undefined ? [date',
    },
    'added-fields-refused': {
      breaks: 'no query works after a field was added to the schema',
      from: 'if (shown === undefined) { return',
      to: 'if (columns.length > 0) { return',
    },
  }),
  ...breakagesOf('src/private/table/partition-keys.ts', [WORKFLOW], {
    'keys-like-columns': {
      breaks: 'Athena refuses the table',
      from: 'columns.some(({ name }) => name === key)',
      to: 'columns.length === 0',
    },
  }),
  ...breakagesOf('src/private/workflow/table-states.ts', [REGISTRATION], {
    'registered-twice': {
      breaks: 'an export fails because the answer to its registration was lost',
      from: '      { ErrorEquals: [\'Glue.AlreadyExistsException\'], ResultPath: null, Next: REGISTERED },\n',
      to: '',
    },
    'earlier-export-unregistered': {
      breaks: 'a redrive leaves an export out of its table',
      from: 'Next: \'Note earlier export\' }',
      to: 'Next: report }',
    },
    'table-of-any-dataset': {
      breaks: 'an export is in the table of another dataset',
      from: 'StringEquals: datasetArn',
      to: 'StringMatches: \'*\'',
    },
    'encryption-errors-retried': {
      breaks: 'the history of an execution fills up with attempts that cannot succeed',
      from: ', \'GlueEncryption\'',
      to: '',
    },
    'location-of-all-exports': {
      breaks: 'each partition has the same files',
      from: '\'Location.$\': \'$.datasetExport.outputUri\'',
      to: '\'Location.$\': \'$.datasetArn\'',
    },
  }),
  ...breakagesOf('src/private/workflow/header-states.ts', [REGISTRATION], {
    'one-header': {
      breaks: 'a file without a header loses its first record',
      from: 'const OBJECTS = 2;',
      to: 'const OBJECTS = 1;',
    },
    'records-in-events': {
      breaks: 'an event shows the first record of a file without a header',
      from: '$count($split($line, ",")[$ in $names]) > 0',
      to: 'true',
    },
    'headers-in-skipped-folders': {
      breaks: 'an export is not registered because of a file that no query reads',
      from: '/(^|\\\\/)[_.]/',
      to: '/^[_.]/',
    },
    'quoted-headers-refused': {
      breaks: 'files with quotes in their headers are not registered',
      from: '[0], "\\\\"", "")',
      to: '[0], "~", "")',
    },
  }),
  ...breakagesOf('src/private/workflow/registered-tables.ts', [WORKFLOW], {
    'registers-anywhere': {
      breaks: 'the state machine may change all tables of the database',
      from: 'resourceName: `${databaseName}/${tableName}`',
      to: 'resourceName: `${databaseName}/*`',
    },
  }),
  ...breakagesOf('src/private/table/storage.ts', [QUERY, TABLE], {
    'no-escape-character': {
      breaks: 'a quote after a backslash ends the value',
      from: 'escapeChar: \'\\\\\'',
      to: 'escapeChar: \'~\'',
    },
  }),
  ...breakagesOf('src/private/table/source-problem.ts', [WORKFLOW], {
    'half-export-shown': {
      breaks: 'queries count a part of the records, and nothing shows it',
      from: 'if (!job._isComplete) {',
      to: 'if (job._isComplete === undefined) {',
    },
  }),
  ...breakagesOf('src/dataset-export-table.ts', [TABLE, WORKFLOW], {
    'renamed-in-place': {
      breaks: 'a deployment with another name of the view fails',
      from: 'Token.isUnresolved(tableInput.name) ? id : `${id}-${tableInput.name}`',
      to: 'id',
    },
    'no-grant-on-partitions': {
      breaks: 'Athena refuses the view of the newest export',
      from: '[...tableNames, `${this.tableName}$partitions`]',
      to: '[...tableNames]',
    },
    'view-before-table': {
      breaks: 'the view has columns that its table does not have, until the export is done',
      from: 'for (const view of views) { view.node.addDependency(table); }',
      to: '',
    },
  }),
  ...breakagesOf('src/private/table/claimed-names.ts', [TABLE], {
    'database-of-two-stacks': {
      breaks: 'the second stack cannot be deployed',
      from: 'claim(stack, [catalogOf(stack)',
      to: 'claim(stack, [stack.node.path, catalogOf(stack)',
    },
    'same-catalog-everywhere': {
      breaks: 'an app cannot have the same table in two Regions',
      from: '`${account}/${region}`',
      to: 'account',
    },
  }),
  ...breakagesOf('src/private/table/archive-warning.ts', [TABLE], {
    'archives-without-warning': {
      breaks: 'queries of the history have fewer records after some time, and nothing shows it',
      from: 'archive === undefined',
      to: 'archive !== \'\'',
    },
  }),
  ...breakagesOf('src/private/table/columns.ts', [SCHEMA], {
    'equal-names-accepted': {
      breaks: 'Athena refuses the table',
      from: 'const names = fields.map(({ name }) => name.toLowerCase());',
      to: 'const names = fields.map(({ name }) => name);',
    },
  }),
  ...breakagesOf('src/dataset-export-table-grants.ts', [TABLE], {
    'grant-on-all-tables': {
      breaks: 'the principal may read every table of the database',
      from: '...tableNames.map(name => arn(\'table\', `${databaseName}/${name}`))',
      to: 'arn(\'table\', `${databaseName}/*`)',
    },
  }),
];

import { jsonataObject, shortened } from './expressions';
import { MAX_REASON_LENGTH } from './payload-budget';

/** A state that turns the result of an export into a failure: the export is there, but its table does not show it. */
export function notRegistered(reason: string, Next: string): object {
  const result = jsonataObject({ status: '"ERROR"', failureReason: shortened(reason, MAX_REASON_LENGTH) });
  const output = `$states.input.$merge([$, {"datasetExport": $merge([datasetExport, ${result}])}])`;
  return { Type: 'Pass', QueryLanguage: 'JSONata', Output: `{% ${output} %}`, Next };
}

/** The statement for Amazon Athena that registers the export of `$.datasetExport` in `$.table`, in JSONata. */
export function addPartition(): string {
  const [name, uri] = ['"`" & table.databaseName & "`.`" & table.tableName & "`"', 'datasetExport.outputUri'];
  const values = ['$substringBefore(startTime, "T")', 'startTime', 'datasetExport.jobName', 'table.fieldCount'];
  const partition = values.map((value, index) => `"\`" & table.keys[${index}] & "\` = '" & ${value} & "'"`).join(' & ", " & ');
  return `"ALTER TABLE " & ${name} & " ADD IF NOT EXISTS PARTITION (" & ${partition} & ") LOCATION '" & ${uri} & "'"`;
}

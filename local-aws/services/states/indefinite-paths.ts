/**
 * A path that may point to any number of places (`[*]`, `..`, a filter, a slice) is a list in Step Functions, an empty one when
 * it points nowhere. aws-local-stepfunctions takes it for a path to something missing, and fails: its JSONPath library answers
 * undefined. Imported before the library.
 */
interface Query { readonly path: string; readonly wrap?: boolean }
interface JsonPathModule { JSONPath: (query: Query) => unknown }

// the library's own dependency
// eslint-disable-next-line @typescript-eslint/no-require-imports
const module_ = require('jsonpath-plus') as JsonPathModule;
const original = module_.JSONPath;

module_.JSONPath = Object.assign((query: Query): unknown => {
  const result = original(query);
  return result === undefined && query.wrap === false && /\[\*\]|\.\.|\[\?|\[\d*:\d*\]/.test(query.path) ? [] : result;
}, original);

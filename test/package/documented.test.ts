import * as fs from 'fs';
import * as path from 'path';
import { REPOSITORY } from '../../tools/repository';

interface Documented {
  readonly name?: string;
  readonly optional?: boolean;
  readonly docs?: { readonly summary?: string; readonly default?: string; readonly see?: string };
  readonly parameters?: readonly Documented[];
}

interface Type extends Documented {
  readonly name: string;
  /** a struct of props */
  readonly datatype?: boolean;
  readonly members?: readonly Documented[];
  readonly properties?: readonly Documented[];
  readonly methods?: readonly Documented[];
  readonly initializer?: Documented;
}

/** Types without a page in the AWS documentation. */
const WITHOUT_SOURCE = ['DatasetExportJobGrants', 'ExportTrigger'];

test('everything public has a description, each optional prop a default, each type a link to the AWS documentation', () => {
  const { types } = JSON.parse(fs.readFileSync(path.join(REPOSITORY, '.jsii'), 'utf8')) as { types: Record<string, Type> };
  const missing = Object.values(types).flatMap(type => {
    const { name, datatype, docs, members = [], properties = [], methods = [], initializer } = type;
    const callables = [...methods, ...initializer ? [initializer] : []];
    return [
      ...[type, ...members, ...properties, ...callables, ...callables.flatMap(({ parameters = [] }) => parameters)]
        .filter(documented => !documented.docs?.summary).map(documented => `${name}.${documented.name ?? 'constructor'}: description`),
      ...properties.filter(property => datatype && property.optional && !property.docs?.default).map(property => `${name}.${property.name}: @default`),
      ...docs?.see?.startsWith('https://docs.aws.amazon.com/') || WITHOUT_SOURCE.includes(name) ? [] : [`${name}: @see`],
    ];
  });
  expect(missing).toEqual([]);
});

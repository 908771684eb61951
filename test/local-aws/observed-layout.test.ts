import * as fc from 'fast-check';
import { PLAIN } from '../../local-aws/profile';
import { outputFiles } from '../../local-aws/services/personalize/output';
import type { OutputLayout } from '../../local-aws/wire';
import { layoutOf } from '../../tools/integ/probe/layout';
import { contents, type ProbedExport } from '../../tools/integ/probe/probe';
import { COLUMNS, RECORDS } from '../../tools/integ/probe/values';
import { outputLayouts } from '../output-layouts';

const ROWS = Object.entries(RECORDS).map(([ITEM_ID, values]) => ({ ...Object.fromEntries(COLUMNS.map(column => [column, ''])), ...values, ITEM_ID }));

const probed = (rows: typeof ROWS, layout: OutputLayout): ProbedExport => ({
  described: {}, pathEndsWithSlash: true, objects: [...outputFiles(COLUMNS, rows, layout)].map(([name, body]) => ({ name, ...contents(body) })),
});

test('the layout probe finds each layout that local AWS can write', () => {
  fc.assert(fc.property(outputLayouts(fc.constant(5)), layout => {
    const { echoesTrailingSlash, ...found } = layoutOf({ BULK: probed(ROWS, layout), PUT: probed([], layout) });
    const unseen = layout.headers === 'none' ? ['columnOrder', 'quotesHeader'] : [];
    expect({ ...found, echoesTrailingSlash }).toEqual({
      ...Object.fromEntries(Object.entries(layout).filter(([name]) => ![...unseen, 'recordsPerFile'].includes(name))), echoesTrailingSlash: true,
    });
  }), { numRuns: 300 });
});

test.each<[string, Partial<ProbedExport['objects'][number]>]>([
  ['columns in another order', { firstLine: 'GENRES,ITEM_ID,NAME,STOCK,VIEWS,PRICE,RATING,ADULT\n' }],
  ['quotes of another kind', { records: { plain: 'plain\n', quotes: 'quotes,\'a "b" c\'\n' } }],
])('it fails at %s, for which local AWS has no setting', (_, change) => {
  const { objects: [first], ...rest } = probed(ROWS, { ...PLAIN.personalize });
  expect(() => layoutOf({ BULK: { ...rest, objects: [{ ...first, ...change }] }, PUT: probed([], PLAIN.personalize) })).toThrow('local AWS has no setting');
});

import { readFileSync } from 'fs';
import * as path from 'path';
import { FOLDER, oneJob, pictures } from '../../tools/docs/draw-resources';

test('the README\'s pictures show the template as it is (if not: node --import tsx tools/docs/draw-resources.ts)', async () => {
  const drawn = await pictures();
  expect(Object.keys(drawn).sort()).toEqual(['resources-dark.svg', 'resources-light.svg']);
  for (const [name, svg] of Object.entries(drawn)) { expect(readFileSync(path.join(FOLDER, name), 'utf8')).toBe(svg); }
});

test('they show all 21 resources, by name or as the policy of one', () => {
  const { nodes } = oneJob();
  expect(nodes.length + nodes.flatMap(({ policies }) => policies).length).toBe(21);
});

test('they are legible at the README\'s width', async () => {
  for (const svg of Object.values(await pictures())) {
    const width = Number(/<svg width="(\d+)"/.exec(svg)![1]);
    for (const [, size] of svg.matchAll(/font-size="([\d.]+)"/g)) {
      expect(Number(size) * Math.min(1, 830 / width)).toBeGreaterThanOrEqual(11);
    }
  }
});

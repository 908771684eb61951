import { readFileSync } from 'fs';
import * as path from 'path';
import { FOLDER, oneJob, pictures } from '../../tools/docs/draw-resources';

/** The texts in a picture, whatever its layout. */
function texts(svg: string): string[] {
  return [...svg.matchAll(/<text [^>]*>([^<]*)<\/text>/g)].map(([, text]) => text).sort();
}

test('the pictures show what the code draws, and all resources of the template (if not: node --import tsx tools/docs/draw-resources.ts)', async () => {
  const { nodes } = oneJob();
  expect(nodes.length + nodes.flatMap(({ policies }) => policies).length).toBe(21);
  for (const [name, svg] of Object.entries(await pictures())) {
    expect(texts(readFileSync(path.join(FOLDER, name), 'utf8'))).toEqual(texts(svg));
    expect(texts(svg).length).toBeGreaterThanOrEqual(name.startsWith('resources') ? nodes.length : 1);
  }
});

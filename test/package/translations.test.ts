import * as fs from 'fs';
import * as path from 'path';
import { REPOSITORY } from '../../tools/packed';

interface Translated {
  readonly location: { readonly api: { readonly api: string } };
  readonly didCompile: boolean;
  readonly translations: Readonly<Record<string, unknown>>;
}

test('each snippet of the README compiled, and is translated to all languages', () => {
  const { snippets } = JSON.parse(fs.readFileSync(path.join(REPOSITORY, '.jsii.tabl.json'), 'utf8')) as { snippets: Record<string, Translated> };
  const ofReadme = Object.values(snippets).filter(({ location }) => location.api.api === 'moduleReadme');
  const fences = [...fs.readFileSync(path.join(REPOSITORY, 'README.md'), 'utf8').matchAll(/^```ts/gm)];
  expect(ofReadme.length).toBe(fences.length);
  for (const { translations, didCompile } of ofReadme) {
    expect(didCompile).toBe(true);
    expect(Object.keys(translations).sort()).toEqual(['$', 'csharp', 'go', 'java', 'python']);
  }
});

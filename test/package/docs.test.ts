import * as fs from 'fs';
import * as path from 'path';
import { snippetProblems } from './compile-snippets';
import { REPOSITORY } from '../../tools/repository';

const GITHUB = 'https://github.com/cdk-personalize-dataset-export/cdk-personalize-dataset-export';
const read = (name: string) => fs.readFileSync(path.join(REPOSITORY, name), 'utf8');
const markdownIn = (folder: string) => fs.readdirSync(path.join(REPOSITORY, folder)).filter(name => name.endsWith('.md')).map(name => path.join(folder, name));
const DOCS = markdownIn('docs');
const PAGES = [...markdownIn('.').filter(name => name !== 'API.md'), ...DOCS, 'examples/README.md', 'tools/integ/README.md'];

test.each(PAGES)('the links of %s lead somewhere', page => {
  const links = [...read(page).matchAll(/\]\(([^)]+)\)|(?:src|srcset)="([^"]+)"/g)].map(([, link, image]) => link ?? image);
  const broken = links.filter(link => {
    const inRepository = link.replace(new RegExp(`^(${GITHUB}/(blob|tree)|${GITHUB.replace('github.com', 'raw.githubusercontent.com')})/main/`), '/');
    if (/^(https?|mailto):/.test(inRepository)) { return false; }
    const [file, anchor] = inRepository.split('#');
    const target = file === '' ? page : file.startsWith('/') ? file.slice(1) : path.join(path.dirname(page), file);
    return !fs.existsSync(path.join(REPOSITORY, target)) || (anchor !== undefined && !anchors(read(target)).includes(anchor));
  });
  expect(broken).toEqual([]);
});

/** As GitHub makes them from headings. */
function anchors(text: string): string[] {
  return [...text.matchAll(/^#+ (.*)$/gm)].map(([, heading]) => heading.toLowerCase().replace(/[^\w\- ]/g, '').replaceAll(' ', '-'));
}

test('docs/README.md leads to every page', () => {
  const index = read('docs/README.md');
  expect(DOCS.filter(page => page !== path.join('docs', 'README.md') && !index.includes(`(${path.basename(page)})`))).toEqual([]);
});

test('the snippets of the pages in docs/ compile', () => {
  expect(snippetProblems(DOCS)).toEqual([]);
});

import * as fs from 'fs';
import * as path from 'path';

const ROOT = path.join(__dirname, '..', '..');
const read = (name: string) => fs.readFileSync(path.join(ROOT, name), 'utf8');
const exists = (...names: string[]) => fs.existsSync(path.join(ROOT, ...names));

const PAGES = [
  'README.md', 'CONTRIBUTING.md', 'AGENTS.md', 'local-aws/README.md', 'tools/integ/README.md',
  ...fs.readdirSync(path.join(ROOT, 'docs')).filter(name => name.endsWith('.md')).map(name => `docs/${name}`),
  '.github/pull_request_template.md', '.github/ISSUE_TEMPLATE/bug_report.yml', '.github/ISSUE_TEMPLATE/config.yml',
];
const pages = PAGES.map(name => ({ name, text: read(name) }));

/** Created by a command. */
const NOT_IN_THE_REPOSITORY = ['dist/js'];

test.each(pages)('the files that $name names exist', ({ text }) => {
  const named = [...text.matchAll(/(?<![\w./-]|\b(?:GET|PUT|POST) )((?:src|lambda|local-aws|tools|test|benchmark|examples|docs|projenrc|assets|dist|\.github)\/[\w./*-]*[\w/]|\.projenrc\.ts|[A-Z]{3,}\.md)/g)].map(([, file]) => file);
  expect(named.filter(file => !file.includes('*') && !NOT_IN_THE_REPOSITORY.includes(file) && !exists(file) && !exists(`${file}.test.ts`))).toEqual([]);
});

test.each(pages)('the commands that $name names exist', ({ text }) => {
  const { scripts } = JSON.parse(read('package.json'));
  const { tasks } = JSON.parse(read('.projen/tasks.json'));
  const of = (pattern: RegExp) => [...text.matchAll(pattern)].map(([, name]) => name);
  expect(of(/\bnpx projen ([a-z][\w:-]*)/g).filter(name => !(name in tasks))).toEqual([]);
  expect(of(/\bnpm run ([\w:-]+)/g).filter(name => !(name in scripts))).toEqual([]);
  expect(of(/\bnpx (?!projen\b)([\w-]+)/g).filter(name => !exists('node_modules', '.bin', name))).toEqual([]);
});

test('the control API of local AWS has what its README sends and lists', () => {
  const routes = [...read('local-aws/front/control.ts').matchAll(/\['([A-Z]+)', \/\^(\w[\w\\/-]*)/g)]
    .map(([, method, name]) => `${method} ${name.replaceAll('\\/', '/').replace(/\/$/, '')}`);
  const readme = read('local-aws/README.md');
  const sent = [...readme.matchAll(/_local-aws\/([\w/]+)/g)].map(([, name]) => name);
  const listed = [...readme.matchAll(/`((?:GET|PUT|POST|DELETE) [\w/-]+)/g)].map(([, route]) => route.replace(/\/$/, ''));
  expect(sent.length).toBeGreaterThan(2);
  expect(sent.filter(name => !routes.some(route => route.endsWith(` ${name}`)))).toEqual([]);
  expect(listed.filter(route => !routes.includes(route))).toEqual([]);
  expect(routes.filter(route => !listed.includes(route))).toEqual([]);
});

import * as fs from 'fs';
import * as path from 'path';

const ROOT = path.join(__dirname, '..', '..');
const read = (name: string) => fs.readFileSync(path.join(ROOT, name), 'utf8');
const exists = (...names: string[]) => fs.existsSync(path.join(ROOT, ...names));

const PAGES = [
  'README.md', 'CONTRIBUTING.md', 'AGENTS.md', 'docs/releases.md', 'tools/integ/README.md',
  '.github/pull_request_template.md', '.github/ISSUE_TEMPLATE/bug_report.yml', '.github/ISSUE_TEMPLATE/config.yml',
];
const pages = PAGES.map(name => ({ name, text: read(name) }));

/** Made by a command, or not there yet on purpose. */
const NOT_IN_THE_REPOSITORY = ['dist/js'];

test.each(pages)('the files that $name names exist', ({ text }) => {
  const named = [...text.matchAll(/(?<![\w./-])((?:src|lambda|local-aws|tools|test|benchmark|examples|docs|projenrc|assets|dist|\.github)\/[\w./*-]*[\w/]|\.projenrc\.ts|[A-Z]{3,}\.md)/g)].map(([, file]) => file);
  expect(named.filter(file => !file.includes('*') && !NOT_IN_THE_REPOSITORY.includes(file) && !exists(file))).toEqual([]);
});

test.each(pages)('the commands that $name names exist', ({ text }) => {
  const { scripts } = JSON.parse(read('package.json'));
  const { tasks } = JSON.parse(read('.projen/tasks.json'));
  const of = (pattern: RegExp) => [...text.matchAll(pattern)].map(([, name]) => name);
  expect(of(/\bnpx projen ([a-z][\w:-]*)/g).filter(name => !(name in tasks))).toEqual([]);
  expect(of(/\bnpm run ([\w:-]+)/g).filter(name => !(name in scripts))).toEqual([]);
  expect(of(/\bnpx (?!projen\b)([\w-]+)/g).filter(name => !exists('node_modules', '.bin', name))).toEqual([]);
});

test('what the guide sends to the control API of local AWS is what that knows', () => {
  const routes = read('local-aws/front/control.ts').replaceAll('\\/', '/');
  const guide = read('CONTRIBUTING.md');
  const paths = [...guide.matchAll(/_local-aws\/([\w/]+)/g)].map(([, name]) => name);
  const listed = /`GET` on ([^]*?)\n?all below/.exec(guide)![1].match(/(?<=`)[\w/-]+/g)!;
  expect(paths.length).toBeGreaterThan(2);
  for (const name of [...paths, ...listed]) {
    expect(routes).toContain(`/^${name}`);
  }
});

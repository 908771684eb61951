import * as fs from 'fs';
import * as path from 'path';
import { snippetProblems } from '../../tools/docs/compile-snippets';

const read = (...names: string[]) => fs.readFileSync(path.join(__dirname, '..', '..', ...names), 'utf8');
const deployments = fs.readdirSync(path.join(__dirname, '..', 'e2e')).filter(name => name.endsWith('.test.ts')).map(name => read('test', 'e2e', name))
  .join('\n').replaceAll('\\\'', '\'');

test('each fault in the docs has a deployment that shows it', () => {
  const rows = read('docs', 'faults.md').split('\n## ')[0].split('\n').filter(line => line.startsWith('| ')).slice(1);
  expect(rows.length).toBeGreaterThan(20);
  for (const row of rows) {
    for (const name of row.split('|')[3].split(';').map(text => text.trim())) {
      const parts = name.split(/^(?:succeeds with one job when|fails and says so when) /);
      expect(deployments).toContain(parts[parts.length - 1].trim());
    }
  }
});

test('the README\'s two commands are those that exist, and CI calls the second', () => {
  const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
  for (const [, name] of read('README.md').matchAll(/^npm ci && npm (?:run )?(\w+)$/gm)) {
    expect(scripts).toHaveProperty(name);
  }
  expect(read('.ci', 'run')).toContain('npm ci && npm test\n');
  expect(read('README.md')).toContain('\nnpm ci && npm test\n');
});

test('the snippets of the pages in docs/ compile', () => {
  const pages = fs.readdirSync(path.join(__dirname, '..', '..', 'docs')).filter(name => name.endsWith('.md')).map(name => `docs/${name}`);
  expect(pages).toContain('docs/workflow.md');
  expect(snippetProblems(pages)).toEqual([]);
}, 60_000);

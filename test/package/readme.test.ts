import * as fs from 'fs';
import * as path from 'path';
import { read, resourcesOf, snippetsOf } from './readme-snippets';
import { REPOSITORY } from '../../tools/repository';

const count = (snippet: Parameters<typeof resourcesOf>[0]) => Object.keys(resourcesOf(snippet)).length;

test('docs/resources.md counts the resources of each of the README\'s stacks', () => {
  const [first, ...others] = snippetsOf('README.md');
  const stacks = [{ ...first, title: 'the first example' }, ...others];
  const said = read('docs/resources.md');
  expect(stacks.map(({ title }) => `${title}: ${new RegExp(`^\\| ${title} \\| (\\d+) \\|`, 'm').exec(said)?.[1]}`))
    .toEqual(stacks.map(stack => `${stack.title}: ${count(stack)}`));
});

const COUNTED = fs.readdirSync(path.join(REPOSITORY, 'docs')).map(name => `docs/${name}`).filter(name => name.endsWith('.md')).flatMap(page => (
  snippetsOf(page).filter(({ after }) => after.includes('Creates ')).map(snippet => [page, snippet.title, snippet] as const)));

test.each(COUNTED)('%s says how many resources it takes: %s', (_, __, snippet) => {
  expect(/Creates (\d+) resources/.exec(snippet.after)?.[1]).toBe(`${count(snippet)}`);
});

test('there are pages with counted stacks', () => { expect(COUNTED.length).toBeGreaterThan(3); });

test('the README names the packages that are published', () => {
  const { name, jsii: { targets: { java, python, dotnet, go } } } = JSON.parse(fs.readFileSync(path.join(REPOSITORY, 'package.json'), 'utf8'));
  for (const text of [
    `npm install ${name}`, `pip install ${python.distName}`, `${java.maven.groupId}:${java.maven.artifactId}`, `dotnet add package ${dotnet.packageId}`,
    // as jsii-pacmak makes it
    `go get ${go.moduleName}/${name.replaceAll('-', '')}`,
  ]) {
    expect(read('README.md')).toContain(text);
  }
});

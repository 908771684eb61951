import { existsSync, readFileSync, readdirSync } from 'fs';
import * as path from 'path';
import { README, readmeSnippets, resourcesOf } from '../../tools/docs/readme-snippets';

const ROOT = path.join(__dirname, '..', '..');
const read = (...names: string[]) => readFileSync(path.join(ROOT, ...names), 'utf8');
const REPOSITORY = 'https://github.com/cdk-personalize-dataset-export/cdk-personalize-dataset-export';

test.each(readmeSnippets().map(snippet => [snippet.heading, snippet] as const))('the README says how many resources it takes: %s', (_, snippet) => {
  const said = /Creates (\d+) resources/.exec(snippet.after)?.[1];
  expect(said).toBe(`${Object.keys(resourcesOf(snippet)).length}`);
});

test('the README names the packages that are published', () => {
  const { name, jsii: { targets: { java, python, dotnet, go } } } = JSON.parse(read('package.json'));
  const install = README.split('\n## Install\n')[1];
  for (const text of [
    `npm install ${name}`, `pip install ${python.distName}`, `${java.maven.groupId}:${java.maven.artifactId}`, `dotnet add package ${dotnet.packageId}`,
    // as jsii-pacmak makes it
    `go get ${go.moduleName}/${name.replaceAll('-', '')}`,
  ]) {
    expect(install).toContain(`\`${text}\` |\n`);
  }
});

test('the README says that there is no release as long as the changelog has none', () => {
  expect(README.includes('**There is no release yet**')).toBe(!/^## \[?\d/m.test(read('CHANGELOG.md')));
});

test('the README asks for the peers that the package asks for', () => {
  const { peerDependencies: peers } = JSON.parse(read('package.json')) as { peerDependencies: Record<string, string> };
  expect(README).toContain(`aws-cdk-lib ${peers['aws-cdk-lib'].slice(1)} and constructs ${peers.constructs.slice(1)}, or newer`);
});

const PAGES = ['README.md', ...readdirSync(path.join(ROOT, 'docs')).filter(name => name.endsWith('.md')).map(name => path.join('docs', name))];

test.each(PAGES)('the links of %s lead somewhere', page => {
  const text = read(page);
  const links = [...text.matchAll(/\]\(([^)]+)\)|(?:src|srcset)="([^"]+)"/g)].map(([, link, image]) => link ?? image);
  const missing = links.filter(link => {
    const ours = link.replace(`${REPOSITORY}/blob/main/`, './').replace(`${REPOSITORY}/tree/main/`, './')
      .replace(`${REPOSITORY.replace('github.com', 'raw.githubusercontent.com')}/main/`, './');
    if (/^https?:/.test(ours)) { return false; }
    const [file, anchor] = ours.split('#');
    const target = file === '' ? path.join(ROOT, page) : path.join(ours === link ? path.dirname(path.join(ROOT, page)) : ROOT, file);
    return !existsSync(target) || (anchor !== undefined && !anchors(readFileSync(target, 'utf8')).includes(anchor));
  });
  expect(missing).toEqual([]);
});

/** As GitHub makes them of headings. */
function anchors(text: string): string[] {
  return [...text.matchAll(/^#+ (.*)$/gm)].map(([, heading]) => heading.toLowerCase().replace(/[^\w\- ]/g, '').replaceAll(' ', '-'));
}

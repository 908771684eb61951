import * as fs from 'fs';
import * as path from 'path';
import { README, readmeSnippets, resourcesOf } from './readme-snippets';
import { REPOSITORY } from '../../tools/repository';

test.each(readmeSnippets().map(snippet => [snippet.heading, snippet] as const))('the README says how many resources it takes: %s', (_, snippet) => {
  const said = /(\d+) resources/.exec(snippet.after)?.[1];
  expect(said).toBe(`${Object.keys(resourcesOf(snippet)).length}`);
});

test('the README names the packages that are published', () => {
  const { name, jsii: { targets: { java, python, dotnet, go } } } = JSON.parse(fs.readFileSync(path.join(REPOSITORY, 'package.json'), 'utf8'));
  for (const text of [
    `npm install ${name}`, `pip install ${python.distName}`, `${java.maven.groupId}:${java.maven.artifactId}`, `dotnet add package ${dotnet.packageId}`,
    // as jsii-pacmak makes it
    `go get ${go.moduleName}/${name.replaceAll('-', '')}`,
  ]) {
    expect(README).toContain(text);
  }
});

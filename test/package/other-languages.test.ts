import * as fs from 'fs';
import * as path from 'path';
import { CSharpVisitor, GoVisitor, JavaVisitor, PythonVisitor, SnippetTranslator, typeScriptSnippetFromCompleteSource } from 'jsii-rosetta';
import { snippetsOf } from './readme-snippets';
import { REPOSITORY } from '../../tools/repository';
import { UserApp } from '../../tools/user-app';

const read = (...names: string[]) => fs.readFileSync(path.join(REPOSITORY, ...names), 'utf8');
const example = (...names: string[]) => read('examples', ...names);
const { jsii: { targets }, peerDependencies } = JSON.parse(read('package.json'));
const CDK: string = peerDependencies['aws-cdk-lib'].slice(1);
const CONSTRUCTS: string = peerDependencies.constructs.slice(1);

/** The TypeScript quickstart without the values from the command line. */
const PROGRAM = `${example('quickstart', 'quickstart.ts').replace(/^(\/\/|.*tryGetContext).*\n/gm, '')}\napp.synth();\n`
  .replace('`${datasetGroup}/INTERACTIONS`', '\'movies/INTERACTIONS\'').replace('ingestionMode }', 'ingestionMode: IngestionMode.ALL }');

let app: UserApp;
let quickstart: SnippetTranslator;
beforeAll(async () => {
  app = await UserApp.create('aws-cdk-lib');
  const location = { api: { api: 'file', fileName: 'quickstart.ts' } } as const;
  const snippet = typeScriptSnippetFromCompleteSource(PROGRAM, location, true, { $compilation: app.folder });
  quickstart = new SnippetTranslator(snippet, { includeCompilerDiagnostics: true });
});
afterAll(() => app.remove());

/** Without line breaks and trailing commas. */
function tokens(source: string): string[] {
  return source.replace(/,(?=\s*[)}])/g, '').match(/"[^"]*"|\w+|[^\s\w]/g)!;
}

/** The names that are imported, sorted, and the other lines. */
function imports(source: string): [imported: string[], rest: string] {
  const pattern = /^import (.*);\n/gm;
  return [[...source.matchAll(pattern)].map(([, name]) => name).sort(), source.replace(pattern, '')];
}

/** The words outside of strings. */
function words(source: string): string[] {
  return [...new Set(source.replace(/"[^"\n]*"/g, '').match(/[A-Za-z_]\w*/g))].sort();
}

test('the TypeScript quickstart compiles without the values from the command line', () => {
  expect(quickstart.diagnostics.map(({ messageText }) => messageText)).toEqual([]);
});

test('Python: the quickstart is the translation of the TypeScript one', () => {
  expect(tokens(example('python', 'quickstart', 'app.py'))).toEqual(tokens(quickstart.renderUsing(new PythonVisitor())));
});

test('C#: the quickstart is the translation of the TypeScript one', () => {
  expect(tokens(example('csharp', 'quickstart', 'Program.cs'))).toEqual(tokens(quickstart.renderUsing(new CSharpVisitor())));
});

test('Java: the quickstart is the translation of the TypeScript one, in a class', () => {
  const [imported, source] = imports(example('java', 'quickstart', 'src/main/java/com/example/Quickstart.java'));
  const [translated, translation] = imports(quickstart.renderUsing(new JavaVisitor()));
  // types that the TypeScript program uses without their names
  const inferred = ['software.amazon.awscdk.ArnComponents', 'software.amazon.awscdk.interfaces.personalize.IDatasetRef'];
  expect(imported).toEqual([...translated, ...inferred].sort());
  expect(tokens(source)).toEqual(tokens(`package com.example; public class Quickstart { public static void main(final String[] args) { ${translation} } }`));
});

test('Go: the quickstart uses the names of the translation of the TypeScript one', () => {
  const source = example('go', 'quickstart', 'main.go');
  const [head, body] = source.split(/^func main/m);
  expect(head.match(/".*"/g)!.map(text => JSON.parse(text))).toEqual([
    'github.com/aws/aws-cdk-go/awscdk/v2', 'github.com/aws/jsii-runtime-go', `${targets.go.moduleName}/cdkpersonalizedatasetexport`,
  ]);
  const translation = quickstart.renderUsing(new GoVisitor()).replace(/^import.*$/gm, '').replaceAll('cdkpersonalizedatasetexport', 'export');
  // the translation is not always valid Go, but its names are right
  expect(words(body)).toEqual([...words(translation), 'Close', 'defer', 'nil'].sort());
});

test.each([
  ['python', 'requirements.txt', [`aws-cdk-lib>=${CDK},<3.0.0`, `constructs>=${CONSTRUCTS},<11.0.0`, targets.python.distName]],
  ['java', 'pom.xml', [
    `<version>[${CDK},3.0.0)</version>`, `<version>[${CONSTRUCTS},11.0.0)</version>`, '<exec.mainClass>com.example.Quickstart</exec.mainClass>',
    `<groupId>${targets.java.maven.groupId}</groupId>`, `<artifactId>${targets.java.maven.artifactId}</artifactId>`,
  ]],
  ['csharp', 'Quickstart.csproj', [
    `"Amazon.CDK.Lib" Version="[${CDK},3.0.0)"`, `"Constructs" Version="[${CONSTRUCTS},11.0.0)"`, `"${targets.dotnet.packageId}" Version="*"`,
  ]],
  ['go', 'go.mod', [`github.com/aws/aws-cdk-go/awscdk/v2 v${CDK}`, `github.com/aws/constructs-go/constructs/v10 v${CONSTRUCTS}`]],
])('%s: %s asks for this library and the versions that it supports', (language, file, parts) => {
  const project = example(language, 'quickstart', file);
  for (const part of parts) { expect(project).toContain(part); }
});

describe('the snippets of the README come out right where jsii-rosetta has its flaws', () => {
  let snippets: SnippetTranslator;
  beforeAll(() => {
    const [before, after] = read('rosetta', 'default.ts-fixture').split('/// here');
    const [imports_, around] = [before.slice(0, before.indexOf('class Snippet')), before.slice(before.indexOf('class Snippet'))];
    const classes = snippetsOf('README.md').filter(({ code }) => !code.startsWith('import '))
      .map(({ code }, index) => `${around.replace('class Snippet', `class Snippet${index}`)}${code}${after}`);
    // all at once, because the compiler takes seconds to start
    const location = { api: { api: 'file', fileName: 'README.ts' } } as const;
    const snippet = typeScriptSnippetFromCompleteSource([imports_, ...classes].join('\n'), location, true, { $compilation: app.folder });
    snippets = new SnippetTranslator(snippet, { includeCompilerDiagnostics: true });
  });

  test('in Go: no dereferenced package, no variable with the name of its field', () => {
    expect(snippets.renderUsing(new GoVisitor()).match(/\*\w+\.|\b([A-Z]\w*): \1,/g) ?? []).toEqual([]);
  });

  test('in Java: no property without its getter', () => {
    expect(snippets.renderUsing(new JavaVisitor()).match(/\bjob\.(?!get)\w+/g) ?? []).toEqual([]);
  });
});

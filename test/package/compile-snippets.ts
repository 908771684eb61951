import { readFileSync } from 'fs';
import * as path from 'path';
import * as ts from 'typescript';
import { REPOSITORY } from '../../tools/repository';

/** Snippets of pages have their imports, but not the stack around them. */
const BEFORE = 'import { Stack as SnippetStack } from \'aws-cdk-lib\'; class Snippet extends SnippetStack { public snippet() {';
const AFTER = '} }; new Snippet();';

/** Compiles the snippets of pages; jsii-rosetta only compiles those of the README and the docstrings. */
export function snippetProblems(pages: string[]): string[] {
  const sources = new Map(pages.flatMap(page => snippets(page).map(snippet => [path.join(REPOSITORY, `${page}-${snippet.line}.ts`), { page, ...snippet }])));
  const options: ts.CompilerOptions = {
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.Node16,
    moduleResolution: ts.ModuleResolutionKind.Node16,
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    experimentalDecorators: true,
    stripInternal: true,
    types: ['node'],
    paths: { 'cdk-personalize-dataset-export': [path.join(REPOSITORY, 'src', 'index.ts')] },
  };
  const host = ts.createCompilerHost(options);
  const { fileExists, getSourceFile } = host;
  host.fileExists = name => sources.has(name) || fileExists(name);
  host.getSourceFile = (name, version, ...rest) => {
    const source = sources.get(name);
    return source ? ts.createSourceFile(name, source.text, version) : getSourceFile(name, version, ...rest);
  };
  const program = ts.createProgram([...sources.keys()], options, host);
  return [...sources].flatMap(([name, { page, line, length }]) => {
    const file = program.getSourceFile(name);
    return [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)].map(({ start = 0, messageText }) => {
      const place = file!.getLineAndCharacterOfPosition(start).line;
      return `${page}:${line + (place < length ? place : place - length - 1)}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`;
    });
  });
}

interface Source {
  /** Where the snippet begins on the page. */
  readonly line: number;
  readonly length: number;
  /** The snippet's imports and then the rest of it, both with as many lines as the snippet. */
  readonly text: string;
}

function snippets(page: string): Source[] {
  const text = readFileSync(path.join(REPOSITORY, page), 'utf8');
  return [...text.matchAll(/^```ts(.*)\n([^]*?)^```$/gm)].map(({ index, 1: parameters, 2: code }) => {
    const line = text.slice(0, index).split('\n').length + 1;
    const length = code.split('\n').length - 1;
    if (parameters.includes('nofixture')) { return { line, length, text: code }; }
    const blank = (part: string) => part.replace(/[^\n]/g, '');
    const imports = /^import [^;]*;/gm;
    const rest = code.replace(imports, blank);
    const hoisted = [...code.matchAll(imports)].reduce((lines, found) => (
      lines.slice(0, found.index) + found[0] + lines.slice(found.index + found[0].length)), code.replace(/[^\n]/g, ' '));
    return { line, length, text: `${hoisted}${BEFORE}\n${rest}${AFTER}\n` };
  });
}

import * as path from 'path';
import * as ts from 'typescript';
import type { Breakage } from './breakage';
import { REPOSITORY } from '../repository';

/** What is left over when a breakage takes away a use: the compiler sees that, but a person who breaks the code tidies up. */
const UNUSED = [6133, 6138, 6192, 6196, 6198, 6199, 6205];

/** Whether breakages compile: those that do not need no test. The tests do not check types. */
export class Compiler {
  private readonly texts = new Map<string, { version: number; text: string }>();
  private readonly service: ts.LanguageService;

  constructor() {
    const { options, fileNames } = ts.getParsedCommandLineOfConfigFile(path.join(REPOSITORY, 'test', 'tsconfig.json'), {}, {
      ...ts.sys, onUnRecoverableConfigFileDiagnostic: ({ messageText }) => { throw new Error(ts.flattenDiagnosticMessageText(messageText, '\n')); },
    })!;
    this.service = ts.createLanguageService({
      getCompilationSettings: () => options,
      getScriptFileNames: () => [...new Set([...fileNames, ...this.texts.keys()])], // the handler's entry point is not among the former
      getScriptVersion: name => `${this.texts.get(name)?.version ?? 0}`,
      getScriptSnapshot: name => {
        const text = this.texts.get(name)?.text ?? ts.sys.readFile(name);
        return text === undefined ? undefined : ts.ScriptSnapshot.fromString(text);
      },
      getCurrentDirectory: () => REPOSITORY,
      getDefaultLibFileName: ts.getDefaultLibFilePath,
      fileExists: ts.sys.fileExists,
      readFile: ts.sys.readFile,
      readDirectory: ts.sys.readDirectory,
      directoryExists: ts.sys.directoryExists,
      getDirectories: ts.sys.getDirectories,
    });
  }

  /** @returns the first error in the broken file */
  public errorOf({ file, from, to }: Breakage): string | undefined {
    const name = path.join(REPOSITORY, file);
    const whole = ts.sys.readFile(name)!;
    this.set(name, whole.replace(from, () => to));
    const all = [...this.service.getSyntacticDiagnostics(name), ...this.service.getSemanticDiagnostics(name)];
    const found = all.filter(({ code }) => !UNUSED.includes(code));
    this.set(name, whole);
    return found.length === 0 ? undefined : ts.flattenDiagnosticMessageText(found[0].messageText, ' ');
  }

  private set(name: string, text: string): void {
    this.texts.set(name, { version: (this.texts.get(name)?.version ?? 0) + 1, text });
  }
}

/** `npx tsx tools/third-party-licenses.ts`: writes THIRD-PARTY-LICENSES, the licenses of the packages in the handler's bundle. It ships in the package. */
import { execFileSync } from 'child_process';
import * as fs from 'fs';
import * as os from 'os';
import * as path from 'path';
import { REPOSITORY } from './repository';

export const THIRD_PARTY_LICENSES = path.join(REPOSITORY, 'THIRD-PARTY-LICENSES');

export interface BundledPackage {
  readonly name: string;
  readonly version: string;
  /** SPDX */
  readonly license: string;
  readonly homepage: string;
  readonly repository: string;
  /** the texts of its license and notice files */
  readonly texts: string[];
}

/** The packages in the bundle, which is made again with the command of the project's task. */
export function bundledPackages(): BundledPackage[] {
  const tasks = JSON.parse(fs.readFileSync(path.join(REPOSITORY, '.projen', 'tasks.json'), 'utf8')).tasks;
  const [command, ...args]: string[] = tasks['bundle:lambda/index'].steps[0].execArgs;
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'bundle-'));
  try {
    const [outfile, metafile] = ['index.js', 'meta.json'].map(name => path.join(folder, name));
    const others = args.filter(arg => !arg.startsWith('--outfile='));
    const esbuild = path.join(REPOSITORY, 'node_modules', '.bin', command);
    execFileSync(esbuild, [...others, `--outfile=${outfile}`, `--metafile=${metafile}`], { cwd: REPOSITORY, stdio: 'pipe' });
    const [output] = Object.values<any>(JSON.parse(fs.readFileSync(metafile, 'utf8')).outputs);
    const inputs = Object.entries<any>(output.inputs).filter(([, { bytesInOutput }]) => bytesInOutput > 0).map(([file]) => file);
    const folders = new Set(inputs.map(file => /^.*node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(file)?.[0]).filter(name => name !== undefined));
    const packages = [...folders].map(name => readPackage(path.join(REPOSITORY, name))).sort((a, b) => (key(a) < key(b) ? -1 : 1));
    return packages.map(bundled => withText(bundled, packages));
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
}

function key({ name, version }: BundledPackage): string {
  return `${name} ${version}`;
}

/** Some packages come without their license's text: it is that of the other packages in their repository. */
function withText(bundled: BundledPackage, packages: readonly BundledPackage[]): BundledPackage {
  if (bundled.texts.length > 0) { return bundled; }
  const others = packages.filter(({ repository, license }) => repository === bundled.repository && license === bundled.license);
  return { ...bundled, texts: others.find(({ texts }) => texts.length > 0)?.texts ?? [] };
}

function readPackage(folder: string): BundledPackage {
  const { name, version, license, homepage, repository } = JSON.parse(fs.readFileSync(path.join(folder, 'package.json'), 'utf8'));
  const texts = fs.readdirSync(folder).filter(file => /^(licen[cs]e|notice)/i.test(file)).sort()
    .map(file => fs.readFileSync(path.join(folder, file), 'utf8').replaceAll('\r\n', '\n').trim());
  return { name, version, license, homepage: homepage ?? repository?.url ?? '', repository: repository?.url ?? '', texts };
}

/** The content of THIRD-PARTY-LICENSES: each text once, after the packages that it applies to. */
export function licensesText(packages: readonly BundledPackage[]): string {
  const byText = new Map<string, BundledPackage[]>();
  for (const bundled of packages) {
    const text = bundled.texts.join('\n\n');
    byText.set(text, [...byText.get(text) ?? [], bundled]);
  }
  const line = '-'.repeat(80);
  return [
    'assets/lambda/index/index.js, which runs in Lambda, contains parts of the following\npackages.\n',
    ...[...byText].map(([text, of]) => [line, ...of.map(({ name, version, license, homepage }) => `${name} ${version} (${license}) ${homepage}`), line, '', text, ''].join('\n')),
  ].join('\n');
}

if (require.main === module) {
  fs.writeFileSync(THIRD_PARTY_LICENSES, licensesText(bundledPackages()));
}

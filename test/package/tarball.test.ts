import * as fs from 'fs';
import * as path from 'path';
import { REPOSITORY } from '../../tools/repository';
import { UserApp } from '../../tools/user-app';

const SOURCES = fs.readdirSync(path.join(REPOSITORY, 'src'), { recursive: true, encoding: 'utf8' })
  .filter(name => name.endsWith('.ts')).map(name => name.replace(/\.ts$/, ''));

let app: UserApp;
beforeAll(async () => { app = await UserApp.create(); });
afterAll(() => app.remove());

test('the package contains the compiled library, the bundle and the docs, and nothing else', () => {
  const files = fs.readdirSync(app.library, { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile()).map(entry => path.relative(app.library, path.join(entry.parentPath, entry.name))).sort();
  expect(files).toEqual([
    '.jsii', '.jsii.tabl.json', 'API.md', 'CHANGELOG.md', 'LICENSE', 'README.md', 'SECURITY.md', 'THIRD-PARTY-LICENSES', 'package.json',
    'assets/lambda/index/index.js',
    ...SOURCES.flatMap(name => [`lib/${name}.d.ts`, `lib/${name}.js`]),
  ].sort());
});

test('the packed bundle is the tested one', () => {
  const bundle = (root: string) => fs.readFileSync(path.join(root, 'assets', 'lambda', 'index', 'index.js'), 'utf8');
  expect(bundle(app.library).length).toBeGreaterThan(50_000);
  expect(bundle(app.library) === bundle(REPOSITORY)).toBe(true);
});

test('the package depends on nothing but its peers', () => {
  const manifest = JSON.parse(fs.readFileSync(path.join(app.library, 'package.json'), 'utf8'));
  expect(manifest.dependencies ?? {}).toEqual({});
  expect(manifest.bundledDependencies ?? []).toEqual([]);
  expect(Object.keys(manifest.peerDependencies).sort()).toEqual(['aws-cdk-lib', 'constructs']);
});

test('the package contains no path of this machine', () => {
  for (const name of ['.jsii', '.jsii.tabl.json', 'assets/lambda/index/index.js', 'lib/index.js']) {
    expect(fs.readFileSync(path.join(app.library, name), 'utf8')).not.toContain(REPOSITORY);
  }
});

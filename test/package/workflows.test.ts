import * as fs from 'fs';
import * as path from 'path';

const FOLDER = path.join(__dirname, '..', '..', '.github', 'workflows');
const workflows = fs.readdirSync(FOLDER).map(name => ({ name: name.replace(/\.yml$/, ''), text: fs.readFileSync(path.join(FOLDER, name), 'utf8') }));

/** The keys of this indentation, and the text below each. */
function sections(text: string, indent: number): [key: string, body: string][] {
  const [, ...parts] = text.split(new RegExp(`^ {${indent}}(?=[\\w-]+:)`, 'm'));
  return parts.map(part => [part.slice(0, part.indexOf(':')), part.slice(part.indexOf(':') + 1)]);
}

/** `<workflow>/<job>: <permissions>`, as they are written. */
const jobs = workflows.flatMap(({ name, text }) => {
  const [, body] = sections(text, 0).find(([key]) => key === 'jobs')!;
  return sections(body, 2).map(([job, content]) => {
    const permissions = sections(content, 4).find(([key]) => key === 'permissions')?.[1];
    return { job: `${name}/${job}`, permissions: permissions?.trim().split(/\s*\n\s*/).sort() };
  });
});

test.each(workflows)('$name refers to actions by commit, which cannot be moved', ({ text }) => {
  const used = [...text.matchAll(/\buses: (\S+)/g)].map(([, action]) => action);
  expect(used.length).toBeGreaterThan(0);
  expect(used.filter(action => !/^[\w.-]+\/[\w./-]+@[0-9a-f]{40}$/.test(action))).toEqual([]);
});

test.each(workflows)('$name pins the versions of tools', ({ text }) => {
  expect(text).not.toMatch(/@latest\b/);
});

test.each(workflows)('$name gives jobs no permissions by default', ({ text }) => {
  expect(sections(text, 0).filter(([key]) => key === 'permissions').map(([, value]) => value.trim())).toEqual(['{}']);
});

test('each job names its permissions, and only jobs that publish may write', () => {
  expect(jobs.length).toBeGreaterThan(10);
  expect(jobs.filter(({ permissions }) => permissions === undefined)).toEqual([]);
  expect(jobs.filter(({ permissions }) => permissions!.some(permission => !/^[\w-]+: (read|none)$/.test(permission)))).toEqual([
    { job: 'release/release_github', permissions: ['contents: write'] },
    { job: 'release/release_npm', permissions: ['contents: read', 'id-token: write'] },
    { job: 'release/release_pypi', permissions: ['contents: read', 'id-token: write'] },
  ]);
});

test('all tests run with the oldest supported Node and the newest two', () => {
  const { engines } = JSON.parse(fs.readFileSync(path.join(__dirname, '..', '..', 'package.json'), 'utf8'));
  const { text } = workflows.find(({ name }) => name === 'compatibility')!;
  const versions = [.../\n +node:\n((?: +- "\d+"\n)+)/.exec(text)![1].matchAll(/\d+/g)].map(([version]) => version);
  expect(engines.node).toBe(`>= ${versions[0]}.0.0`);
  expect(versions).toHaveLength(3);
  expect(text).toContain('run: npm test\n');
});

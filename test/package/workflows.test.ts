import * as fs from 'fs';
import * as path from 'path';

const FOLDER = path.join(__dirname, '..', '..', '.github', 'workflows');
const workflows = fs.readdirSync(FOLDER).map(name => ({ name: name.replace(/\.yml$/, ''), text: fs.readFileSync(path.join(FOLDER, name), 'utf8') }));

/** The part below a key of this indentation, for each key. */
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

test.each(workflows)('$name runs actions by their commit, which nobody can move', ({ text }) => {
  const used = [...text.matchAll(/\buses: (\S+)/g)].map(([, action]) => action);
  expect(used.length).toBeGreaterThan(0);
  expect(used.filter(action => !/^[\w.-]+\/[\w./-]+@[0-9a-f]{40}$/.test(action))).toEqual([]);
});

test.each(workflows)('$name runs tools of one version', ({ text }) => {
  expect(text).not.toMatch(/@latest\b/);
});

test.each(workflows)('$name gives no permission to a job that names none', ({ text }) => {
  expect(sections(text, 0).filter(([key]) => key === 'permissions').map(([, value]) => value.trim())).toEqual(['{}']);
});

test('each job names its permissions, and only those that publish may write', () => {
  expect(jobs.length).toBeGreaterThan(10);
  expect(jobs.filter(({ permissions }) => permissions === undefined)).toEqual([]);
  expect(jobs.filter(({ permissions }) => permissions!.some(permission => !/^[\w-]+: (read|none)$/.test(permission)))).toEqual([
    { job: 'release/release_github', permissions: ['contents: write'] },
    { job: 'release/release_npm', permissions: ['contents: read', 'id-token: write'] },
    { job: 'release/release_pypi', permissions: ['contents: read', 'id-token: write'] },
  ]);
});

test('all tests run with the oldest Node that is supported and with the newest two', () => {
  const { engines } = JSON.parse(fs.readFileSync(path.join(__dirname, '..', '..', 'package.json'), 'utf8'));
  const { text } = workflows.find(({ name }) => name === 'compatibility')!;
  const versions = [.../\n +node:\n((?: +- "\d+"\n)+)/.exec(text)![1].matchAll(/\d+/g)].map(([version]) => version);
  expect(versions).toEqual(['20', '22', '24']);
  expect(engines.node).toBe(`>= ${versions[0]}.0.0`);
  expect(text).toContain('run: npm test\n');
});

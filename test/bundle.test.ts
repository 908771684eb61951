import { execFileSync } from 'child_process';
import * as fs from 'fs';
import { builtinModules } from 'module';
import * as path from 'path';

const BUNDLE = path.join(__dirname, '..', 'assets', 'lambda', 'index', 'index.js');
const ROOT = path.join(__dirname, '..');

test('the bundle has the three handlers', () => {
  const exported = execFileSync(process.execPath, ['-p', `Object.keys(require(${JSON.stringify(BUNDLE)})).sort().join()`], {
    env: { AWS_REGION: 'eu-west-1' }, encoding: 'utf8',
  });
  expect(exported.trim()).toBe('isComplete,onEvent,poll');
});

test('the bundle needs nothing but Node', () => {
  const required = [...fs.readFileSync(BUNDLE, 'utf8').matchAll(/\b(?:require|import)\("([^"]+)"\)/g)].map(([, name]) => name.replace(/^node:/, ''));
  // loaded only by operations with event streams, which Personalize does not have
  expect(required.filter(name => !builtinModules.includes(name))).toEqual(['@smithy/core/event-streams']);
});

test('the bundle has at most 150 kB', () => {
  expect(fs.statSync(BUNDLE).size).toBeLessThanOrEqual(150_000);
  expect(fs.statSync(BUNDLE).size).toBeGreaterThan(50_000);
});

test('the bundle loads in at most half the time of the whole, unbundled client', () => {
  // processor time in fresh processes, interleaved, the best of nine: a busy machine slows both down, at times one more than the other
  const load = (module: string) => Number(execFileSync(process.execPath, ['-e', `
    const before = process.cpuUsage();
    require(${JSON.stringify(module)});
    const { user, system } = process.cpuUsage(before);
    console.log(user + system);
  `], { cwd: ROOT, env: { AWS_REGION: 'eu-west-1' }, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }));
  const pairs = Array.from({ length: 9 }, () => [load(BUNDLE), load('@aws-sdk/client-personalize')]);
  const [bundle, client] = [0, 1].map(index => Math.min(...pairs.map(pair => pair[index])));
  expect(bundle / client).toBeLessThanOrEqual(0.5);
});

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

test('the bundle has less than 175 kB', () => {
  expect(fs.statSync(BUNDLE).size).toBeLessThan(175_000);
  expect(fs.statSync(BUNDLE).size).toBeGreaterThan(50_000);
});

test('the bundle loads in at most half the time of the whole, unbundled client', () => {
  // interleaved, in fresh processes, so that a busy machine is busy for both
  const load = (module: string) => Number(execFileSync(process.execPath, ['-e', `
    const start = process.hrtime.bigint();
    require(${JSON.stringify(module)});
    console.log(Number(process.hrtime.bigint() - start));
  `], { cwd: ROOT, env: { AWS_REGION: 'eu-west-1' }, encoding: 'utf8' }));
  const pairs = Array.from({ length: 9 }, () => [load(BUNDLE), load('@aws-sdk/client-personalize')]);
  const median = (values: number[]) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)];
  const ratio = median(pairs.map(([bundle, client]) => bundle / client));
  expect(ratio).toBeLessThanOrEqual(0.5);
});

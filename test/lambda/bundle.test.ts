import { execFileSync } from 'child_process';
import * as fs from 'fs';
import { builtinModules } from 'module';
import * as path from 'path';

const BUNDLE = path.join(__dirname, '..', '..', 'assets', 'lambda', 'index', 'index.js');
const ROOT = path.join(__dirname, '..', '..');

test('the bundle has both handlers', () => {
  const exported = execFileSync(process.execPath, ['-p', `Object.keys(require(${JSON.stringify(BUNDLE)})).sort().join()`], {
    env: { AWS_REGION: 'eu-west-1' }, encoding: 'utf8',
  });
  expect(exported.trim()).toBe('isComplete,onEvent');
});

test('the bundle needs nothing but Node', () => {
  const required = [...fs.readFileSync(BUNDLE, 'utf8').matchAll(/\b(?:require|import)\("([^"]+)"\)/g)].map(([, name]) => name.replace(/^node:/, ''));
  // the SDK tries it only for signatures of several Regions, which these services do not have
  // in Lambda's runtime, and needed only when an export ends, or with events
  const optional = ['@aws-sdk/signature-v4-crt', '@aws-sdk/client-s3', '@aws-sdk/client-sfn'];
  expect(required.filter(name => !builtinModules.includes(name) && !optional.includes(name))).toEqual([]);
});

test('the bundle has less than 400 kB', () => {
  expect(fs.statSync(BUNDLE).size).toBeLessThan(400_000);
  expect(fs.statSync(BUNDLE).size).toBeGreaterThan(50_000);
});

test('the bundle loads no slower than the SDK\'s Personalize client by itself', () => {
  // the best processor time of nine fresh processes each, interleaved: a busy machine slows both down
  const load = (module: string) => Number(execFileSync(process.execPath, ['-e', `
    const before = process.cpuUsage();
    require(${JSON.stringify(module)});
    const { user, system } = process.cpuUsage(before);
    console.log(user + system);
  `], { cwd: ROOT, env: { AWS_REGION: 'eu-west-1' }, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }));
  const pairs = Array.from({ length: 9 }, () => [load(BUNDLE), load('@aws-sdk/client-personalize')]);
  const [bundle, client] = [0, 1].map(index => Math.min(...pairs.map(pair => pair[index])));
  expect(bundle / client).toBeLessThanOrEqual(1);
});

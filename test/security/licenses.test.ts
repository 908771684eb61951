import * as fs from 'fs';
import { THIRD_PARTY_LICENSES, bundledPackages, licensesText } from '../../tools/third-party-licenses';

const packages = bundledPackages();

test('THIRD-PARTY-LICENSES is about what is in the bundle (npx tsx tools/third-party-licenses.ts)', () => {
  expect(fs.readFileSync(THIRD_PARTY_LICENSES, 'utf8')).toBe(licensesText(packages));
});

test('every package in the bundle has a license that lets it be shipped, with its text', () => {
  expect(packages.length).toBeGreaterThan(3);
  expect([...new Set(packages.map(({ license }) => license))].sort()).toEqual(['Apache-2.0']);
  expect(packages.filter(({ texts }) => texts.join('').length < 100)).toEqual([]);
});

test('the bundle holds nothing of the packages that only help to develop', () => {
  expect(packages.map(({ name }) => name).filter(name => !/^@(aws-sdk|smithy|aws)\//.test(name))).toEqual([]);
});

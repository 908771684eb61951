import * as fs from 'fs';
import * as path from 'path';
import { failingProps, staleExemptions, undocumented, type Assembly } from '../../tools/docs/undocumented';
import { REPOSITORY } from '../../tools/packed';

const ASSEMBLY = JSON.parse(fs.readFileSync(path.join(REPOSITORY, '.jsii'), 'utf8')) as Assembly;
const SOURCES = fs.readdirSync(path.join(REPOSITORY, 'src'), { recursive: true, encoding: 'utf8' })
  .filter(name => name.endsWith('.ts')).map(name => fs.readFileSync(path.join(REPOSITORY, 'src', name), 'utf8'));

test('everything public is documented: what it is, its default, unit, errors and source', () => {
  const failing = failingProps(SOURCES);
  expect([...failing]).toEqual(expect.arrayContaining(['timeout', 'jobName', 'prefix', 'datasetGroups', 'maxConcurrency']));
  expect(undocumented(ASSEMBLY, failing)).toEqual([]);
  expect(staleExemptions(ASSEMBLY)).toEqual([]);
});

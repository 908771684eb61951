import * as fs from 'fs';
import * as path from 'path';
import { type Row, permissionRows, permissionsMarkdown, unusedReasons } from '../../tools/permissions/permissions-table';

let rows: Row[];
beforeAll(async () => { rows = await permissionRows(); });

test('every action has a reason, and every reason an action', () => {
  expect(rows.filter(({ why }) => why === undefined)).toEqual([]);
  expect(unusedReasons(rows)).toEqual([]);
});

test('every action is needed by a call, but for those that are listed', () => {
  expect([...new Set(rows.filter(({ neededBy }) => neededBy === 'none').map(({ policy, action }) => `${policy}: ${action}`))].sort()).toEqual([
    'key policy of ExportsKey: kms:*',
    'key policy of GroupKey: kms:*',
    'role policy of ProviderFrameworkCompleteRole: lambda:GetFunction',
    'role policy of ProviderFrameworkCompleteRole: lambda:InvokeFunction',
    'role policy of ProviderFrameworkOnEventRole: lambda:GetFunction',
    'role policy of ProviderFrameworkOnEventRole: lambda:InvokeFunction',
    'role policy of ProviderwaiterstatemachineRole: lambda:InvokeFunction',
  ]);
});

test('docs/permissions.md is what the policies and the recorded calls say (npx tsx tools/permissions/print-permissions.ts)', async () => {
  expect(fs.readFileSync(path.join(__dirname, '..', '..', 'docs', 'permissions.md'), 'utf8')).toBe(await permissionsMarkdown());
});

import * as fs from 'fs';
import { permissionRows, unusedReasons } from '../../tools/permissions/permissions-table';
import { FILE, withTables } from '../../tools/permissions/print-permissions';

test('every action has a reason, and every reason an action', async () => {
  const rows = await permissionRows();
  expect(rows.filter(({ why }) => why === undefined)).toEqual([]);
  expect(unusedReasons(rows)).toEqual([]);
});

test('the tables of docs/permissions.md are up to date (if not: npx tsx tools/permissions/print-permissions.ts)', async () => {
  const page = fs.readFileSync(FILE, 'utf8');
  expect(await withTables(page)).toBe(page);
});

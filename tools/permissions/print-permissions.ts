/**
 * `npx tsx tools/permissions/print-permissions.ts`: prints the tables into docs/permissions.md: each action in each policy, why it is there, and the
 * recorded call that needs it.
 */
import { readFileSync, writeFileSync } from 'fs';
import * as path from 'path';
import { permissionsMarkdown } from './permissions-table';
import { REPOSITORY } from '../repository';

export const FILE = path.join(REPOSITORY, 'docs', 'permissions.md');
const TABLES = /(?<=<!-- tables:begin[^>]*-->\n)[^]*(?=<!-- tables:end -->)/;

/** The page with the tables as they should be. */
export async function withTables(page: string): Promise<string> {
  const tables = await permissionsMarkdown();
  return page.replace(TABLES, () => `\n${tables}\n\n`);
}

if (require.main === module) {
  void withTables(readFileSync(FILE, 'utf8')).then(page => writeFileSync(FILE, page));
}

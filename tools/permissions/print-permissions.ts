/**
 * `npx tsx tools/permissions/print-permissions.ts`: prints docs/permissions.md: each action in each policy, why it is there, and the
 * recorded call that needs it.
 */
import { permissionsMarkdown } from './permissions-table';

void permissionsMarkdown().then(text => process.stdout.write(text));

import { readFileSync } from 'fs';
import { FILE, withDiagram } from '../../../tools/docs/workflow-docs';

test('docs/workflow.md shows the state machine as it is (node --import tsx tools/docs/workflow-docs.ts)', () => {
  const page = readFileSync(FILE, 'utf8');
  expect(page).toContain('stateDiagram-v2');
  expect(withDiagram(page)).toBe(page);
});

import { readFileSync } from 'fs';
import { FILE, withDiagram } from '../tools/workflow-docs';

test('docs/workflow.md shows the state machine as it is (node --import tsx test/tools/workflow-docs.ts)', () => {
  const page = readFileSync(FILE, 'utf8');
  expect(page).toContain('stateDiagram-v2');
  expect(withDiagram(page)).toBe(page);
});

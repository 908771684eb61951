import { readFileSync } from 'fs';
import { groupIn, workflow } from './local-workflow';
import { DatasetExportWorkflowProps } from '../../../../src';
import { FILE, withDiagram } from '../../../../tools/docs/workflow-docs';
import { DATASET_ARN, concreteStack, definitionOf } from '../../../stacks';

// it has no type declarations
// eslint-disable-next-line @typescript-eslint/no-require-imports
const validate = require('asl-validator') as (definition: object, options?: object) => { isValid: boolean; errorsText: (separator?: string) => string };

describe('the definition is valid', () => {
  test.each<[string, DatasetExportWorkflowProps]>([
    ['inline', {}],
    ['distributed', { distributed: true }],
    ['without failure', { failOnExportFailure: false }],
    ['distributed, without failure', { distributed: true, failOnExportFailure: false }],
    ['with tags', { tags: { team: 'ml' } }],
  ])('%s', (_, props) => {
    for (const withGroups of [false, true]) {
      const stack = concreteStack();
      workflow([DATASET_ARN], { datasetGroups: withGroups ? [groupIn(stack, 'books')] : [], ...props })(stack);
      const definition = JSON.parse(JSON.stringify(definitionOf(stack)).replaceAll('<AWS::Partition>', 'aws'));
      const { isValid, errorsText } = validate(definition, { checkPaths: true, checkArn: true });
      expect(isValid ? '' : errorsText('\n')).toBe('');
    }
  });
});

test('docs/workflow.md shows the state machine as it is (node --import tsx tools/docs/workflow-docs.ts)', () => {
  const page = readFileSync(FILE, 'utf8');
  expect(page).toContain('stateDiagram-v2');
  expect(withDiagram(page)).toBe(page);
});

/** `node --import tsx tools/docs/workflow-docs.ts`: writes the diagram of the state machine into docs/workflow.md. */
import { readFileSync, writeFileSync } from 'fs';
import * as path from 'path';
import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { stateMachineDiagram } from './state-machine-diagram';
import { DatasetExportWorkflow, DatasetGroup, IngestionMode } from '../../src';

export const FILE = path.join(__dirname, '..', '..', 'docs', 'workflow.md');
const DIAGRAM = /(<!-- diagram:begin -->\n)[^]*(<!-- diagram:end -->)/;

/** The page with an up-to-date diagram. */
export function withDiagram(page: string): string {
  const stack = new Stack(new App(), 'Backups');
  new DatasetExportWorkflow(stack, 'Nightly', {
    ingestionMode: IngestionMode.ALL,
    datasetGroups: [DatasetGroup.fromDatasetGroupArn(stack, 'Group', 'arn:aws:personalize:eu-west-1:111122223333:dataset-group/movies')],
  });
  const [machine] = Object.values(Template.fromStack(stack).findResources('AWS::StepFunctions::StateMachine'));
  const parts: unknown[] = machine.Properties.DefinitionString['Fn::Join'][1];
  const definition = JSON.parse(parts.map(part => typeof part === 'string' ? part : '').join(''));
  return page.replace(DIAGRAM, `$1\`\`\`mermaid\n${stateMachineDiagram(definition)}\n\`\`\`\n$2`);
}

if (require.main === module) { writeFileSync(FILE, withDiagram(readFileSync(FILE, 'utf8'))); }

import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Dataset, DatasetExportWorkflow, DatasetExportWorkflowProps, DatasetGroup, IngestionMode } from '../../../src';
import { ACCOUNT, REGION } from '../../stacks';

// no dependency of this project, but of one
// eslint-disable-next-line @typescript-eslint/no-require-imports
const validate = require('asl-validator') as (definition: object, options?: object) => { isValid: boolean; errorsText: (separator?: string) => string };

/** What CloudFormation would make of the text. */
function definitionOf(stack: Stack): any {
  const [machine] = Object.values(Template.fromStack(stack).findResources('AWS::StepFunctions::StateMachine'));
  const text = machine.Properties.DefinitionString;
  const parts: any[] = typeof text === 'string' ? [text] : text['Fn::Join'][1];
  return JSON.parse(parts.map(part => typeof part === 'string' ? part : part.Ref === 'AWS::Partition' ? 'aws' : 'value').join(''));
}

describe('the definition is valid', () => {
  test.each<[string, DatasetExportWorkflowProps]>([
    ['inline', {}],
    ['distributed', { distributed: true }],
    ['without failure', { failOnExportFailure: false }],
    ['distributed, without failure', { distributed: true, failOnExportFailure: false }],
    ['with tags', { tags: { team: 'ml' } }],
  ])('%s', (_, props) => {
    for (const withGroups of [false, true]) {
      const stack = new Stack(new App(), 'Backups', { env: { account: ACCOUNT, region: REGION } });
      new DatasetExportWorkflow(stack, 'Backup', {
        ingestionMode: IngestionMode.ALL,
        datasets: [Dataset.fromDatasetArn(stack, 'Dataset', `arn:aws:personalize:${REGION}:${ACCOUNT}:dataset/movies/ITEMS`)],
        datasetGroups: withGroups ? [DatasetGroup.fromDatasetGroupArn(stack, 'Group', `arn:aws:personalize:${REGION}:${ACCOUNT}:dataset-group/books`)] : [],
        ...props,
      });
      const { isValid, errorsText } = validate(definitionOf(stack), { checkPaths: true, checkArn: true });
      expect(isValid ? '' : errorsText('\n')).toBe('');
    }
  });
});

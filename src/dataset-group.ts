import { Resource, aws_personalize as personalize } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { datasetGroupArnProblem } from './contract/api-constraints';
import { checkKnown, literal, rejectIf } from './private/validation';

/**
 * References to Amazon Personalize dataset groups that this app does not define.
 *
 * @see https://docs.aws.amazon.com/personalize/latest/dg/API_DatasetGroup.html
 */
export class DatasetGroup {
  /**
   * References an existing dataset group by its ARN.
   *
   * @param scope the parent construct
   * @param id the construct's id
   * @param datasetGroupArn such as `arn:aws:personalize:eu-west-1:111122223333:dataset-group/my-group`
   */
  public static fromDatasetGroupArn(scope: Construct, id: string, datasetGroupArn: string): personalize.IDatasetGroupRef {
    rejectIf(checkKnown(datasetGroupArn, arn => datasetGroupArnProblem(arn, 'datasetGroupArn')), literal`InvalidDatasetGroup`, scope);
    class Import extends Resource implements personalize.IDatasetGroupRef {
      public readonly datasetGroupRef: personalize.DatasetGroupReference = { datasetGroupArn };
    }
    return new Import(scope, id, { environmentFromArn: datasetGroupArn });
  }

  private constructor() {}
}

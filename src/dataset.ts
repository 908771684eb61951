import { Resource, aws_personalize as personalize } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { datasetArnShapeProblem } from './contract/api-constraints';
import { checkKnown, literal, rejectIf } from './private/validation';

/**
 * References to Amazon Personalize datasets that this app does not define.
 *
 * @see https://docs.aws.amazon.com/personalize/latest/dg/API_Dataset.html
 */
export class Dataset {
  /**
   * References an existing dataset by its ARN.
   *
   * @param scope the parent construct
   * @param id the construct's id
   * @param datasetArn such as `arn:aws:personalize:eu-west-1:111122223333:dataset/my-group/INTERACTIONS`
   */
  public static fromDatasetArn(scope: Construct, id: string, datasetArn: string): personalize.IDatasetRef {
    rejectIf(checkKnown(datasetArn, arn => datasetArnShapeProblem(arn, 'datasetArn')), literal`InvalidDataset`, scope);
    class Import extends Resource implements personalize.IDatasetRef {
      public readonly datasetRef: personalize.DatasetReference = { datasetArn };
    }
    return new Import(scope, id, { environmentFromArn: datasetArn });
  }

  private constructor() {}
}

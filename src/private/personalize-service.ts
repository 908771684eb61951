import { aws_iam as iam } from 'aws-cdk-lib';

/** The service principal of Personalize: the same in all partitions. */
export const PERSONALIZE = 'personalize.amazonaws.com';

/** Lets a caller tell Personalize as whom to write, and no other service. */
export const PASS_ROLE: iam.PolicyStatementProps = {
  actions: ['iam:PassRole'],
  conditions: { StringEquals: { 'iam:PassedToService': PERSONALIZE } },
};

/** One of the two that CreateDatasetExportJob needs: the other is for the job. */
export const CREATE_ON_DATASET: iam.PolicyStatementProps = { actions: ['personalize:CreateDatasetExportJob'] };

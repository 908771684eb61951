import { Stack } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import type { DatasetExportTableProps } from '../../dataset-export-table';

/** Why a table cannot show the exports of its job or its workflow; undefined if it can. */
export function sourceProblem(scope: Construct, props: DatasetExportTableProps): string | undefined {
  const { job, workflow, dataset, verifyHeader } = props;
  if ((job === undefined) === (workflow === undefined)) { return `either job or workflow must be set, got ${job ? 'both' : 'neither'}`; }
  if (workflow === undefined) {
    if (dataset !== undefined) { return 'dataset must not be set with job, which has one dataset: leave it out'; }
    return verifyHeader ? 'verifyHeader must not be true with job: leave it out, queries of the view compare the header' : undefined;
  }
  if (dataset === undefined) { return 'dataset must be set with workflow: one of the datasets that it exports'; }
  if (Stack.of(workflow) !== Stack.of(scope)) {
    return `workflow must be in the stack of the table, ${Stack.of(scope).node.path}, got one in ${Stack.of(workflow).node.path}: its state machine names the table`;
  }
  return workflow._datasetProblem(dataset.datasetRef.datasetArn);
}

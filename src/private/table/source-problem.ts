import { Stack } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import type { DatasetExportTableProps } from '../../dataset-export-table';
import { quoted } from '../validation';

/** Why a table cannot show the exports of its job or its workflow; undefined if it can. JavaScript lets a user pass anything. */
export function sourceProblem(scope: Construct, props: DatasetExportTableProps): string | undefined {
  const { job, workflow, schema } = props;
  if (job === undefined && workflow === undefined) { return 'either job or workflow must be set, got neither: set job, or workflow and dataset'; }
  if (job !== undefined && workflow !== undefined) { return 'either job or workflow must be set, got both: leave one of them out'; }
  if (schema?._columns === undefined) {
    return `schema must be made by DatasetSchema, got ${quoted(schema).slice(0, 100)}: use DatasetSchema.fromJson() for a text, DatasetSchema.fromCfnSchema() for a resource`;
  }
  return job === undefined ? workflowProblem(scope, props) : jobProblem(props);
}

function jobProblem({ job, dataset, verifyHeader }: DatasetExportTableProps): string | undefined {
  if (job?._isComplete === undefined) { return `job must be a DatasetExportJob, got ${quoted(job)}`; }
  if (!job._isComplete) {
    return 'job must wait for its completion, because queries would find a part of the export until then, got waitForCompletion: false: '
      + 'leave that out, or use a workflow';
  }
  if (dataset !== undefined) { return 'dataset must not be set with job, which has one dataset: leave it out'; }
  return verifyHeader ? 'verifyHeader must not be true with job: leave it out, queries of the view compare the header' : undefined;
}

function workflowProblem(scope: Construct, { workflow, dataset }: DatasetExportTableProps): string | undefined {
  if (workflow?._datasetProblem === undefined) { return `workflow must be a DatasetExportWorkflow, got ${quoted(workflow)}`; }
  if (dataset === undefined) { return 'dataset must be set with workflow: one of the datasets that it exports'; }
  if (Stack.of(workflow) !== Stack.of(scope)) {
    return `workflow must be in the stack of the table, ${Stack.of(scope).node.path}, got one in ${Stack.of(workflow).node.path}: its state machine names the table`;
  }
  return workflow._datasetProblem(dataset.datasetRef.datasetArn);
}

import { Stack, aws_glue as glue } from 'aws-cdk-lib';
import { Construct, IDependable } from 'constructs';
import { Column } from './columns';
import { storageOf } from './storage';
import { datasetFolder } from '../../contract/export-folder';
import { DatasetExportJob } from '../../dataset-export-job';
import { DatasetExportJobGrants } from '../../dataset-export-job-grants';
import { DatasetExportWorkflow } from '../../dataset-export-workflow';
import { datasetNames } from '../dataset-arn';
import { RegisteredTable } from '../workflow/table-states';

/** Whose exports a table shows. */
export interface TableSource {
  readonly path: string;
  readonly location: string;
  readonly objects: DatasetExportJobGrants;
  /** Whether the table has several exports, each in a partition. */
  readonly isPartitioned: boolean;
  /** What the source must know of the table. */
  register(scope: Construct, table: Omit<RegisteredTable, 'datasetArn' | 'storageDescriptor' | 'fieldCount'>, columns: readonly Column[], resource: IDependable): void;
}

export function jobSource(job: DatasetExportJob): TableSource {
  return { path: job.node.path, location: job.outputUri, objects: job.grants, isPartitioned: false, register: () => {} };
}

export function workflowSource(workflow: DatasetExportWorkflow, datasetArn: string): TableSource {
  const { bucket, prefix } = workflow.destination;
  return {
    path: workflow.node.path,
    location: `s3://${bucket.bucketName}/${prefix}${datasetFolder(datasetNames(datasetArn))}`,
    objects: workflow._grantsOf(datasetArn),
    isPartitioned: true,
    register: (scope, table, columns, resource) => {
      const storageDescriptor = inApi(Stack.of(scope).resolve(storageOf(columns, '')));
      workflow._addTable(scope, { ...table, datasetArn, storageDescriptor, fieldCount: `${columns.length}` }, resource);
    },
  };
}

/** In the API, the members begin with capital letters. */
function inApi({ columns, inputFormat, outputFormat, serdeInfo }: glue.CfnTable.StorageDescriptorProperty): RegisteredTable['storageDescriptor'] {
  const { serializationLibrary, parameters } = serdeInfo as glue.CfnTable.SerdeInfoProperty;
  return {
    Columns: (columns as glue.CfnTable.ColumnProperty[]).map(({ name, type, comment }) => ({ Name: name, Type: type, Comment: comment })),
    InputFormat: inputFormat,
    OutputFormat: outputFormat,
    SerdeInfo: { SerializationLibrary: serializationLibrary, Parameters: parameters },
  };
}

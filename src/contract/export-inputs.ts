import { datasetArnProblem, folderProblem, ingestionModeProblem, jobNameProblem, kmsKeyArnProblem, roleArnProblem } from './api-constraints';

/** An input of an export: another value of it means another export. */
export interface ExportInput<Parameter extends string = string> {
  /** The user's name for it. */
  readonly prop: string;
  /** Its name in CreateDatasetExportJob and DescribeDatasetExportJob, if Personalize takes it as it is. */
  readonly parameter?: Parameter;
  /** What it means to leave it out. */
  readonly default?: string;
  /** What is wrong with a value, if anything. */
  readonly problemOf?: (value: string) => string | undefined;
}

const INPUTS = {
  DatasetArn: { prop: 'dataset', parameter: 'datasetArn', problemOf: datasetArnProblem },
  IngestionMode: { prop: 'ingestionMode', parameter: 'ingestionMode', default: 'PUT', problemOf: ingestionModeProblem },
  JobName: { prop: 'jobName', problemOf: jobNameProblem },
  RoleArn: { prop: 'role', parameter: 'roleArn', problemOf: roleArnProblem },
  // Personalize takes the output path, which consists of these two and the job's name.
  BucketName: { prop: 'bucket' },
  Prefix: { prop: 'prefix', default: '', problemOf: folderProblem },
  KmsKeyArn: { prop: 'encryptionKey', parameter: 'kmsKeyArn', problemOf: kmsKeyArnProblem },
  TriggerToken: { prop: 'trigger' },
} as const satisfies Readonly<Record<string, ExportInput>>;

type Inputs = typeof INPUTS;

/** The name of an input as a property of the custom resource. */
export type ExportInputName = keyof Inputs;
/** The name of an input as a parameter of Personalize. */
export type ExportParameter = Extract<Inputs[ExportInputName], { readonly parameter: string }>['parameter'];

/** All inputs of an export. */
export const EXPORT_INPUTS: Readonly<Record<ExportInputName, ExportInput<ExportParameter>>> = INPUTS;
export const EXPORT_INPUT_NAMES = Object.keys(EXPORT_INPUTS) as readonly ExportInputName[];

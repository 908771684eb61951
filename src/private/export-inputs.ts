import { Annotations, Token, aws_personalize as personalize } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { knownNames } from './dataset-arn';
import { destinationProblem, environmentProblem } from './environments';
import { checkKnown, literal, referenceProblem, rejectIf } from './validation';
import {
  datasetArnProblem, datasetGroupArnProblem, datasetTypeProblem, outputPathLengthProblem, tagsProblem as tagsProblemOfKnown,
} from '../contract/api-constraints';
import { DATE_PATTERN, exportFolder } from '../contract/export-folder';
import { EXPORT_INPUTS } from '../contract/export-inputs';
import { ExportDestination } from '../export-destination';
import { IngestionMode } from '../ingestion-mode';

/** The checks at synthesis that all constructs that start export jobs share. */

export function warnOfDefaultIngestionMode(scope: Construct, ingestionMode: IngestionMode | undefined): void {
  if (ingestionMode !== undefined) { return; }
  Annotations.of(scope).addWarningV2(
    'cdk-personalize-dataset-export:ingestionModeDefault',
    'ingestionMode is not set: Personalize exports only individually added records (PUT), not bulk imports. Set IngestionMode.ALL, BULK or PUT.',
  );
}

export function datasetProblem(scope: Construct, dataset: personalize.IDatasetRef, prop = 'dataset'): string | undefined {
  const problem = referenceProblem(prop, dataset, dataset?.datasetRef, 'Dataset');
  if (problem !== undefined) { return problem; }
  if (personalize.CfnDataset.isCfnDataset(dataset)) {
    return checkKnown(dataset.datasetType, type => datasetTypeProblem(type, dataset.node.path, prop));
  }
  const { datasetArn } = dataset.datasetRef;
  return checkKnown(datasetArn, arn => datasetArnProblem(arn, prop)) ?? environmentProblem(scope, prop, datasetArn);
}

export function datasetGroupProblem(scope: Construct, group: personalize.IDatasetGroupRef, prop: string): string | undefined {
  const problem = referenceProblem(prop, group, group?.datasetGroupRef, 'DatasetGroup');
  if (problem !== undefined) { return problem; }
  const { datasetGroupArn } = group.datasetGroupRef;
  return checkKnown(datasetGroupArn, arn => datasetGroupArnProblem(arn, prop)) ?? environmentProblem(scope, prop, datasetGroupArn);
}

/** Checks each input that a construct takes as a text; the others are constructs and check themselves. */
export function inputsProblem(props: object): string | undefined {
  for (const { prop, problemOf } of Object.values(EXPORT_INPUTS)) {
    const value = (props as { readonly [prop: string]: unknown })[prop];
    const problem = typeof value === 'string' && problemOf ? checkKnown(value, problemOf) : undefined;
    if (problem !== undefined) { return problem; }
  }
  return undefined;
}

export function tagsProblem(tags: { readonly [key: string]: string }): string | undefined {
  return tagsProblemOfKnown(tags, value => !Token.isUnresolved(value));
}

export interface Output {
  /** Of a dataset, or of a dataset group. */
  readonly arn: string;
  /** Below the destination's. */
  readonly prefix?: string;
  /** The job's name, or a text as long as every name that it may get. */
  readonly jobName: string;
}

export function validateDestination(scope: Construct, destination: ExportDestination, output: Output): void {
  rejectIf(destinationProblem(scope, destination), literal`DestinationInOtherEnvironment`, scope);
  validateOutputPath(scope, destination, output);
}

/** Checks the length of the path, in which each part that is not known is as short as possible. */
export function validateOutputPath(scope: Construct, { _bucketName, prefix }: ExportDestination, { arn, prefix: below = '', jobName }: Output): void {
  const parts = [_bucketName, prefix, below, jobName];
  const { datasetGroup, datasetType } = knownNames(arn);
  const folder = exportFolder({
    datasetGroup: datasetGroup ?? 'g', datasetType: datasetType ?? 'ITEMS', date: DATE_PATTERN, jobName: knownOr('j', jobName),
  });
  const path = `s3://${knownOr('abc', _bucketName)}/${knownOr('', prefix)}${knownOr('', below)}${folder}`;
  const isKnown = datasetType !== undefined && !parts.some(part => Token.isUnresolved(part));
  rejectIf(outputPathLengthProblem(path.length, isKnown ? path : `${prefix}${below}`), literal`OutputPathTooLong`, scope);
}

function knownOr(otherwise: string, value: string): string {
  return Token.isUnresolved(value) ? otherwise : value;
}

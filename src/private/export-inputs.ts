import { Annotations, Token, aws_personalize as personalize } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import {
  datasetArnProblem, datasetGroupArnProblem, datasetTypeProblem, outputPathLengthProblem, tagsProblem as tagsProblemOfKnown,
} from '../contract/api-constraints';
import { EXPORT_INPUTS } from '../contract/export-inputs';
import { ExportDestination } from '../export-destination';
import { IngestionMode } from '../ingestion-mode';
import { destinationProblem, environmentProblem } from './environments';
import { checkKnown, literal, referenceProblem, rejectIf } from './validation';

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

const MIN_BUCKET_NAME_LENGTH = 3;

/** @param jobName the job's name, or a text as long as every name that it may get */
export function validateDestination(scope: Construct, destination: ExportDestination, jobName: string): void {
  rejectIf(destinationProblem(scope, destination), literal`DestinationInOtherEnvironment`, scope);
  validateOutputPath(scope, destination, jobName);
}

function validateOutputPath(scope: Construct, { _bucketName: bucketName, prefix }: ExportDestination, name: string): void {
  const path = `s3://${bucketName}/${prefix}${name}/`;
  const length = ['s3://', '/', '/'].join('').length
    + minimumLength(bucketName, MIN_BUCKET_NAME_LENGTH) + minimumLength(prefix, 0) + minimumLength(name, 1);
  rejectIf(outputPathLengthProblem(length, Token.isUnresolved(path) ? prefix : path), literal`OutputPathTooLong`, scope);
}

/** The length of a known text, or the minimum for a token. */
function minimumLength(value: string, ofToken: number): number {
  return Token.isUnresolved(value) ? ofToken : value.length;
}

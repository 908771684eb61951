import { Annotations, Token, aws_personalize as personalize } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import {
  datasetArnProblem, datasetGroupArnProblem, datasetTypeProblem, outputPathLengthProblem, tagKeyProblem, tagsCountProblem, tagValueProblem,
} from '../contract/api-constraints';
import { ExportDestination } from '../export-destination';
import { IngestionMode } from '../ingestion-mode';
import { destinationProblem, environmentProblem } from './environments';
import { checkKnown, literal, referenceProblem, rejectIf } from './validation';

/** The checks at synth that all constructs share which start export jobs. */

/** Says what Personalize does when no ingestion mode is given. */
export function warnOfDefaultIngestionMode(scope: Construct, ingestionMode: IngestionMode | undefined): void {
  if (ingestionMode !== undefined) { return; }
  Annotations.of(scope).addWarningV2(
    'cdk-personalize-dataset-export:ingestionModeDefault',
    'ingestionMode is left out: Personalize exports only records that were added one by one (PUT) then, none that were imported in bulk; set IngestionMode.ALL, BULK or PUT',
  );
}

export function datasetProblem(scope: Construct, dataset: personalize.IDatasetRef, prop = 'dataset'): string | undefined {
  const problem = referenceProblem(prop, dataset, dataset?.datasetRef, 'Dataset');
  if (problem !== undefined) { return problem; }
  if (personalize.CfnDataset.isCfnDataset(dataset)) {
    return checkKnown(dataset.datasetType, type => datasetTypeProblem(type, dataset.node.path));
  }
  const { datasetArn } = dataset.datasetRef;
  return checkKnown(datasetArn, datasetArnProblem) ?? environmentProblem(scope, 'dataset', datasetArn);
}

export function datasetGroupProblem(scope: Construct, group: personalize.IDatasetGroupRef): string | undefined {
  const problem = referenceProblem('datasetGroups', group, group?.datasetGroupRef, 'DatasetGroup');
  if (problem !== undefined) { return problem; }
  const { datasetGroupArn } = group.datasetGroupRef;
  return checkKnown(datasetGroupArn, datasetGroupArnProblem) ?? environmentProblem(scope, 'dataset group', datasetGroupArn);
}

export function tagsProblem(tags: { readonly [key: string]: string }): string | undefined {
  const problems = Object.entries(tags).map(([key, value]) => tagKeyProblem(key) ?? checkKnown(value, known => tagValueProblem(key, known)));
  return tagsCountProblem(problems.length) ?? problems.find(problem => problem !== undefined);
}

const MIN_BUCKET_NAME_LENGTH = 3;

/** @param jobName of a job, or a text that is as long as all its names are */
export function validateDestination(scope: Construct, destination: ExportDestination, jobName: string): void {
  rejectIf(destinationProblem(scope, destination), literal`DestinationInOtherEnvironment`, scope);
  validateOutputPath(scope, destination, jobName);
}

function validateOutputPath(scope: Construct, { bucket, prefix }: ExportDestination, name: string): void {
  const path = `s3://${bucket.bucketName}/${prefix}${name}/`;
  const length = ['s3://', '/', '/'].join('').length
    + minimumLength(bucket.bucketName, MIN_BUCKET_NAME_LENGTH) + minimumLength(prefix, 0) + minimumLength(name, 1);
  rejectIf(outputPathLengthProblem(length, Token.isUnresolved(path) ? prefix : path), literal`OutputPathTooLong`, scope);
}

/** The length of a text that is known, the least possible one of a token. */
function minimumLength(value: string, ofToken: number): number {
  return Token.isUnresolved(value) ? ofToken : value.length;
}

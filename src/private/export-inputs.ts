import { Annotations, Arn, ArnFormat, Stack, Token, aws_personalize as personalize } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { ExportDestination } from '../export-destination';
import { IngestionMode } from '../ingestion-mode';
import {
  datasetArnProblem, datasetTypeProblem, outputPathLengthProblem, tagKeyProblem, tagsCountProblem, tagValueProblem,
} from './api-constraints';
import { checkKnown, literal, rejectIf } from './validation';

/** The checks at synth that all constructs share which start export jobs. */

/** Says what Personalize does when no ingestion mode is given. */
export function warnOfDefaultIngestionMode(scope: Construct, ingestionMode: IngestionMode | undefined): void {
  if (ingestionMode !== undefined) { return; }
  Annotations.of(scope).addWarningV2(
    'cdk-personalize-dataset-export:ingestionModeDefault',
    'ingestionMode is left out: Personalize exports only records that were added one by one (PUT) then, none that were imported in bulk; set IngestionMode.ALL, BULK or PUT',
  );
}

export function datasetProblem(scope: Construct, dataset: personalize.IDatasetRef): string | undefined {
  if (personalize.CfnDataset.isCfnDataset(dataset)) {
    return checkKnown(dataset.datasetType, type => datasetTypeProblem(type, dataset.node.path));
  }
  const { datasetArn } = dataset.datasetRef;
  return checkKnown(datasetArn, datasetArnProblem) ?? environmentProblem(scope, 'dataset', datasetArn);
}

/** @param name the prop that holds the resource */
export function environmentProblem(scope: Construct, name: string, arn: string): string | undefined {
  if (Token.isUnresolved(arn)) { return undefined; }
  const { account, region } = Arn.split(arn, ArnFormat.SLASH_RESOURCE_NAME);
  const stack = Stack.of(scope);
  for (const [part, ofResource, ofStack] of [['account', account!, stack.account], ['Region', region!, stack.region]]) {
    if (!Token.isUnresolved(ofStack) && ofResource !== ofStack) {
      return `${name} must be in the ${part} of the stack, ${ofStack}, got ${JSON.stringify(arn)}`;
    }
  }
  return undefined;
}

export function tagsProblem(tags: { readonly [key: string]: string }): string | undefined {
  const problems = Object.entries(tags).map(([key, value]) => tagKeyProblem(key) ?? checkKnown(value, known => tagValueProblem(key, known)));
  return tagsCountProblem(problems.length) ?? problems.find(problem => problem !== undefined);
}

/** Ends with `/`, or is empty. */
export function normalizedPrefix(prefix: string = ''): string {
  return prefix === '' || Token.isUnresolved(prefix) || prefix.endsWith('/') ? prefix : `${prefix}/`;
}

const MIN_BUCKET_NAME_LENGTH = 3;

/** @param name of a job, or a text that is as long as all its names are */
export function validateOutputPath(scope: Construct, { bucket, prefix }: ExportDestination, name: string): void {
  const path = `s3://${bucket.bucketName}/${prefix}${name}/`;
  const length = ['s3://', '/', '/'].join('').length
    + minimumLength(bucket.bucketName, MIN_BUCKET_NAME_LENGTH) + minimumLength(prefix, 0) + minimumLength(name, 1);
  rejectIf(outputPathLengthProblem(length, Token.isUnresolved(path) ? prefix : path), literal`OutputPathTooLong`, scope);
}

/** The length of a text that is known, the least possible one of a token. */
function minimumLength(value: string, ofToken: number): number {
  return Token.isUnresolved(value) ? ofToken : value.length;
}

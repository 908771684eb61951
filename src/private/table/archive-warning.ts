import { Annotations } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { ExportDestination } from '../../export-destination';

/**
 * Athena leaves out what is archived, and no query shows it.
 *
 * @see https://docs.aws.amazon.com/athena/latest/ug/querying-glacier.html
 */
export function warnOfArchives(scope: Construct, { node: { path }, _archive: archive }: ExportDestination): void {
  if (archive === undefined) { return; }
  Annotations.of(scope).addWarningV2(
    'cdk-personalize-dataset-export:archivesNotQueried',
    `queries of the table leave out all exports that the transitions of ${path} have moved to ${archive}, and nothing shows it: `
    + 'use StorageClass.GLACIER_INSTANT_RETRIEVAL, which Athena reads, or acknowledge this warning if only new exports are queried',
  );
}

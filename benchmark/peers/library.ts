import { Stack } from 'aws-cdk-lib';
import type { Peer } from './peer';
import type * as Library from '../../src';

/** This library, as its README writes it. @param library src/ or lib/, which synthesize the same */
export function libraryPeer({ Dataset, DatasetExportJob, ExportDestination, IngestionMode }: typeof Library): Peer {
  return {
    id: 'library',
    title: 'this library',
    define(stack: Stack, datasetArns: readonly string[]): void {
      const destination = new ExportDestination(stack, 'Exports');
      datasetArns.forEach((datasetArn, index) => {
        new DatasetExportJob(stack, `Export${index}`, {
          dataset: Dataset.fromDatasetArn(stack, `Dataset${index}`, datasetArn), destination, ingestionMode: IngestionMode.ALL,
        });
      });
    },
  };
}

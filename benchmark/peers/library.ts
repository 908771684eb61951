import { Stack } from 'aws-cdk-lib';
import type { Peer } from './peer';
import type * as Library from '../../src';

/** This library, as in its README. @param library src/ or lib/, which synthesize the same */
export function libraryPeer(library: typeof Library): Peer {
  return peer(library, () => ({}));
}

/** The length of the names of `namedJobsPeer`. */
export const NAME_LENGTH = 45;

/** The same with a name for each job and with tags, which the policies name. */
export function namedJobsPeer(library: typeof Library): Peer {
  return peer(library, index => ({ jobName: `${index}-`.padEnd(NAME_LENGTH, 'name'), tags: { team: 'ml' } }));
}

function peer(
  { Dataset, DatasetExportJob, ExportDestination, IngestionMode }: typeof Library,
  props: (index: number) => Partial<Library.DatasetExportJobProps>,
): Peer {
  return {
    id: 'library',
    title: 'this library',
    define(stack: Stack, datasetArns: readonly string[]): void {
      const destination = new ExportDestination(stack, 'Exports');
      datasetArns.forEach((datasetArn, index) => {
        new DatasetExportJob(stack, `Export${index}`, {
          dataset: Dataset.fromDatasetArn(stack, `Dataset${index}`, datasetArn), destination, ingestionMode: IngestionMode.ALL, ...props(index),
        });
      });
    },
  };
}

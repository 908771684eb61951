import { DEFAULT_INGESTION_MODE, type ExportRequest } from './export-request';
import type { JobDescription } from './personalize-api';

/**
 * Which inputs of a job differ from those of a request, in the user's words.
 *
 * @param isStrict of which inputs that Personalize does not tell the default is meant; else it may be anything
 */
export function differentInputs(job: JobDescription, request: ExportRequest, isStrict: (name: string) => boolean): string[] {
  const inputs: [name: string, theirs: string | undefined, ours: string | undefined, byDefault?: string][] = [
    ['dataset', job.datasetArn, request.datasetArn],
    ['ingestionMode', job.ingestionMode, request.ingestionMode, DEFAULT_INGESTION_MODE],
    ['role', job.roleArn, request.roleArn],
    ['destination', folder(job.outputUri), folder(request.outputUri)],
    ['encryptionKey', job.kmsKeyArn, request.kmsKeyArn],
  ];
  return inputs
    .filter(([name, theirs, ours, byDefault]) => isStrict(name) ? (theirs ?? byDefault) !== (ours ?? byDefault)
      : theirs !== undefined && (ours ?? byDefault) !== undefined && theirs !== (ours ?? byDefault))
    .map(([name, theirs, ours, byDefault]) => `${name} there is ${theirs ?? byDefault ?? 'not set'}, here ${ours ?? byDefault ?? 'not set'}`);
}

/** Whether a path ends with `/` says nothing: it is a folder. */
function folder(uri: string | undefined): string | undefined {
  return uri === undefined || uri.endsWith('/') ? uri : `${uri}/`;
}

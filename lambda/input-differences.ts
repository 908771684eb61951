import { jobNameOfArn, outputUri } from './job';
import type { JobDescription } from './personalize-api';
import { EXPORT_INPUT_NAMES, EXPORT_INPUTS, type ExportInputName } from '../src/contract/export-inputs';
import type { DatasetExportJobResourceProperties } from '../src/contract/resource-properties';

/** The inputs that differ between two versions of the properties. */
export function changedInputs(before: DatasetExportJobResourceProperties, after: DatasetExportJobResourceProperties): ExportInputName[] {
  return EXPORT_INPUT_NAMES.filter(name => (before[name] ?? EXPORT_INPUTS[name].default) !== (after[name] ?? EXPORT_INPUTS[name].default));
}

/**
 * How a job differs from the one that the properties ask for, in words.
 *
 * @param isStrict which inputs to compare with their default if Personalize does not report them; the others then match anything
 */
export function differencesOf(
  job: JobDescription, jobArn: string, properties: DatasetExportJobResourceProperties, isStrict: (name: ExportInputName) => boolean = () => true,
): string[] {
  const differences: string[] = [];
  const compare = (name: string, reported: string | undefined, ours: string | undefined, strict: boolean, byDefault?: string) => {
    const theirs = reported ?? byDefault;
    if (theirs === ours || (!strict && (reported === undefined || ours === undefined))) { return; }
    differences.push(`its ${name} is ${theirs ?? 'not set'} (expected ${ours ?? 'not set'})`);
  };
  for (const input of EXPORT_INPUT_NAMES) {
    const { prop, parameter, default: byDefault } = EXPORT_INPUTS[input];
    if (parameter !== undefined) { compare(prop, job[parameter], properties[input] ?? byDefault, isStrict(input), byDefault); }
  }
  compare('destination', folder(job.outputUri), outputUri(properties, jobNameOfArn(jobArn)), isStrict('BucketName') || isStrict('Prefix'));
  return differences;
}

/** A folder, whether or not its path ends with `/`. */
function folder(uri: string | undefined): string | undefined {
  return uri === undefined || uri.endsWith('/') ? uri : `${uri}/`;
}

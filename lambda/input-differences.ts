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
 * @param isStrict for which inputs to assume the default where Personalize tells nothing; others may have any value then
 */
export function differencesOf(
  job: JobDescription, jobArn: string, properties: DatasetExportJobResourceProperties, isStrict: (name: ExportInputName) => boolean = () => true,
): string[] {
  const differences: string[] = [];
  const compare = (name: string, told: string | undefined, ours: string | undefined, strict: boolean, byDefault?: string) => {
    const theirs = told ?? byDefault;
    if (theirs === ours || (!strict && (told === undefined || ours === undefined))) { return; }
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

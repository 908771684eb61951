import { jobNameOfArn, outputUri, outputUriOf } from './job';
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
  const jobName = jobNameOfArn(jobArn);
  const reported = job.outputUri && outputUriOf(job, properties, jobName);
  compare('destination', reported, outputUri(properties, jobName, dateIn(reported) ?? job.createdAt), isStrict('BucketName') || isStrict('Prefix'));
  return differences;
}

/** The date in a job's path. It is no input: whatever it is, the job has the others. */
function dateIn(uri = ''): Date | undefined {
  const [, date] = /\/date=(\d{4}-\d{2}-\d{2})\/[^/]+\/$/.exec(uri) ?? [];
  return date === undefined ? undefined : new Date(date);
}

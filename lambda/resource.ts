import { MAX_CUSTOM_RESOURCE_SECONDS } from '../src/contract/limits';
import type { DatasetExportJobResourceProperties } from '../src/contract/resource-properties';

/** Whether the deployment waits for the job. */
export function waits({ WaitForCompletion }: DatasetExportJobResourceProperties): boolean {
  return WaitForCompletion !== 'false';
}

/** Whether an export without objects is a failure. */
export function failsWhenEmpty({ FailOnEmptyExport }: DatasetExportJobResourceProperties): boolean {
  return FailOnEmptyExport === 'true';
}

/** Whether the resource continues to wait for the job of the previous one. */
export function continues({ ContinuesJobArn }: DatasetExportJobResourceProperties): boolean {
  return ContinuesJobArn !== undefined;
}

/** Whether another resource continues to wait when this one's time is over. */
export function handsOver({ HandsOver }: DatasetExportJobResourceProperties): boolean {
  return HandsOver === 'true';
}

export function timeoutSeconds({ TimeoutSeconds = `${MAX_CUSTOM_RESOURCE_SECONDS}` }: DatasetExportJobResourceProperties): number {
  return Number(TimeoutSeconds);
}

/** How much of the timeout was over when this resource's turn came. */
export function waitedSeconds({ WaitedSeconds = '0' }: DatasetExportJobResourceProperties): number {
  return Number(WaitedSeconds);
}

/**
 * How long this resource waits, in seconds: the whole timeout, or its share when several resources wait in turn. One that waits only for
 * the job's creation has no resource to hand over to.
 *
 * @param before how long the previous ones have waited
 */
export function waitSeconds(properties: DatasetExportJobResourceProperties, before = waitedSeconds(properties)): number {
  if (handsOver(properties)) { return MAX_CUSTOM_RESOURCE_SECONDS; }
  const left = timeoutSeconds(properties) - before;
  return properties.WaitedSeconds === undefined && waits(properties) ? left : Math.min(left, MAX_CUSTOM_RESOURCE_SECONDS);
}

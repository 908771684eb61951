import { isSettlingReason } from './failures';
import type { JobDescription } from './personalize-api';
import { continues, waitedSeconds } from './resource';
import type { DatasetExportJobResourceProperties } from '../src/contract/resource-properties';

/** How long a new role or policy may take to propagate, and a new job to be visible; in milliseconds. */
const SETTLING_TIME = 2 * 60 * 1000;
/** How long a job that started before a role or policy had propagated may take to fail. */
const MAX_TIME_TO_FAIL = 5 * 60 * 1000;
/** When the jobs of an export may start: the last one when everything must have propagated. */
const JOBS_AT = [0, 30_000, 60_000, SETTLING_TIME];
/** A job that failed this long before a request failed in an earlier deployment, however the clocks differ. */
const EARLIER_DEPLOYMENT_MARGIN = 60 * 1000;
/** How long to keep asking about the existing job before giving up. */
const PATIENCE = 10 * 60 * 1000;

/** Whether what a deployment has made since `startedAt` may still be settling. */
export function isSettling(startedAt: number, now: number): boolean {
  return now - startedAt < SETTLING_TIME;
}

export function isOutOfPatience(startedAt: number, now: number): boolean {
  return now - startedAt >= PATIENCE;
}

/** @param index of the job among those of its export */
export function mayStart(index: number, startedAt: number, now: number): boolean {
  return now - startedAt >= JOBS_AT[index]!;
}

/** Whether a job was created by the deployment of a request, or a previous resource of the export in it. */
export function isOfDeployment(properties: DatasetExportJobResourceProperties, startedAt: number, createdAt = new Date(startedAt)): boolean {
  return createdAt.getTime() >= startedAt - waitedSeconds(properties) * 1000 - EARLIER_DEPLOYMENT_MARGIN;
}

/** Whether an export whose job failed gets another job. Never with the user's jobName, which cannot be reused. */
export function getsAnotherJob(properties: DatasetExportJobResourceProperties, startedAt: number, job: JobDescription, index: number): boolean {
  if (properties.JobName !== undefined || index + 1 >= JOBS_AT.length) { return false; }
  const { createdAt = new Date(startedAt), updatedAt } = job;
  // The job of the previous resource failed in an earlier deployment that was not rolled back: this one tries again.
  if (index === 0 && continues(properties) && updatedAt !== undefined && updatedAt.getTime() < startedAt - EARLIER_DEPLOYMENT_MARGIN) { return true; }
  return isSettlingReason(job.failureReason ?? '')
    && isSettling(startedAt, createdAt.getTime()) && (updatedAt ?? createdAt).getTime() < startedAt + MAX_TIME_TO_FAIL;
}

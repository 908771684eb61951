import * as fs from 'fs';
import * as os from 'os';
import * as path from 'path';
import { App, Stack } from 'aws-cdk-lib';
import { ACCOUNT, REGION, datasetArns, type Peer } from './peers';

/** CloudFormation's limit. */
export const MOST_RESOURCES = 500;

export interface Synthesized {
  readonly resources: number;
  /** of the template file, as the CLI uploads it */
  readonly bytes: number;
  /** without line breaks and indentation */
  readonly minifiedBytes: number;
}

/** Synthesizes a stack with this many jobs as `cdk synth` does, but without the CDK's validation of templates. */
export function synthesize(peer: Peer, jobs: number, stackName = 'Exports'): Synthesized {
  const outdir = fs.mkdtempSync(path.join(os.tmpdir(), 'synthesis-'));
  try {
    synthesizeTo(outdir, peer, jobs, stackName);
    const text = fs.readFileSync(path.join(outdir, `${stackName}.template.json`), 'utf8');
    const template = JSON.parse(text) as { Resources: object };
    return {
      resources: Object.keys(template.Resources).length,
      bytes: Buffer.byteLength(text),
      minifiedBytes: Buffer.byteLength(JSON.stringify(template)),
    };
  } finally {
    fs.rmSync(outdir, { recursive: true });
  }
}

export function synthesizeTo(outdir: string, peer: Peer, jobs: number, stackName = 'Exports'): void {
  const app = new App({ outdir, analyticsReporting: false });
  peer.define(new Stack(app, stackName, { env: { account: ACCOUNT, region: REGION } }), datasetArns(jobs));
  app.synth();
}

/** Whether this many jobs can be synthesized: the CDK checks the number of resources, and this library IAM's quotas. */
export function fits(peer: Peer, jobs: number): boolean {
  try {
    synthesize(peer, jobs);
    return true;
  } catch (error) {
    if (/Number of resources|provider must have fewer jobs/.test((error as Error).message)) { return false; }
    throw error;
  }
}

/** The most jobs that fit: estimated from the resources of one more job, then tried. */
export function mostJobs(peer: Peer): number {
  const [first, second] = [synthesize(peer, 1).resources, synthesize(peer, 2).resources];
  let most = Math.floor((MOST_RESOURCES - first) / (second - first)) + 1;
  while (!fits(peer, most)) { most--; }
  while (fits(peer, most + 1)) { most++; }
  return most;
}

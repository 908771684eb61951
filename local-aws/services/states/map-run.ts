import { randomUUID } from 'crypto';
import type { State } from './definition';
import type { Run } from './execution';
import { StateFailure } from './failures';
import type { JSONValue } from './library';
import type { StatesWorld } from './store';
import { each } from './waiting';
import { quota } from '../../quotas';

/** How a Map Run starts and redrives its child executions. */
export interface Children {
  start(input: JSONValue, name: string, signal: AbortSignal): { run: Run; ended: Promise<void> };
  redrive(run: Run, signal: AbortSignal): Promise<void>;
}

type Counts = Record<'pending' | 'running' | 'succeeded' | 'failed' | 'timedOut' | 'aborted' | 'total' | 'resultsWritten', number>;

/** A child execution for each item, at most MaxConcurrency at a time; the results go to a bucket. */
export class MapRun {
  public readonly mapRunArn: string;
  /** part of the ARNs of its child executions */
  public readonly label = randomUUID();
  public status: 'RUNNING' | 'SUCCEEDED' | 'FAILED' = 'RUNNING';
  private readonly id = randomUUID();
  private readonly children: { readonly input: JSONValue; run?: Run }[];

  constructor(public readonly parent: { world: StatesWorld; executionArn: string; roleArn: string; state: State }, inputs: JSONValue[]) {
    const { executionArn } = parent;
    this.mapRunArn = `${executionArn.split(':').slice(0, 5).join(':')}:mapRun:${executionArn.split(':')[6]}/${this.label}:${this.id}`;
    this.children = inputs.map(input => ({ input }));
  }

  /** Of the child executions that have started. */
  public get runs(): Run[] {
    return this.children.flatMap(({ run }) => run ?? []);
  }

  /** The counts of DescribeMapRun, which may be late. */
  public get itemCounts(): Counts {
    const { clock, profile: { mapRunSeconds } } = this.parent.world;
    const then = clock.now() / 1000 - mapRunSeconds;
    return this.counts(({ status, stopDate }) => stopDate !== undefined && stopDate > then ? 'RUNNING' : status);
  }

  /**
   * Starts the children that have not started yet, and redrives those that did not succeed.
   * @see https://docs.aws.amazon.com/step-functions/latest/dg/redrive-map-run.html
   */
  public async go(children: Children, signal: AbortSignal): Promise<JSONValue> {
    this.status = 'RUNNING';
    try {
      await this.runAll(children, signal);
      const writes = this.children.length > 0 || this.parent.world.profile.emptyMapRunDetails;
      const result = { MapRunArn: this.mapRunArn, ...writes && { ResultWriterDetails: await this.write() } };
      this.status = 'SUCCEEDED';
      return result;
    } catch (error) {
      this.status = 'FAILED';
      throw error;
    }
  }

  private async runAll(children: Children, signal: AbortSignal): Promise<void> {
    const { MaxConcurrency, ToleratedFailurePercentage = 0 } = this.parent.state;
    const most = quota('statesChildExecutions');
    const undone = this.children.filter(({ run }) => run?.record.status !== 'SUCCEEDED');
    await each(undone, Math.min(Number(MaxConcurrency) || most, most), signal, async (child, eitherSignal) => {
      if (child.run) {
        await children.redrive(child.run, eitherSignal);
      } else {
        const { run, ended } = children.start(child.input, randomUUID(), eitherSignal);
        child.run = run;
        await ended;
      }
      eitherSignal.throwIfAborted();
      const { failed, timedOut, aborted, total } = this.counts(({ status }) => status);
      const isOver = (failed + timedOut + aborted) * 100 > Number(ToleratedFailurePercentage) * total;
      if (child.run.record.status !== 'SUCCEEDED' && isOver) {
        throw new StateFailure('States.ExceedToleratedFailureThreshold', 'The specified tolerated failure threshold was exceeded');
      }
    });
  }

  private counts(statusOf: (record: Run['record']) => string): Counts {
    const statuses = this.children.map(({ run }) => run && statusOf(run.record));
    const count = (status?: string) => statuses.filter(other => other === status).length;
    return {
      pending: count(),
      running: count('RUNNING'),
      succeeded: count('SUCCEEDED'),
      failed: count('FAILED'),
      timedOut: count('TIMED_OUT'),
      aborted: count('ABORTED'),
      total: statuses.length,
      resultsWritten: statuses.length,
    };
  }

  private async write(): Promise<JSONValue> {
    const { Bucket, Prefix } = (this.parent.state.ResultWriter as { Parameters: { Bucket: string; Prefix: string } }).Parameters;
    const folder = `${Prefix}/${this.id}`;
    const records = this.children.map(({ run }) => run!.record);
    const common = ({ executionArn, name, input }: Run['record']) => ({ ExecutionArn: executionArn, Name: name, Input: input });
    const files = {
      SUCCEEDED: records.filter(({ status }) => status === 'SUCCEEDED')
        .map(record => ({ ...common(record), Status: record.status, Output: record.output })),
      FAILED: records.filter(({ status }) => status !== 'SUCCEEDED')
        .map(record => ({ ...common(record), Status: record.status, Error: record.error, Cause: record.cause })),
      PENDING: [],
    };
    const objects = Object.entries(files).filter(([, list]) => list.length > 0).map(([status, list]) => (
      { status, key: `${folder}/${status}_0.json`, body: Buffer.from(JSON.stringify(list)) }));
    const manifest = {
      DestinationBucket: Bucket,
      MapRunArn: this.mapRunArn,
      ResultFiles: Object.fromEntries(Object.keys(files).map(status => (
        [status, objects.filter(object => object.status === status).map(({ key, body }) => ({ Key: key, Size: body.length }))]))),
    };
    for (const { key, body } of [...objects, { key: `${folder}/manifest.json`, body: Buffer.from(JSON.stringify(manifest)) }]) {
      await this.put(Bucket, key, body);
    }
    return { Bucket, Key: `${folder}/manifest.json` };
  }

  private async put(bucket: string, key: string, body: Buffer): Promise<void> {
    const { world: { iam, s3, kms }, roleArn } = this.parent;
    const principal = { roleArn };
    const { policy, kmsKeyArn } = s3.bucket(bucket)!;
    await iam.authorize({ principal, action: 's3:PutObject', resource: `arn:aws:s3:::${bucket}/${key}`, resourcePolicy: policy });
    if (kmsKeyArn) {
      await iam.authorize({ principal, action: 'kms:GenerateDataKey', resource: kmsKeyArn, resourcePolicy: kms.keyPolicy(kmsKeyArn) });
    }
    s3.putObject(bucket, key, body, kmsKeyArn);
  }
}

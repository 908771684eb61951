import { randomUUID } from 'node:crypto';
import type { World } from '../core';
import { isDistributed, type Definition, type State } from './definition';
import type { JSONValue } from './library';

/** The counts of DescribeMapRun. */
export interface MapRun {
  readonly mapRunArn: string;
  readonly executionArn: string;
  readonly itemCounts: Record<'pending' | 'running' | 'succeeded' | 'failed' | 'timedOut' | 'aborted' | 'total' | 'resultsWritten', number>;
}

interface Child {
  readonly name: string;
  readonly input: JSONValue;
  readonly output?: JSONValue;
  readonly error?: Error;
}

/** Runs a definition with tasks of local functions. */
export type Run = (
  definition: Definition, handlers: Record<string, (input: JSONValue) => Promise<JSONValue>>, input: JSONValue,
) => Promise<JSONValue>;

/** For the library, which knows no Distributed Map: such a state as a task of `MapRuns.run()`, and the states themselves. */
export function withoutDistributedMaps(definition: Definition): { definition: Definition; distributed: Map<string, State> } {
  const distributed = new Map<string, State>();
  const states = Object.entries(definition.States).map(([name, state]) => {
    if (!isDistributed(state)) {
      return [name, state];
    }
    distributed.set(name, state);
    const { ItemProcessor, ItemSelector, ItemsPath, MaxConcurrency, ToleratedFailurePercentage, ResultWriter, Label, ...rest } = state;
    return [name, { ...rest, Type: 'Task', Resource: 'local-map-run' }];
  });
  return { definition: { ...definition, States: Object.fromEntries(states) as Record<string, State> }, distributed };
}

/** Distributed Maps: a child execution for each item, at most MaxConcurrency at a time; the results go to a bucket. */
export class MapRuns {
  private readonly byArn = new Map<string, MapRun>();

  constructor(private readonly world: World) {}

  get(mapRunArn: string): MapRun | undefined {
    return this.byArn.get(mapRunArn);
  }

  /** @param runChild runs the state's ItemProcessor for one item, as an execution of its own */
  async run(
    state: State,
    request: { executionArn: string; roleArn: string; input: JSONValue },
    run: Run,
    runChild: (input: JSONValue, name: string) => Promise<JSONValue>,
  ): Promise<JSONValue> {
    const { ItemSelector, ItemsPath, MaxConcurrency } = state;
    // the library does the choosing of items, and how many there are at a time
    const definition: Definition = {
      StartAt: 'Map',
      States: {
        Map: {
          Type: 'Map',
          ItemSelector,
          ItemsPath,
          MaxConcurrency,
          ItemProcessor: { StartAt: 'Child', States: { Child: { Type: 'Task', Resource: 'local-child', End: true } } },
          End: true,
        },
      },
    };
    const children: Child[] = [];
    await run(JSON.parse(JSON.stringify(definition)) as Definition, {
      Child: async (input) => {
        const name = randomUUID();
        try {
          children.push({ name, input, output: await runChild(input, name) });
        } catch (error) {
          children.push({ name, input, error: ((error as Error).cause ?? error) as Error });
        }
        return null;
      },
    }, request.input);

    const id = randomUUID();
    const mapRunArn = `${request.executionArn.split(':').slice(0, 5).join(':')}:mapRun:${request.executionArn.split(':')[6]}/${id}:${randomUUID()}`;
    const failed = children.filter(({ error }) => error).length;
    this.byArn.set(mapRunArn, {
      mapRunArn,
      executionArn: request.executionArn,
      itemCounts: {
        pending: 0,
        running: 0,
        succeeded: children.length - failed,
        failed,
        timedOut: 0,
        aborted: 0,
        total: children.length,
        resultsWritten: children.length,
      },
    });
    return { MapRunArn: mapRunArn, ResultWriterDetails: await this.write(state, request.roleArn, id, mapRunArn, children) };
  }

  private async write(state: State, roleArn: string, id: string, mapRunArn: string, children: Child[]): Promise<JSONValue> {
    const { Bucket, Prefix } = (state.ResultWriter as { Parameters: { Bucket: string; Prefix: string } }).Parameters;
    const folder = `${Prefix}/${id}`;
    const files = {
      SUCCEEDED: children.filter(({ error }) => !error).map(({ name, input, output }) => (
        { Name: name, Status: 'SUCCEEDED', Input: JSON.stringify(input), Output: JSON.stringify(output) })),
      FAILED: children.filter(({ error }) => error).map(({ name, input, error }) => (
        { Name: name, Status: 'FAILED', Input: JSON.stringify(input), Error: error!.name, Cause: error!.message })),
      PENDING: [],
    };
    const objects = Object.entries(files).filter(([, list]) => list.length > 0).map(([status, list]) => (
      { status, key: `${folder}/${status}_0.json`, body: Buffer.from(JSON.stringify(list)) }));
    const manifest = {
      DestinationBucket: Bucket,
      MapRunArn: mapRunArn,
      ResultFiles: Object.fromEntries(Object.keys(files).map((status) => (
        [status, objects.filter((object) => object.status === status).map(({ key, body }) => ({ Key: key, Size: body.length }))]))),
    };
    for (const { key, body } of [...objects, { key: `${folder}/manifest.json`, body: Buffer.from(JSON.stringify(manifest)) }]) {
      await this.put(roleArn, Bucket, key, body);
    }
    return { Bucket, Key: `${folder}/manifest.json` };
  }

  private async put(roleArn: string, bucket: string, key: string, body: Buffer): Promise<void> {
    const { iam, s3, kms } = this.world;
    const principal = { roleArn };
    const { policy, kmsKeyArn } = s3.bucket(bucket)!;
    await iam.authorize({ principal, action: 's3:PutObject', resource: `arn:aws:s3:::${bucket}/${key}`, resourcePolicy: policy });
    if (kmsKeyArn) {
      await iam.authorize({ principal, action: 'kms:GenerateDataKey', resource: kmsKeyArn, resourcePolicy: kms.keyPolicy(kmsKeyArn) });
    }
    s3.putObject(bucket, key, body, kmsKeyArn);
  }
}

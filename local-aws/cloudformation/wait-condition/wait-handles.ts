import { randomBytes } from 'node:crypto';
import { parseSignal } from './signal';
import { WaitHandle } from './wait-handle';
import { ServiceError, type ApiRequest, type World } from '../../core';
import type { WaitSignalRecord } from '../../wire';
import type { Gateway } from '../custom-resource/gateway';
import type { Stack } from '../engine/stack';

const ACCESS_KEY_ID = 'AKIALOCALAWSWAITSIGN';
/** Nobody says how long the real ones are good for, other than that it is longer than a WaitCondition can wait. Not enforced. */
const SECONDS_GOOD = 86_400;

/** The handles of all WaitConditions, and every signal that was sent to one, in order. */
export class WaitHandles {
  public readonly signals: WaitSignalRecord[] = [];
  private readonly byUrl = new Map<string, WaitHandle>();

  constructor(private readonly world: World, private readonly gateway: Gateway) {}

  /** Returns the URL to send signals to. */
  public async open({ id, name }: Stack, logicalId: string): Promise<string> {
    const server = await this.gateway.server();
    const query = new URLSearchParams({
      AWSAccessKeyId: ACCESS_KEY_ID,
      Expires: String(Math.floor(this.world.clock.now() / 1000) + SECONDS_GOOD),
      Signature: randomBytes(20).toString('base64'),
    });
    const url = `https://${server.waitHost}/${encodeURIComponent(id)}/${name}/${logicalId}?${query}`;
    const handle = new WaitHandle();
    this.byUrl.set(url, handle);
    server.expect({
      url: new URL(url),
      operation: 'SignalWaitCondition',
      receive: (body, headers) => {
        checkContentType(headers);
        const record: WaitSignalRecord = {
          stackId: id, stackName: name, logicalId, receivedAt: new Date(this.world.clock.now()).toISOString(), body, accepted: false,
        };
        this.signals.push(record);
        handle.receive(parseSignal(body), record);
      },
    });
    return url;
  }

  public find(url: string): WaitHandle | undefined {
    return this.byUrl.get(url);
  }

  /** S3 still takes what is sent to a handle that is gone, but nobody listens. */
  public close(url: string): void {
    this.byUrl.delete(url);
  }
}

/** The URL is signed in S3's old way, for an empty content type. */
function checkContentType(headers: ApiRequest['headers']): void {
  if (headers['content-type']) {
    throw new ServiceError('SignatureDoesNotMatch', 'The URL was signed for an empty Content-Type.', 403);
  }
}

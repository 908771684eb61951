import { createHash, createHmac, type Hash, type Hmac } from 'node:crypto';

/**
 * Stands in for `@smithy/core/checksum` in the bundle (see projenrc/lambda-bundle.ts): what signs requests. The SDK's own does the
 * same, and brings along an implementation in JavaScript for a Node.js that was built without crypto.
 */
export class Sha256 {
  private readonly hash: Hash | Hmac;

  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.hash = secret === undefined ? createHash('sha256') : createHmac('sha256', bytes(secret));
  }

  public update(data: string | ArrayBuffer | ArrayBufferView): void {
    this.hash.update(bytes(data));
  }

  public async digest(): Promise<Uint8Array> {
    return this.hash.digest();
  }
}

function bytes(data: string | ArrayBuffer | ArrayBufferView): string | NodeJS.ArrayBufferView {
  return typeof data === 'string' || ArrayBuffer.isView(data) ? data as string | NodeJS.ArrayBufferView : new Uint8Array(data);
}

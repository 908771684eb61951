import { ServiceError } from '../core';

/** Whether the SDK framed the body in chunks, to send a checksum or a signature after the data. */
export function isAwsChunked(headers: Record<string, string | undefined>): boolean {
  return (headers['content-encoding'] ?? '').split(',').some(encoding => encoding.trim() === 'aws-chunked')
    || (headers['x-amz-content-sha256'] ?? '').startsWith('STREAMING-');
}

/** Removes the frames: `<hex size>[;chunk-signature=…]\r\n<data>\r\n` …, a chunk of size 0, trailers. */
export function decodeAwsChunked(body: Buffer): Buffer {
  const chunks: Buffer[] = [];
  for (let position = 0; ;) {
    const lineEnd = body.indexOf('\r\n', position);
    const [size] = lineEnd < 0 ? [''] : body.toString('latin1', position, lineEnd).split(';');
    if (!/^[0-9a-f]+$/i.test(size)) { throw incomplete(); }
    const start = lineEnd + 2;
    const end = start + parseInt(size, 16);
    if (end === start) { return Buffer.concat(chunks); }
    if (body.toString('latin1', end, end + 2) !== '\r\n') { throw incomplete(); }
    chunks.push(body.subarray(start, end));
    position = end + 2;
  }
}

function incomplete(): ServiceError {
  return new ServiceError('IncompleteBody', 'The request body is not framed as aws-chunked');
}

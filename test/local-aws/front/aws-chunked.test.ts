import { decodeAwsChunked, isAwsChunked } from '../../../local-aws/front/aws-chunked';

const encode = (data: Buffer, size: number, trailer = ''): Buffer => {
  const parts: Buffer[] = [];
  for (let at = 0; at < data.length; at += size) {
    const chunk = data.subarray(at, at + size);
    parts.push(Buffer.from(`${chunk.length.toString(16)}\r\n`), chunk, Buffer.from('\r\n'));
  }
  return Buffer.concat([...parts, Buffer.from(`0\r\n${trailer}\r\n`)]);
};

test('is recognised by either header', () => {
  expect(isAwsChunked({ 'content-encoding': 'gzip, aws-chunked' })).toBe(true);
  expect(isAwsChunked({ 'x-amz-content-sha256': 'STREAMING-UNSIGNED-PAYLOAD-TRAILER' })).toBe(true);
  expect(isAwsChunked({ 'content-encoding': 'gzip', 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' })).toBe(false);
});

test('gives the data back, whatever bytes it is made of', () => {
  const data = Buffer.from(Array.from({ length: 1000 }, (_, index) => [13, 10, 48, 0, 255][index % 5]));
  for (const size of [1, 7, 256, 4096]) { expect(decodeAwsChunked(encode(data, size, 'x-amz-checksum-crc32:AAAAAA==\r\n'))).toEqual(data); }
});

test('reads signed chunks and an empty body', () => {
  expect(decodeAwsChunked(Buffer.from('3;chunk-signature=0055\r\nabc\r\n0;chunk-signature=66\r\n\r\n')).toString()).toBe('abc');
  expect(decodeAwsChunked(Buffer.from('0\r\n\r\n'))).toHaveLength(0);
});

test.each(['', 'abc', '5\r\nabc\r\n0\r\n\r\n', '3\r\nabc\r\n', '3\r\nabcd\r\n0\r\n\r\n', '-3\r\nabc\r\n0\r\n\r\n'])('refuses a broken frame %j', body => {
  expect(() => decodeAwsChunked(Buffer.from(body))).toThrow('aws-chunked');
});

import { jsonLog } from '../../lambda/log';

describe('jsonLog', () => {
  const write = jest.fn<void, [string]>();
  const log = jsonLog(write, () => Date.parse('2026-11-02T08:00:00Z'));

  beforeEach(() => write.mockClear());

  it('writes one line of JSON per decision', () => {
    log('described', { requestId: 'r', logicalId: 'Export', jobArn: 'arn', status: 'ACTIVE' });

    expect(write.mock.calls).toEqual([[
      '{"timestamp":"2026-11-02T08:00:00.000Z","level":"INFO","decision":"described","requestId":"r","logicalId":"Export","jobArn":"arn","status":"ACTIVE"}\n',
    ]]);
  });

  it('leaves out what is not known', () => {
    log('kept', { requestId: 'r', logicalId: 'Export' });

    expect(Object.keys(JSON.parse(write.mock.calls[0]![0]))).toEqual(['timestamp', 'level', 'decision', 'requestId', 'logicalId']);
  });

  it('keeps a text with line breaks and quotes on one line', () => {
    log('create failed', { requestId: 'r', logicalId: 'Export', detail: 'first "line"\nsecond\u2028third' });

    const line = write.mock.calls[0]![0];
    expect(line.indexOf('\n')).toBe(line.length - 1);
    expect(JSON.parse(line).detail).toBe('first "line"\nsecond\u2028third');
  });
});

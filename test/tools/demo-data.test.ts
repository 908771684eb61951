import * as fs from 'fs';
import * as os from 'os';
import * as path from 'path';
import { readData } from '../../tools/demo/data-file';

describe('the data of a demo', () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'demo-data-'));
  const fileOf = (content: string | Uint8Array) => {
    const file = path.join(folder, 'data.csv');
    fs.writeFileSync(file, content);
    return file;
  };

  afterAll(() => fs.rmSync(folder, { recursive: true }));

  test('is a CSV file with a header row', () => {
    expect(readData(fileOf('\uFEFFUSER_ID,NOTE\nu1,"two\nlines"\n\nu2,\n'))).toMatchObject({
      header: ['USER_ID', 'NOTE'], records: [['u1', 'two\nlines'], ['u2', '']],
    });
  });

  test.each([
    ['that is missing', () => path.join(folder, 'none.csv'), /no such file/],
    ['that is a folder', () => folder, /a folder/],
    ['without content', () => fileOf(''), /empty/],
    ['with blank lines only', () => fileOf('\n\n'), /empty/],
    ['without records', () => fileOf('USER_ID\n'), /without records/],
    ['whose header is no schema', () => fileOf('u1,2 items\nu2,i2\n'), /"2 items"/],
    ['of binary data', () => fileOf(Uint8Array.of(85, 0, 1)), /not a text file/],
    ['in another encoding', () => fileOf(Uint8Array.of(85, 0xe4, 10)), /UTF-8/],
    ['with a row of another length', () => fileOf('A,B\n1\n'), /not CSV/],
  ])('cannot be a file %s', (_, file, problem) => {
    const message = messageOf(() => readData(file()));
    expect(message).toMatch(problem);
    expect(message).toContain(file());
    expect(message).not.toContain('\n');
  });
});

function messageOf(read: () => unknown): string {
  try {
    read();
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error('there was no error');
}

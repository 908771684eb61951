import * as fs from 'fs';
import * as path from 'path';
import type { Readable } from 'stream';
import { pipeline } from 'stream/promises';
import * as yauzl from 'yauzl';

/** Unpacks a zip file into a folder. yauzl refuses names that lead out of it. */
export async function unzip(zip: Buffer, folder: string): Promise<void> {
  const file = await open(zip);
  await new Promise<void>((resolve, reject) => {
    file.on('error', reject);
    file.on('end', resolve);
    file.on('entry', (entry: yauzl.Entry) => { unpack(file, entry, folder).then(() => file.readEntry(), reject); });
    file.readEntry();
  });
}

async function unpack(file: yauzl.ZipFile, entry: yauzl.Entry, folder: string): Promise<void> {
  const target = path.join(folder, entry.fileName);
  if (entry.fileName.endsWith('/')) {
    fs.mkdirSync(target, { recursive: true });
    return;
  }
  fs.mkdirSync(path.dirname(target), { recursive: true });
  await pipeline(await read(file, entry), fs.createWriteStream(target));
}

function open(zip: Buffer): Promise<yauzl.ZipFile> {
  return new Promise((resolve, reject) => yauzl.fromBuffer(zip, { lazyEntries: true }, (error, file) => error ? reject(error) : resolve(file)));
}

function read(file: yauzl.ZipFile, entry: yauzl.Entry): Promise<Readable> {
  return new Promise((resolve, reject) => file.openReadStream(entry, (error, stream) => error ? reject(error) : resolve(stream)));
}

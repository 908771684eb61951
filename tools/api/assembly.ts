import * as fs from 'fs';
import * as path from 'path';
import { REPOSITORY } from '../repository';

/** The API of the last release or, before the first one, the last API that was accepted. */
export const BASELINE = path.join(__dirname, 'released.json');

/** What jsii-diff compares, without texts and source locations, which makes it easy to review. */
export function currentApi(): string {
  const { schema, name, version, docs, dependencies, types } = JSON.parse(fs.readFileSync(path.join(REPOSITORY, '.jsii'), 'utf8'));
  return `${JSON.stringify({ schema, name, version, docs, dependencies, types: withoutTexts(types) }, undefined, 1)}\n`;
}

function withoutTexts(value: unknown): unknown {
  if (Array.isArray(value)) { return value.map(withoutTexts); }
  if (typeof value !== 'object' || value === null) { return value; }
  return Object.fromEntries(Object.entries(value).flatMap(([name, member]): [string, unknown][] => {
    switch (name) {
      case 'locationInModule':
      case 'symbolId':
        return [];
      case 'docs':
        return [[name, { stability: member.stability, deprecated: member.deprecated }]];
      default:
        return [[name, withoutTexts(member)]];
    }
  }));
}

/** A package with only this API, for jsii-diff. */
export function writePackage(folder: string, api: string): void {
  fs.writeFileSync(path.join(folder, '.jsii'), api);
  fs.copyFileSync(path.join(REPOSITORY, 'package.json'), path.join(folder, 'package.json'));
  fs.symlinkSync(path.join(REPOSITORY, 'node_modules'), path.join(folder, 'node_modules'));
}

import * as path from 'path';

/** The root of the repository. */
export const REPOSITORY = path.join(__dirname, '..');

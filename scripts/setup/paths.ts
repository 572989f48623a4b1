import path from 'node:path';

/** The repository. */
export const ROOT = path.resolve(__dirname, '../..');

/** Where pictures, logs and other leavings of a test run go (git-ignored). */
export const ARTIFACTS = path.join(ROOT, 'artifacts');

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ReadFile } from './runtime';

/**
 * Reads what grammars are made of where there is a file system: in a package it lies in dist, in the repository where
 * npm put it.
 *
 * @param root the extension's folder, or the repository's
 */
export function filesBelow(root: string): ReadFile {
  return (file) => readFile(join(root, 'dist', file)).catch(() => readFile(join(root, file)));
}

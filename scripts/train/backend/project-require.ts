import { Module } from 'node:module';
import { resolve } from 'node:path';

/**
 * `require` as seen from the running script. What is loaded with it is found at run time, from the
 * project the user installed, and never pulled into a bundle (native modules, optional packages).
 */
export const projectRequire = Module.createRequire(resolve(process.argv[1] ?? 'index.js'));

/** When the extension's code began to run, on the clock of `performance.now()`: its first import, so before all other code. */
export const LOADING_STARTED = performance.now();

/** The kinds of rows in a batch. */
export const ROW_KIND = { padding: 0, context: 1, hole: 2 } as const;

/** WGSL: the same as constants PADDING, CONTEXT and HOLE. */
export const ROW_KIND_CONSTANTS = Object.entries(ROW_KIND)
  .map(([name, kind]) => `const ${name.toUpperCase()} = ${kind};`)
  .join('\n');

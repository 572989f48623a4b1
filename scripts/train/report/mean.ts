/** Not a number for none. */
export const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

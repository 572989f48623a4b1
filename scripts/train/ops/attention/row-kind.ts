/** What a row of a batch is. */
export const ROW_KIND = { padding: 0, context: 1, hole: 2 } as const;

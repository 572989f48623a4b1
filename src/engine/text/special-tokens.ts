/** Ids 0–6 are reserved in every bundle, in this order. */
export const SPECIAL_TOKENS = [
  '[PAD]',
  '[MASK]',
  '[EOT]',
  '[PATH]',
  '[END]',
  '[EXPAND]',
  '[DELETE]',
] as const;
export const SPECIAL = { pad: 0, mask: 1, eot: 2, path: 3, end: 4, expand: 5, delete: 6 } as const;

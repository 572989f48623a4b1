/**
 * Hash of the files that decide what texts come out of a source; a test keeps it true. Where it differs from the one
 * that a text was extracted under, the text is extracted anew.
 */
export const RULES = '3d0a8aa8fd42af56';

/** The files hashed, in this order. */
export const RULE_FILES = [
  'archive.ts',
  'content-rules.ts',
  'dedup.ts',
  'dictionaries.ts',
  'extract.ts',
  'html-text.ts',
  'language.ts',
  'license-header.ts',
  'path-rules.ts',
  'source-maps.ts',
  'text-quality.ts',
  'zip.ts',
] as const;

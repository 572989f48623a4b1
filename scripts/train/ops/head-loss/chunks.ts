/** Logits a chunk may have: 64 Mi of them are 256 MiB. */
export const MAX_CHUNK_LOGITS = 2 ** 26;

/** Rows per chunk: a multiple of 64, so that a chunk starts at a multiple of 256 bytes. */
export function chunkRows(vocabulary: number, limit = MAX_CHUNK_LOGITS): number {
  return Math.max(64, Math.floor(limit / vocabulary / 64) * 64);
}

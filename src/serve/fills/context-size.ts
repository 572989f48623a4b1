import type { Engine } from '../../engine/index';

/** The context of a fill, counted. */
export interface ContextSize {
  /** Tokens of it that the model sees. */
  readonly tokens: number;
  /** True when the far ends of the texts were left out. */
  readonly truncated: boolean;
}

interface Context {
  readonly path?: string | undefined;
  readonly prefix: string;
  readonly suffix: string;
}

/** A token is seldom longer; text beyond the window's rows × this is not seen. The engine's own bound. */
const CHARACTERS_PER_TOKEN = 8;

/** Rows of the window that are left for a context beside a hole: its cells and the row that closes it. */
export function contextRows(engine: Engine, holeTokens: number): number {
  return Math.max(0, engine.info.windowRows - holeTokens - 1);
}

/** Counts a context's tokens, as far as they can be within the window. */
export async function contextSize(
  engine: Engine,
  context: Context,
  holeTokens: number,
): Promise<ContextSize> {
  const { path, prefix, suffix } = context;
  const rows = contextRows(engine, holeTokens);
  const seen = rows * CHARACTERS_PER_TOKEN;
  const header = path ? `${path.split(/[\\/]/).filter(Boolean).slice(-2).join('/')}\n` : '';
  const texts = [header, seen > 0 ? prefix.slice(-seen) : '', suffix.slice(0, seen)];
  const counts = await Promise.all(
    texts.map(async (text) => (text === '' ? 0 : (await engine.tokenize(text)).length)),
  );
  const tokens = counts.reduce((sum, count) => sum + count, 0) + (header === '' ? 0 : 1);
  return {
    tokens: Math.min(tokens, rows),
    truncated: tokens > rows || prefix.length > seen || suffix.length > seen,
  };
}

import { SPECIAL, SPECIAL_TOKENS } from '../../text/special-tokens';
import type { ForeignModel } from '../import/foreign-model';

/** The model's own id of each of the engine's special tokens, by the engine's id; undefined where it has none. */
export function specialIds({ tokens }: Pick<ForeignModel, 'tokens'>): readonly (number | undefined)[] {
  const ids = SPECIAL_TOKENS.map((): number | undefined => undefined);
  ids[SPECIAL.mask] = tokens.mask;
  ids[SPECIAL.eot] = tokens.ends[0];
  ids[SPECIAL.expand] = tokens.expand;
  ids[SPECIAL.delete] = tokens.delete;
  return ids;
}

/** Ids whose logits a summary gives one by one, in the engine's order; something where the model has no such token. */
export function reservedTokens(model: Pick<ForeignModel, 'tokens'>): number[] {
  return specialIds(model).map((id) => id ?? 0);
}

/** The model's ids that are never text: those of the engine's special tokens, its other ends and its beginning. */
export function silentTokens({ tokens }: Pick<ForeignModel, 'tokens'>): number[] {
  const all = [tokens.mask, ...tokens.ends, tokens.beginning, tokens.expand, tokens.delete];
  return [...new Set(all.filter((id) => id !== undefined))];
}

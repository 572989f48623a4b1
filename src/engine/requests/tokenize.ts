import type { TextToken } from '../contract/engine';
import type { Runtime } from './runtime';
import { toLf } from '../text/line-endings';

/** See `Engine.tokenize`. */
export function tokenize({ tokenizer }: Pick<Runtime, 'tokenizer'>, text: string): readonly TextToken[] {
  return tokenizer.encode(toLf(text)).map((token) => ({ token, text: tokenizer.display(token) }));
}

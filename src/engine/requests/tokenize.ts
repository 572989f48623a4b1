import type { TextToken } from '../contract/answers';
import type { Runtime } from '../model/runtime/runtime';
import { toLf } from '../text/line-endings';

/** See `Engine.tokenize`. */
export function tokenize({ tokenizer }: Pick<Runtime, 'tokenizer'>, text: string): readonly TextToken[] {
  return tokenizer.encode(toLf(text)).map((token) => ({ token, text: tokenizer.display(token) }));
}

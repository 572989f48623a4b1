import type * as vscode from 'vscode';
import type { RunOptions } from '../../engine/index';
import { MOST_FILLED_TOKENS, type AroundPlace, type FillingModel } from '../../next-edit/second-lane';
import { pathOf } from '../document/fill-request';
import type { EngineSession } from '../engine/engine-session';

const LANE = 'next-edit';

/**
 * The engine as what fills in a proposal's text.
 *
 * @param background nobody has asked for it: a core is left to others
 */
export function fillingModel(
  session: Pick<EngineSession, 'ask' | 'run'>,
  document: vscode.TextDocument,
  background: boolean,
): FillingModel {
  const options = (signal: AbortSignal): RunOptions => ({ signal, background, lane: LANE });
  const of = (around: AroundPlace): AroundPlace & { readonly path?: string } => ({
    ...pathOf(document),
    ...around,
  });
  return {
    async fill(around, signal) {
      const request = { ...of(around), maxTokens: MOST_FILLED_TOKENS };
      let text: string | undefined;
      for await (const { texts } of session.run((engine) => engine.fill(request, options(signal)), signal))
        text = texts[0];
      return text;
    },
    async leastProbability(around, text, signal) {
      const request = { ...of(around), text };
      const { tokens } = await session.ask((engine) => engine.score(request, options(signal)), signal);
      return Math.min(...tokens.map(({ probability }) => probability));
    },
  };
}

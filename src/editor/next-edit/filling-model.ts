import type * as vscode from 'vscode';
import { EngineError, type RunOptions } from '../../engine/index';
import { MOST_FILLED_TOKENS, type AroundPlace, type FillingModel } from '../../next-edit/second-lane';
import { LANE } from '../completions/completion-gate';
import { pathOf } from '../document/fill-request';
import type { EngineSession } from '../engine/engine-session';

/** Time after which nobody who has not asked gets a further place looked at, in milliseconds. */
const MOST_MS = 300;

/**
 * The engine as what fills in a proposal's text. Unless the user has asked for it, it leaves a core to others, waits for
 * no other request, ends when a completion comes, and goes on to no other place when it has taken long.
 *
 * @returns one whose functions throw `EngineError`; `cancelled` where something else has precedence
 */
export function fillingModel(
  session: Pick<EngineSession, 'ask' | 'run' | 'state'>,
  document: vscode.TextDocument,
  asked: boolean,
): FillingModel {
  const options = (signal: AbortSignal): RunOptions => {
    if (asked) return { signal };
    if (session.state.kind === 'working')
      throw new EngineError('cancelled', 'The request was cancelled: the engine has other work.');
    return { signal, background: true, lane: LANE };
  };
  const path = pathOf(document);
  const began = performance.now();
  return {
    async fill(around, signal) {
      if (!asked && performance.now() - began > MOST_MS) return undefined;
      const request = { ...path, ...around, maxTokens: MOST_FILLED_TOKENS };
      const run = options(signal);
      let text: string | undefined;
      for await (const { texts } of session.run((engine) => engine.fill(request, run), signal))
        text = texts[0];
      return text;
    },
    async leastProbability(around: AroundPlace, text, signal) {
      const run = options(signal);
      const { tokens } = await session.ask(
        (engine) => engine.score({ ...path, ...around, text }, run),
        signal,
      );
      return Math.min(...tokens.map(({ probability }) => probability));
    },
  };
}

import type * as vscode from 'vscode';
import { EngineError, type RunOptions } from '../../engine/index';
import type { JudgingModel } from '../../next-edit/second-lane';
import { LANE } from '../completions/completion-gate';
import { pathOf } from '../document/fill-request';
import type { EngineSession } from '../engine/engine-session';

/** Time after which nobody who has not asked gets a further place looked at, in milliseconds: one takes a third of it. */
const MOST_MS = 200;

/**
 * The engine as what judges a proposal's text. Unless the user has asked for it, it leaves a core to others, waits for no
 * other request, ends when a completion comes, and goes on to no other place when it has taken long.
 *
 * @returns one whose functions throw `EngineError`; `cancelled` where something else has precedence
 */
export function judgingModel(
  session: Pick<EngineSession, 'ask' | 'state'>,
  document: vscode.TextDocument,
  asked: boolean,
): JudgingModel {
  const options = (signal: AbortSignal): RunOptions => {
    if (asked) return { signal };
    if (session.state.kind === 'working')
      throw new EngineError('cancelled', 'The request was cancelled: the engine has other work.');
    return { signal, background: true, lane: LANE };
  };
  const path = pathOf(document);
  const began = performance.now();
  return {
    hasTime: () => asked || performance.now() - began < MOST_MS,
    async leastProbability(around, text, signal) {
      const run = options(signal);
      const { tokens } = await session.ask(
        (engine) => engine.score({ ...path, ...around, text, masked: 'all' }, run),
        signal,
      );
      return Math.min(...tokens.map(({ probability }) => probability));
    },
  };
}

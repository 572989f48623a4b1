import { completionToShow } from '../../completions/completion-to-show';
import type { Shown } from '../../completions/request';
import type { Engine } from '../../engine/index';
import { loadEngine } from '../../engine/node';
import type { Runtime } from '../../syntax/runtime';
import { SyntaxTree } from '../../syntax/syntax-tree';
import { answerLines } from '../command-line/jsonl-answers';
import type { EngineOptions } from '../command-line/options';
import { reverseProcessOptions } from '../command-line/options';
import { bundleFolder, lastStep, syntaxRuntime } from '../command-line/session';
import { parseCompleteRequest, type CompleteRequest } from './complete-request';

type Cursor = Omit<CompleteRequest, 'id'>;

/**
 * Answers every line of standard input with what the editor would offer there. The engine is loaded when a line comes
 * that has no completion of its own.
 */
export async function completeLines(options: EngineOptions, signal: AbortSignal): Promise<void> {
  const runtime = syntaxRuntime();
  let loading: Promise<Engine> | undefined;
  const ask = async ({ path, prefix, suffix }: Cursor): Promise<string> => {
    loading ??= loadEngine(bundleFolder(options), { provider: options.provider });
    const engine = await loading;
    signal.throwIfAborted();
    const place = { prefix, suffix, ...(path === undefined ? {} : { path }) };
    const { texts } = await lastStep(
      engine.fill({ ...reverseProcessOptions(options), ...place }, { signal }),
    );
    return texts[0]!;
  };
  try {
    await answerLines(
      parseCompleteRequest,
      async (request) => show(runtime, request, request.completion ?? (await ask(request))),
      signal,
    );
  } finally {
    await loading?.then(
      (engine) => engine.dispose(),
      () => undefined,
    );
  }
}

async function show(runtime: Runtime, { path, prefix, suffix, asked }: Cursor, text: string): Promise<Shown> {
  using tree = await SyntaxTree.read(runtime, { path }, prefix + suffix);
  return await completionToShow({ prefix, suffix, text, asked }, tree);
}

import { existsSync } from 'node:fs';
import path from 'node:path';
import { createLogUpdate } from 'log-update';
import { importModel, type CheckedModel } from '../engine/import';
import type { ImportPhase, ImportPrecision } from '../engine/index';
import { userPath } from './command-line/options';
import { visibleInline } from './command-line/visible-text';

export interface ImportOptions {
  readonly out: string;
  readonly precision: ImportPrecision;
  readonly name?: string;
  readonly architecture?: string;
}

const PHASES: Readonly<Record<ImportPhase, string>> = { downloading: 'Downloading', writing: 'Writing' };
/** How often a moving line is drawn, in ms. */
const REDRAW = 200;

/** Imports a model of others and says what it is and how to use it. */
export async function importBundle(
  source: string,
  options: ImportOptions,
  signal: AbortSignal,
): Promise<void> {
  const { out, precision } = options;
  const progress = new Progress();
  try {
    await importModel(
      { source, ...options },
      {
        signal,
        environment: process.env,
        onProgress: (phase, done, all) => progress.show(phase, done, all),
        onChecked: (checked) => progress.say(describe(checked, precision)),
      },
    );
  } finally {
    progress.end();
  }
  const folder = path.relative(process.env['INIT_CWD'] ?? process.cwd(), out) || out;
  process.stdout.write(`${out}\n`);
  process.stderr.write(`Fill with it: npm run fill -- FILE --range 1:1-1:5 --model ${folder}\n`);
}

/** A folder as the user wrote it, or else a hub id, which is no path. */
export function sourceFrom(text: string): string {
  const folder = userPath(text);
  return existsSync(folder) || !/^[\w.-]+\/[\w.-]+(@[\w./-]+)?$/.test(text) ? folder : text;
}

/** The facts that were found, as a few lines. */
export function describe(
  { name, model, parameters, origin, licence, notes }: CheckedModel,
  precision: string,
): string {
  const { architecture, layers, width, heads, keyValueHeads, headWidth, vocabulary, tokens, shift } = model;
  const lines = [
    `${name}: ${architecture}, ${millions(parameters)} parameters, ${precision}`,
    `  ${layers} layers of ${width}, ${heads} heads of ${headWidth} (${keyValueHeads} of keys and values), ${vocabulary} tokens`,
    `  mask ${tokens.mask}, end ${tokens.ends.join(' and ') || 'none'}${shift ? ', logits shifted by one' : ''}` +
      (tokens.expand === undefined ? '' : `, expand ${tokens.expand}, delete ${tokens.delete!}`),
    `  from ${origin}`,
    `  licence: ${licence ?? 'the model card names none: look it up before you use the model'}`,
    ...notes.map((note) => `  note: ${note}`),
  ];
  return lines.map(visibleInline).join('\n');
}

function millions(count: number): string {
  return count >= 1e9 ? `${(count / 1e9).toFixed(1)} B` : `${(count / 1e6).toFixed(1)} M`;
}

/** One line on standard error that moves, where it is a terminal; elsewhere a line for each phase. */
class Progress {
  readonly #live = (process.stderr.isTTY as boolean | undefined) === true && process.env['TERM'] !== 'dumb';
  readonly #line = createLogUpdate(process.stderr);
  #phase: ImportPhase | undefined;
  #drawn = 0;

  show(phase: ImportPhase, done: number, all: number): void {
    if (!this.#live) {
      if (phase !== this.#phase) process.stderr.write(`${PHASES[phase]} ${megabytes(all)}…\n`);
      this.#phase = phase;
      return;
    }
    const now = performance.now();
    if (now - this.#drawn < REDRAW && done < all) return;
    this.#drawn = now;
    const percent = Math.floor((100 * done) / Math.max(1, all));
    this.#line(`${PHASES[phase]}: ${megabytes(done)} of ${megabytes(all)} (${percent} %)`);
  }

  say(text: string): void {
    if (this.#live) this.#line.clear();
    process.stderr.write(`${text}\n`);
  }

  end(): void {
    if (!this.#live) return;
    this.#line.clear();
    this.#line.done();
  }
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0)} MB`;
}

import fs from 'node:fs';
import path from 'node:path';
import { JsonLinesWriter, readJsonLines, writeWhole } from './json-lines';
import {
  count,
  CorpusError,
  SPLITS,
  type Amount,
  type CorpusDocument,
  type CorpusReport,
  type SourceReport,
  type Split,
} from './types';

const TRAIN_SHARDS = 24;
const REPORT = 'report.json';
const UNFINISHED = 'unfinished';

/** Writes the shards of all splits beside the present ones, and puts them in their place when they are complete. */
export class ShardSet {
  readonly #writers = new Map<string, JsonLinesWriter>();
  readonly #splits: Record<Split, Record<string, Amount>> = { test: {}, valid: {}, train: {} };

  constructor(readonly folder: string) {
    fs.rmSync(this.#unfinished, { recursive: true, force: true });
    for (const split of SPLITS) fs.mkdirSync(path.join(this.#unfinished, split), { recursive: true });
  }

  get #unfinished(): string {
    return path.join(this.folder, UNFINISHED);
  }

  write(split: Split, document: CorpusDocument): void {
    const shard = split === 'train' ? hash32(document.path) % TRAIN_SHARDS : 0;
    const name = path.join(split, `${String(shard).padStart(3, '0')}.jsonl`);
    let writer = this.#writers.get(name);
    if (!writer) this.#writers.set(name, (writer = new JsonLinesWriter(path.join(this.#unfinished, name))));
    writer.write(document);
    count(this.#splits[split], document.lang, Buffer.byteLength(document.text));
  }

  /** The report goes first and comes last: where it is, the shards are whole and are what it says. */
  finish(fingerprint: string, sources: readonly SourceReport[]): CorpusReport {
    for (const writer of this.#writers.values()) writer.finish();
    this.#writers.clear();
    fs.rmSync(path.join(this.folder, REPORT), { force: true });
    for (const split of SPLITS) {
      fs.rmSync(path.join(this.folder, split), { recursive: true, force: true });
      fs.renameSync(path.join(this.#unfinished, split), path.join(this.folder, split));
    }
    fs.rmdirSync(this.#unfinished);
    const report: CorpusReport = { fingerprint, splits: this.#splits, sources };
    writeWhole(path.join(this.folder, REPORT), `${JSON.stringify(report, null, 1)}\n`);
    return report;
  }

  /** Removes what was written, when the build failed. */
  abandon(): void {
    for (const writer of this.#writers.values()) writer.abandon();
    fs.rmSync(this.#unfinished, { recursive: true, force: true });
  }
}

/** The report of a finished corpus; undefined where there is none. */
export function readReport(folder: string): CorpusReport | undefined {
  try {
    return JSON.parse(fs.readFileSync(path.join(folder, REPORT), 'utf8')) as CorpusReport;
  } catch {
    return undefined;
  }
}

/** The k-th of n parts of a corpus, from 1. */
export interface CorpusPart {
  readonly part: number;
  readonly of: number;
}

/** Tells if a text is in a part. Its path decides, so that parts are alike and, together, the whole. */
export function isInPart(path: string, { part, of }: CorpusPart): boolean {
  return hash32(path) % of === part - 1;
}

/**
 * The texts of a split, always in the same order.
 *
 * @param part only the texts of this part
 * @throws CorpusError `not-built` when the folder holds no finished corpus
 */
export async function* readShards(
  folder: string,
  split: Split,
  part?: CorpusPart,
): AsyncGenerator<CorpusDocument> {
  if (!readReport(folder))
    throw new CorpusError(
      'not-built',
      `${folder} holds no finished corpus. Build it first, with npm run train-model.`,
    );
  for (const name of fs.readdirSync(path.join(folder, split)).sort())
    for await (const document of readJsonLines(
      path.join(folder, split, name),
    ) as AsyncGenerator<CorpusDocument>)
      if (part === undefined || isInPart(document.path, part)) yield document;
}

/** A 32-bit hash of a text's UTF-16 units, the same everywhere and always. */
export function hash32(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 13), 0x5bd1e995);
  return (hash ^ (hash >>> 15)) >>> 0;
}

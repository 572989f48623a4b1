import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { extractTexts } from './extract';
import { JsonLinesWriter, readJsonLines, writeWhole } from './json-lines';
import { contentOf, type Source } from './manifest';
import { RULES } from './rules-version';
import { count, type Amount, type CorpusDocument } from './types';

/** The summary that a source's extraction leaves beside its texts. */
export interface ExtractionSummary {
  readonly bytes: number;
  readonly dropped: Readonly<Record<string, Amount>>;
}

/**
 * The clean texts of one source, on disk before duplicates are removed across sources. The name carries the source and
 * the rules: other rules give other texts. The summary is written last, so where it is, the texts are whole.
 */
export class SourceTexts {
  readonly #texts: string;
  readonly #summary: string;

  constructor(
    folder: string,
    readonly source: Source,
  ) {
    const key = createHash('sha256')
      .update(JSON.stringify([RULES, contentOf(source)]))
      .digest('hex')
      .slice(0, 16);
    const name = `${source.name.replace(/[^\w.-]/g, '_')}-${key}`;
    this.#texts = path.join(folder, `${name}.jsonl`);
    this.#summary = path.join(folder, `${name}.json`);
  }

  get done(): boolean {
    return fs.existsSync(this.#summary);
  }

  get summary(): ExtractionSummary {
    return JSON.parse(fs.readFileSync(this.#summary, 'utf8')) as ExtractionSummary;
  }

  /** @param file the source's verified download */
  async extract(file: string, signal?: AbortSignal): Promise<void> {
    const dropped: Record<string, Amount> = {};
    const writer = new JsonLinesWriter(this.#texts);
    let bytes = 0;
    try {
      for await (const document of extractTexts(file, this.source, (why, size) =>
        count(dropped, why, size),
      )) {
        signal?.throwIfAborted();
        writer.write(document);
        bytes += Buffer.byteLength(document.text);
      }
      writer.finish();
    } catch (error) {
      writer.abandon();
      throw error;
    }
    const summary: ExtractionSummary = { bytes, dropped };
    writeWhole(this.#summary, JSON.stringify(summary));
  }

  read(): AsyncIterable<CorpusDocument> {
    return readJsonLines(this.#texts) as AsyncGenerator<CorpusDocument>;
  }
}

import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import type { CorpusOptions } from './corpus-options';
import { Deduplicator } from './dedup';
import { listFolder, readFolderFile } from './folder';
import { JsonLinesWriter, readJsonLines } from './json-lines';
import { RULES } from './rules-version';
import { hash32, readReport, ShardSet } from './shards';
import { count, CorpusError, type Amount, type CorpusDocument, type CorpusReport, type Split } from './types';

/** Share of the files that each held-out split gets. */
const HELD_OUT = 0.05;

/** Cleans the texts of a folder of the user's, drops duplicates, and splits by a hash of the files' paths. */
export async function buildFromFolder(options: CorpusOptions, folder: string): Promise<CorpusReport> {
  if (!fs.statSync(folder, { throwIfNoEntry: false })?.isDirectory())
    throw new CorpusError(
      'no-text',
      `There is no folder ${folder} to train on. Check the path after --data.`,
    );
  const names = listFolder(folder, [options.out, options.cache]);
  const work = path.join(options.out, 'work');
  const texts = path.join(work, 'folder.jsonl');
  const kept: Record<string, Amount> = {};
  const dropped: Record<string, Amount> = {};
  const fingerprint = createHash('sha256').update(RULES);
  const paths = new Set<string>();

  const writer = new JsonLinesWriter(texts);
  try {
    const sizes = names.map((name) => fs.statSync(path.join(folder, name)).size);
    const deduplicator = new Deduplicator(sizes.reduce((sum, size) => sum + size, 0));
    names.forEach((name, i) => {
      options.signal?.throwIfAborted();
      for (const document of readFolderFile(folder, name, (why, bytes) => count(dropped, why, bytes))) {
        const bytes = Buffer.byteLength(document.text);
        const reason = deduplicator.check(document.text);
        count(reason === undefined ? kept : dropped, reason ?? document.lang, bytes);
        if (reason !== undefined) continue;
        writer.write(document);
        fingerprint.update(JSON.stringify(document));
        paths.add(document.path);
      }
      options.onProgress({ stage: 'extract', done: i + 1, total: names.length, detail: name });
    });
    writer.finish();
  } catch (error) {
    writer.abandon();
    throw error;
  }
  if (paths.size === 0) throw noText(folder, names.length, dropped);

  const digest = fingerprint.digest('hex');
  const built = readReport(options.out);
  const license = 'not stated: the texts of the folder';
  const source = { name: path.basename(path.resolve(folder)), version: 'local', license, kept, dropped };
  const report =
    built?.fingerprint === digest
      ? built
      : await writeShards(texts, splitByHash([...paths]), options, (shards) =>
          shards.finish(digest, [source]),
        );
  fs.rmSync(work, { recursive: true, force: true });
  return report;
}

async function writeShards(
  texts: string,
  splits: ReadonlyMap<string, Split>,
  options: CorpusOptions,
  finish: (shards: ShardSet) => CorpusReport,
): Promise<CorpusReport> {
  const shards = new ShardSet(options.out);
  try {
    let done = 0;
    for await (const document of readJsonLines(texts) as AsyncGenerator<CorpusDocument>) {
      options.signal?.throwIfAborted();
      shards.write(splits.get(document.path)!, document);
      options.onProgress({
        stage: 'shards',
        done: Math.min(++done, splits.size),
        total: splits.size,
        detail: '',
      });
    }
    return finish(shards);
  } catch (error) {
    shards.abandon();
    throw error;
  }
}

/** 5 % test, 5 % valid, the rest train, by order of hash; from three files on, one of each at least. */
export function splitByHash(paths: readonly string[]): Map<string, Split> {
  const heldOut = paths.length < 3 ? 0 : Math.max(1, Math.round(paths.length * HELD_OUT));
  const sorted = paths
    .map((name) => [hash32(name), name] as const)
    .sort(([a, x], [b, y]) => a - b || (x < y ? -1 : 1));
  return new Map(
    sorted.map(([, name], i) => [name, i < heldOut ? 'test' : i < 2 * heldOut ? 'valid' : 'train'] as const),
  );
}

function noText(folder: string, files: number, dropped: Readonly<Record<string, Amount>>): CorpusError {
  const reasons = Object.entries(dropped).map(([why, amount]) => `${amount.files} ${why}`);
  return new CorpusError(
    'no-text',
    `${folder} has no text to train on: ` +
      (files === 0
        ? 'no file in it is in a language that is known, outside what .gitignore names. '
        : `of ${files} files none passed the rules (${reasons.join(', ')}). `) +
      `Give a folder with source files of more than a few lines, written by hand.`,
  );
}

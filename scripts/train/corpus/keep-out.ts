/**
 * npm run keep-out -- FILE…: finds the training texts of the pinned corpus that share runs of tokens with benchmarks
 * (JSON lines or Parquet), and names them in kept-out.json, by which every later build leaves them out.
 */
import path from 'node:path';
import { benchmarkFiles, readBenchmark } from './benchmark-files';
import { findOverlaps } from './overlaps';
import { writeWhole } from './json-lines';
import { familyOf, KEPT_OUT, label, loadSources } from './manifest';
import { readShards } from './shards';

const ROOT = path.resolve(__dirname, '../../..');
const LIST = path.join(__dirname, 'kept-out.json');
const SHARDS = path.join(ROOT, '.cache', 'corpus-2200');

async function main(files: readonly string[]): Promise<void> {
  const benchmarks = benchmarkFiles(files, process.env['INIT_CWD'] ?? process.cwd());
  const tasks = (await Promise.all(benchmarks.map(readBenchmark))).flat();
  const families = new Map(loadSources(2200).map((source) => [label(source), familyOf(source)]));
  const found = await findOverlaps(tasks, readShards(SHARDS, 'train'), families);
  // A corpus that was built with the present list lacks what is in it.
  const all = [...new Set([...KEPT_OUT, ...found.paths])].sort();
  writeWhole(LIST, `${JSON.stringify({ files: all }, null, 2)}\n`);
  console.log(
    `${found.runs} runs of the benchmarks, ${found.common} of them common phrases; ${found.paths.length} texts share others: ` +
      `${all.length} are listed in ${path.relative(ROOT, LIST)}. Build the corpus again.`,
  );
}

main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});

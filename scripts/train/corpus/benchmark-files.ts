import fs from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { asyncBufferFromFile, parquetReadObjects } from 'hyparquet';

/** Files as the user names them, from where the user stands. @throws Error when there are none or one is missing */
export function benchmarkFiles(names: readonly string[], standsAt: string): string[] {
  const files = names.map((name) => path.resolve(standsAt, name));
  if (files.length === 0) throw new Error('Name the files of benchmarks: npm run keep-out -- FILE…');
  for (const file of files)
    if (!fs.existsSync(file)) throw new Error(`There is no benchmark ${file}. Check the path.`);
  return files;
}

/** The texts of a benchmark's tasks, each a task's columns joined: JSON lines, gzipped or not, and Parquet. */
export async function readBenchmark(file: string): Promise<string[]> {
  return (await readRows(file)).flatMap(textsOf);
}

/** The rows of a benchmark: JSON lines, gzipped or not, and Parquet. */
export async function readRows(file: string): Promise<Record<string, unknown>[]> {
  return file.endsWith('.parquet')
    ? await parquetReadObjects({ file: await asyncBufferFromFile(file) })
    : jsonLines(file);
}

function jsonLines(file: string): Record<string, unknown>[] {
  const bytes = fs.readFileSync(file);
  const text = (file.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8');
  return text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

/** A task's prompt, solution and suffix are one text in a file, its tests another. */
function textsOf(row: Record<string, unknown>): string[] {
  const part = (name: string): string => (typeof row[name] === 'string' ? row[name] : '');
  const whole = ['prompt', 'canonical_solution', 'suffix'].map(part).join('');
  const others = Object.entries(row)
    .filter(
      ([name, value]) =>
        !['prompt', 'canonical_solution', 'suffix'].includes(name) && typeof value === 'string',
    )
    .map(([, value]) => value as string);
  return [whole, ...others];
}

import fs from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { asyncBufferFromFile, parquetReadObjects } from 'hyparquet';

/** The texts of a benchmark's tasks, each a task's columns joined: JSON lines, gzipped or not, and Parquet. */
export async function readBenchmark(file: string): Promise<string[]> {
  const rows = file.endsWith('.parquet')
    ? await parquetReadObjects({ file: await asyncBufferFromFile(file) })
    : jsonLines(file);
  return rows.flatMap(textsOf);
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

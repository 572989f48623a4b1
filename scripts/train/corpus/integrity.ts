import { createHash } from 'node:crypto';
import fs from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { label, type Source } from './manifest';
import { CorpusError } from './types';

/**
 * Checks a downloaded file against the manifest. A file that fails is moved aside, so that the next run fetches it anew
 * and it can still be looked at.
 *
 * @throws CorpusError `integrity`
 */
export async function verify(file: string, source: Source): Promise<void> {
  if (source.integrity === undefined) return;
  const sha512 = source.integrity.startsWith('sha512-');
  const hash = createHash(sha512 ? 'sha512' : 'sha256');
  await pipeline(fs.createReadStream(file, { highWaterMark: 1 << 20 }), hash);
  const got = sha512 ? `sha512-${hash.digest('base64')}` : `sha256-${hash.digest('hex')}`;
  if (got === source.integrity) return;

  let aside = `${file}.bad`;
  for (let n = 2; fs.existsSync(aside); n++) aside = `${file}.bad${n}`;
  const { size } = fs.statSync(file);
  fs.renameSync(file, aside);
  throw new CorpusError(
    'integrity',
    `${label(source)} is not what the corpus manifest pins, and was not used.\n` +
      `  expected ${source.integrity}\n  got      ${got} (${size} bytes)\n` +
      `The file was moved to ${aside}. Run again to download it afresh. If that fails too, the registry or a proxy ` +
      `between here and it serves something else under this name: try another one.`,
  );
}

import { getFileNameLowLevel, openPromise, type Entry } from 'yauzl';

/** File types in the upper half of an entry's attributes, as Unix has them. */
const TYPE_MASK = 0o170000;
const REGULAR = 0o100000;
const MADE_ON_UNIX = 3;

/**
 * The regular files of a zip archive (wheels, jars, Go modules), in the directory's order: links, folders and encrypted
 * files are passed over. An entry that unpacks to more than its declared size ends in an error.
 *
 * @param wants decides by the name in the archive and the declared size which bodies are read into memory
 * @throws Error when the archive is damaged
 */
export async function* readZip(
  file: string,
  wants: (name: string, size: number) => boolean,
): AsyncGenerator<{ readonly name: string; readonly body: Buffer }> {
  // Names are decoded below: yauzl would end at the first one that leads out instead of passing over it.
  const zip = await openPromise(file, { autoClose: false, decodeStrings: false, validateEntrySizes: true });
  try {
    for await (const entry of zip.eachEntry()) {
      const name = nameOf(entry);
      if (!isRegular(entry, name) || !wants(name, entry.uncompressedSize)) continue;
      const chunks: Buffer[] = [];
      for await (const chunk of (await zip.openReadStreamPromise(entry)) as AsyncIterable<Buffer>)
        chunks.push(chunk);
      yield { name, body: Buffer.concat(chunks) };
    }
  } finally {
    zip.close();
  }
}

function nameOf(entry: Entry): string {
  return getFileNameLowLevel(entry.generalPurposeBitFlag, entry.fileNameRaw, entry.extraFields, true);
}

function isRegular(entry: Entry, name: string): boolean {
  const type =
    entry.versionMadeBy >> 8 === MADE_ON_UNIX ? (entry.externalFileAttributes >>> 16) & TYPE_MASK : 0;
  return (type === 0 || type === REGULAR) && !name.endsWith('/') && !entry.isEncrypted();
}

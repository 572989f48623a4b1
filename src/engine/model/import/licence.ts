import type { SourceFolder } from './source-folder';

const LICENCE_FILE = /^(licen[cs]e|copying)(\.(md|txt|rst))?$/i;
const MOST_CHARACTERS = 200_000;

/** The licence, as the checkpoint states it. Nothing is concluded from it. */
export interface Licence {
  /** As in the model card's head, such as “apache-2.0”. */
  readonly licence: string | undefined;
  readonly licenceText: string | undefined;
}

/** Reads the model card's head and the licence file, where they are and can be read. */
export async function readLicence(source: SourceFolder): Promise<Licence> {
  const card = await textOf(source, 'README.md');
  const file = source.names.find((name) => LICENCE_FILE.test(name));
  return {
    licence: card === undefined ? undefined : licenceIn(card),
    licenceText: file === undefined ? undefined : await textOf(source, file),
  };
}

/** `license:` in the YAML between the first two lines of three dashes; “other” has its name beside it. */
function licenceIn(card: string): string | undefined {
  const head = /^\ufeff?---\r?\n([^]*?)\r?\n---/.exec(card)?.[1];
  if (head === undefined) return undefined;
  const field = (name: string): string | undefined => {
    const value = new RegExp(`^${name}:[ \\t]*(?:-[ \\t]*)?["']?([^"'\\r\\n#]+)`, 'm')
      .exec(head)?.[1]
      ?.trim();
    return value === '' ? undefined : value?.slice(0, 200);
  };
  const licence = field('license');
  return licence === 'other' ? (field('license_name') ?? licence) : licence;
}

async function textOf(source: SourceFolder, name: string): Promise<string | undefined> {
  if (!source.has(name)) return undefined;
  // A card that is missing or no text is no reason against a model.
  const text = await source.readText(name).catch(() => undefined);
  return text?.slice(0, MOST_CHARACTERS);
}

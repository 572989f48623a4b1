import { oneLine } from './import-error';
import type { SourceFolder } from './source-folder';

const MODEL_CARD = 'README.md';
/** Names of the files that say what may be done with a model. */
export const PAPER = /^README\.md$|^(licen[cs]e|copying|notice|use[-_ ]?policy)([-_ .][\w.-]*)?$/i;
/** More than any of them has. */
const MOST_BYTES = 1e6;

/** The checkpoint's own words for people. Nothing is concluded from them. */
export interface Papers {
  /** As in the model card's head, such as “apache-2.0”. */
  readonly licence: string | undefined;
  readonly papers: ReadonlyMap<string, Uint8Array>;
}

/** Reads the model card and what lies beside it of licences, where they are and can be read. */
export async function readPapers(source: SourceFolder): Promise<Papers> {
  const papers = new Map<string, Uint8Array>();
  for (const name of source.names.filter((one) => PAPER.test(one))) {
    // One that is missing or a pointer to nothing is no reason against a model.
    const bytes = await source.readBytes(name).catch(() => undefined);
    if (bytes && bytes.length <= MOST_BYTES) papers.set(name, bytes);
  }
  const card = papers.get(MODEL_CARD);
  return { licence: card && licenceIn(new TextDecoder().decode(card)), papers };
}

/** `license:` in the YAML between the first two lines of three dashes; “other” has its name beside it. */
function licenceIn(card: string): string | undefined {
  const head = /^\ufeff?---\r?\n([^]*?)\r?\n---/.exec(card)?.[1];
  if (head === undefined) return undefined;
  const field = (name: string): string | undefined => {
    const value = new RegExp(`^${name}:[ \\t]*(?:-[ \\t]*)?["']?([^"'\\r\\n#]+)`, 'm')
      .exec(head)?.[1]
      ?.trim();
    return value && (oneLine(value) || undefined);
  };
  const licence = field('license');
  return licence === 'other' ? (field('license_name') ?? licence) : licence;
}

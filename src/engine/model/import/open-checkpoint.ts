import path from 'node:path';
import { architectureOf, CONFIG } from './architectures';
import type { NetworkFields } from './config-values';
import type { ForeignArchitecture, ForeignModel, ForeignSource } from './foreign-model';
import { oneLine, refusal } from './import-error';
import { readPapers } from './licence';
import { readLladaConfig } from './llada-config';
import { matchTensors } from './match-tensors';
import { notesOn } from './notes';
import { readQwenConfig } from './qwen-config';
import { SourceFolder } from './source-folder';
import { maskClaims, namesExpand, SIDE_FILES, specialIds, type SpecialIdSources } from './special-ids';
import type { JsonObject } from './strict-json';
import { readTokenizerFile, TOKENIZER } from './tokenizer-file';
import { fingerprintOf, openWeightFiles } from './weight-files';

export interface OpenCheckpointOptions {
  /** The architecture that the user names, where config.json leaves it open. */
  readonly architecture?: ForeignArchitecture | undefined;
  /** Where the files come from; the folder's name if not given. */
  readonly origin?: string | undefined;
}

/** The authors' logits of a position are found one place before it where the model began as a causal one and kept that. */
const SHIFTED: readonly ForeignArchitecture[] = ['dream', 'dreamon', 'open-dcoder', 'coda'];

/**
 * Opens the folder of a checkpoint as the hub has it and checks that its files agree. No weight is read but to compare
 * a second copy of the embedding; no code that comes along is run.
 *
 * @throws EngineError `import-refused`, or ArchitectureUnknown when `architecture` has to be given
 */
export async function openCheckpoint(
  folder: string,
  options: OpenCheckpointOptions = {},
): Promise<ForeignSource> {
  const source = await SourceFolder.open(folder);
  const { model, fields, notes } = await readModel(source, options);
  const papers = await readPapers(source);
  const files = await openWeightFiles(source);
  try {
    const tensors = await matchTensors(files, fields, model.architecture === 'llada' ? 'llada' : 'qwen');
    return {
      model,
      tensors,
      tokenizer: await source.readBytes(TOKENIZER),
      tokenizerConfig: source.has('tokenizer_config.json')
        ? await source.readBytes('tokenizer_config.json')
        : undefined,
      origin: originOf(source.folder, options),
      ...papers,
      fingerprint: await fingerprintOf(files),
      notes,
      close: () => files.close(),
    };
  } catch (error) {
    await files.close();
    throw error;
  }
}

/**
 * Reads what a checkpoint's small files say, without its weights.
 *
 * @throws EngineError `import-refused`, or ArchitectureUnknown
 */
export async function readModel(
  source: SourceFolder,
  options: OpenCheckpointOptions,
): Promise<{ model: ForeignModel; fields: NetworkFields; notes: readonly string[] }> {
  const config = await source.readObject(CONFIG);
  const side = Object.fromEntries(
    await Promise.all(SIDE_FILES.map(async (name) => [name, await source.readObjectIfThere(name)] as const)),
  ) as SpecialIdSources['side'];
  const tokenizer = readTokenizerFile(await tokenizerText(source));
  const sources = { config, side, tokenizer };
  const architecture = architectureOf(config, {
    wanted: options.architecture,
    hasMask: maskClaims(sources).length > 0,
    hasExpand: namesExpand(sources),
    origin: originOf(source.folder, options),
  });
  const fields = fieldsOf(config, architecture);
  const special = specialIds(sources, architecture, fields.vocabulary);
  if (tokenizer.size > fields.vocabulary) {
    throw refusal(
      TOKENIZER,
      `it has ${tokenizer.size} ids, but the embedding (vocab_size in ${CONFIG}) has ${fields.vocabulary} rows`,
      'Get tokenizer.json and config.json of the same model.',
    );
  }
  const shift = SHIFTED.includes(architecture);
  const model = { architecture, ...fields, tokenizerVocabulary: tokenizer.size, ...special, shift };
  return { model, fields, notes: notesOn(model, { config, source, tokenizer }) };
}

function fieldsOf(config: JsonObject, architecture: ForeignArchitecture): NetworkFields {
  return architecture === 'llada' ? readLladaConfig(config) : readQwenConfig(config);
}

async function tokenizerText(source: SourceFolder): Promise<string> {
  if (source.has(TOKENIZER)) return source.readText(TOKENIZER);
  const others = ['vocab.json', 'merges.txt', 'tokenizer.model', 'spiece.model'].filter((name) =>
    source.has(name),
  );
  const but =
    others.length > 0 ? `; ${others.join(' and ')} alone ${others.length > 1 ? 'are' : 'is'} not enough` : '';
  throw refusal(
    TOKENIZER,
    `there is no such file in the folder${but}`,
    'Write it with transformers (AutoTokenizer.from_pretrained(…).save_pretrained(…) with the fast tokenizer) and put it beside config.json.',
  );
}

/** A snapshot in the hub's cache has the model's id and commit in its path. */
function originOf(folder: string, { origin }: OpenCheckpointOptions): string {
  const absolute = path.resolve(folder);
  const cached = /models--([^\\/]+)[\\/]snapshots[\\/]([^\\/]+)$/.exec(absolute);
  const own = cached ? `${cached[1]!.replace('--', '/')}@${cached[2]!}` : path.basename(absolute);
  return origin ?? (oneLine(own) || 'a folder');
}

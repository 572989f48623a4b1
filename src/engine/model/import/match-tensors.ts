import { CONFIG } from './architectures';
import type { NetworkFields } from './config-values';
import { TENSOR_TYPES, type TensorSource, type TensorType } from './foreign-model';
import { refusal, shown } from './import-error';
import { readValues, tensorSource } from './tensor-reader';
import { neededTensors, outputName, plainNames, type NeededTensor } from './tensor-names';
import type { LocatedTensor, WeightFiles } from './weight-files';

/** Elements that are compared at a time. */
const PIECE = 1 << 20;
const OTHER_MODEL = 'Get config.json and the weights of the same model.';
const TIES = { qwen: 'tie_word_embeddings', llada: 'weight_tying' } as const;
const ROTARY = /(^|\.)rotary_emb\.inv_freq$/;

/**
 * Finds the tensors that the network needs among those of the files: each is there, has the shape that config.json asks
 * for and a type that is read, and none is left over.
 *
 * @throws EngineError `import-refused` naming the tensor and, where it contradicts, the field
 */
export async function matchTensors(
  files: WeightFiles,
  fields: NetworkFields,
  family: 'qwen' | 'llada',
): Promise<Map<string, TensorSource>> {
  const stored = byPlainName(files);
  const found = new Map<string, TensorSource>();
  for (const needed of neededTensors(fields, family)) {
    const name = stored.has(needed.stored) ? needed.stored : sharedName(needed, fields, family);
    const tensor = stored.get(name);
    if (!tensor) throw missing(files.main, needed, stored, family);
    checkShape(needed, tensor);
    found.set(needed.name, tensorSource(tensor, readableType(tensor)));
    stored.delete(name);
  }
  if (fields.tied) await dropCopy(stored, found.get('embedding')!, family);
  await dropRotary(stored, fields);
  for (const tensor of stored.values()) if (tensor.begin < tensor.end) throw leftOver(tensor);
  return found;
}

/** Of a matrix that has two names safetensors' own `save_model` keeps the first of them alone, which is the output's. */
function sharedName(
  { name, stored }: NeededTensor,
  { tied }: NetworkFields,
  family: 'qwen' | 'llada',
): string {
  return name === 'embedding' && tied ? outputName(family) : stored;
}

function byPlainName(files: WeightFiles): Map<string, LocatedTensor> {
  const byName = new Map<string, LocatedTensor>();
  const plain = plainNames([...files.tensors.keys()]);
  for (const [name, tensor] of files.tensors) {
    const own = plain.get(name)!;
    const other = byName.get(own);
    if (other) {
      throw refusal(
        tensor.file,
        `the tensors ${shown(other.name)} and ${shown(name)} are the same one`,
        'Save the model anew, without the wrapper.',
      );
    }
    byName.set(own, tensor);
  }
  return byName;
}

function readableType({ name, file, dtype }: LocatedTensor): TensorType {
  const type = TENSOR_TYPES.find((known) => known === dtype);
  if (type) return type;
  const types = TENSOR_TYPES.join(', ');
  const scaled = /^(?:F[468](?:_|$)|[IU]8$)/.test(dtype);
  throw refusal(
    file,
    `the tensor ${shown(name)} has the type ${dtype}, which is not read${scaled ? ': such bytes mean nothing without the scales that go with them' : ''}`,
    scaled
      ? `Import the original in ${types}; --precision makes it small.`
      : `Save the model with numbers of one of the types ${types}.`,
  );
}

function checkShape({ shape, because }: NeededTensor, tensor: LocatedTensor): void {
  const { name, file, shape: there } = tensor;
  if (there.join() === shape.join()) return;
  // Before what config.json asks of the shape: quantised weights have shapes of their own.
  readableType(tensor);
  throw refusal(
    file,
    `the tensor ${shown(name)} is [${there.join(', ')}], but ${CONFIG} asks for [${shape.join(', ')}] (${because})`,
    OTHER_MODEL,
  );
}

function missing(
  main: string,
  needed: NeededTensor,
  stored: ReadonlyMap<string, LocatedTensor>,
  family: 'qwen' | 'llada',
): Error {
  const names = [...stored.keys()];
  const quantized = names.find((name) =>
    /\.(qweight|qzeros|g_idx|absmax|quant_map|weight_packed|SCB)$/.test(name),
  );
  if (quantized !== undefined) {
    return refusal(
      stored.get(quantized)!.file,
      `it holds ${shown(quantized)}: the weights have been quantised already (GPTQ, AWQ, bitsandbytes or alike)`,
      `Import the original in ${TENSOR_TYPES.join(', ')}; --precision makes it small.`,
    );
  }
  const adapted = names.find((name) =>
    /\.(lora_[AB]|lora_embedding_[AB]|base_layer|modules_to_save)\b/.test(name),
  );
  if (adapted !== undefined) {
    return refusal(
      stored.get(adapted)!.file,
      `it holds ${shown(adapted)}: a LoRA adapter that has not been merged into its model`,
      'Merge it first (merge_and_unload in PEFT) and import the result.',
    );
  }
  const tie =
    needed.name === 'head'
      ? ` (${TIES[family]} is false or not given, so the output has a matrix of its own)`
      : '';
  return refusal(main, `the tensor ${shown(needed.stored)} is missing${tie}`, OTHER_MODEL);
}

/** A tied checkpoint may hold the embedding a second time, under the output's name. */
async function dropCopy(
  stored: Map<string, LocatedTensor>,
  embedding: TensorSource,
  family: 'qwen' | 'llada',
): Promise<void> {
  const name = outputName(family);
  const output = stored.get(name);
  if (!output) return;
  const differs = (how: string): Error =>
    refusal(
      output.file,
      `${CONFIG} says ${TIES[family]}: true (or says nothing, which means the same here), but ${shown(output.name)} ${how} the embedding; loaders disagree on which counts`,
      `Set ${TIES[family]} in ${CONFIG} to what the model was trained with: the model card or its code says so.`,
    );
  if (output.shape.join() !== embedding.shape.join()) throw differs('has another shape than');
  const copy = tensorSource(output, readableType(output));
  const count = embedding.shape.reduce((product, extent) => product * extent, 1);
  for (let at = 0; at < count; at += PIECE) {
    const [one, other] = await Promise.all(
      [embedding, copy].map((tensor) => readValues(tensor, at, Math.min(PIECE, count - at))),
    );
    if (one!.some((value, i) => value !== other![i])) throw differs('differs from');
  }
  stored.delete(name);
}

/** Old checkpoints hold the rotary frequencies, which follow from the base: they must. */
async function dropRotary(
  stored: Map<string, LocatedTensor>,
  { ropeBase, headWidth }: NetworkFields,
): Promise<void> {
  for (const [name, tensor] of stored) {
    if (!ROTARY.test(name)) continue;
    const count = headWidth / 2;
    const values =
      tensor.shape.join() === String(count) &&
      (await readValues(tensorSource(tensor, readableType(tensor)), 0, count));
    const agrees =
      values && values.every((value, i) => Math.abs(value * ropeBase ** ((2 * i) / headWidth) - 1) < 0.02);
    if (!agrees)
      throw refusal(
        tensor.file,
        `${shown(tensor.name)} does not follow from rope_theta ${ropeBase}`,
        OTHER_MODEL,
      );
    stored.delete(name);
  }
}

function leftOver({ name, file }: LocatedTensor): Error {
  return refusal(
    file,
    `the tensor ${shown(name)} is not part of the network that ${CONFIG} describes; without it the model would compute something else`,
    'Check that config.json belongs to these weights; if so, this model cannot be imported.',
  );
}

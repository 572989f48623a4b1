import { Fields } from '../bundle/config-fields';
import { CONFIG } from './architectures';
import type { ForeignModel } from './foreign-model';
import { refusal, shown } from './import-error';
import { isObject, type JsonObject } from './strict-json';

/** The values of config.json that speak of the network alone. */
export type NetworkFields = Omit<
  ForeignModel,
  'architecture' | 'tokenizerVocabulary' | 'tokens' | 'shift' | 'framing'
>;

const ADVICE =
  'Get config.json again from where the model was published; if it is as published, this model cannot be imported.';

/** config.json; a wrong field is a refusal that names the file. */
export class ConfigValues extends Fields {
  constructor(json: JsonObject) {
    super('', json);
  }

  override wrong(key: string, expected: string): Error {
    return refusal(CONFIG, super.wrong(key, expected).message, ADVICE);
  }

  /** Null and absent alike; where they differ the caller looks itself. */
  isUnset(key: string): boolean {
    const value = this.value(key);
    return value === undefined || value === null;
  }

  flagOr(key: string, standard: boolean): boolean {
    return this.value(key) === undefined ? standard : this.flag(key);
  }

  /** @throws EngineError `import-refused` unless the field is absent, null or this */
  only(key: string, supported: string | number | boolean, why: string): void {
    const value = this.value(key);
    if (value === undefined || value === null || value === supported) return;
    throw refusal(
      CONFIG,
      `${key} is ${shown(value)}; ${why}`,
      'This model cannot be imported: choose another one.',
    );
  }
}

/** Where the base of the rotary positions may stand; `rope_parameters` is transformers 5's place for it. */
const ROPE_OBJECTS = ['rope_parameters', 'rope_scaling'] as const;

/**
 * Base of the rotary positions.
 *
 * @throws EngineError `import-refused` when it is nowhere, when two places disagree, and for every kind of scaling
 */
export function ropeBaseOf(config: ConfigValues): number {
  const places = new Map<string, number>();
  if (!config.isUnset('rope_theta')) places.set('rope_theta', config.number('rope_theta', 1, 1e12));
  for (const key of ROPE_OBJECTS) {
    if (config.isUnset(key)) continue;
    const object = config.value(key);
    if (!isObject(object)) throw config.wrong(key, 'null or an object');
    checkNoScaling(key, object);
    const base = object['rope_theta'];
    if (base === undefined) continue;
    if (typeof base !== 'number' || !(base >= 1 && base <= 1e12))
      throw config.wrong(key, 'an object with a rope_theta from 1 to 1e12');
    places.set(`${key}.rope_theta`, base);
  }
  const [first, ...others] = places;
  if (!first) {
    throw refusal(CONFIG, 'neither rope_theta nor rope_parameters.rope_theta is there', ADVICE);
  }
  const other = others.find(([, base]) => base !== first[1]);
  if (other) throw refusal(CONFIG, `${first[0]} is ${first[1]} and ${other[0]} is ${other[1]}`, ADVICE);
  return first[1];
}

function checkNoScaling(key: string, object: JsonObject): void {
  for (const [name, value] of Object.entries(object)) {
    const fine =
      name === 'rope_theta' ||
      ((name === 'rope_type' || name === 'type') && value === 'default') ||
      ((name === 'partial_rotary_factor' || name === 'factor') && value === 1) ||
      value === null;
    if (fine) continue;
    throw refusal(
      CONFIG,
      `${key} has ${name} ${shown(value)}: rotary positions that are scaled or partial are not understood`,
      `If the model was trained without it, as a published config.json may say for longer texts only, set ${key} to null; otherwise it cannot be imported.`,
    );
  }
}

/** Names of fields that change what a network computes, in ways that are not built here, where they are set. */
const CHANGES =
  /quantiz|compression|softcap|logit_scale|logits_scal|multiplier|expert|moe_|mrope|partial_rotary|mlp_bias|residual_scale|embedding_scale|scale_emb|query_pre_attn|kv_lora|q_lora|no_rope|rotary_(pct|percent|dim)|rope_local|local_rope|norm_after|clip_qkv|embed_scale|attention_sink|parallel_residual|layerdrop|vision_config|audio_config/;

/** @throws EngineError `import-refused` naming a field that changes the network in a way that is not understood */
export function checkNothingElse(json: JsonObject): void {
  for (const [name, value] of Object.entries(json)) {
    if (!CHANGES.test(name) || isOff(name, value)) continue;
    const quantized = /quantiz|compression/.test(name);
    throw refusal(
      CONFIG,
      `${name} is ${shown(value)}, which is not understood`,
      quantized
        ? 'Import the original in BF16, F16 or F32, for --precision makes it small: these weights have been quantised already (GPTQ, AWQ, bitsandbytes, FP8 or alike).'
        : 'This model cannot be imported: choose another one.',
    );
  }
}

function isOff(name: string, value: unknown): boolean {
  if (value === null || value === false || value === 0 || value === '') return true;
  if (value === 1 && /partial_rotary|rotary_p|multiplier|scale/.test(name)) return true;
  return Array.isArray(value) && value.length === 0;
}

/** @throws EngineError `import-refused` when heads do not divide */
export function checkHeads(
  config: ConfigValues,
  names: { readonly keyValueHeads: string; readonly headWidth: string },
  { heads, keyValueHeads, headWidth }: Pick<NetworkFields, 'heads' | 'keyValueHeads' | 'headWidth'>,
): void {
  if (heads % keyValueHeads !== 0) {
    throw config.wrong(names.keyValueHeads, `a divisor of the ${heads} heads`);
  }
  if (!Number.isInteger(headWidth) || headWidth % 2 !== 0) {
    throw refusal(
      CONFIG,
      `${names.headWidth} gives heads ${headWidth} wide; an even whole number is wanted`,
      ADVICE,
    );
  }
}

/** Cases of checkpoints whose config.json is another. */
import type { ImportCase } from './import-cases';
import { tinyCheckpoint, type Base, type Sizes, type TestCheckpoint } from './tiny-checkpoint';

export const CONFIG = 'config.json';

/** A checkpoint whose config.json has other values; undefined takes a field away. */
export function config(
  own: Record<string, unknown>,
  base: Base = 'qwen2',
): Pick<ImportCase, 'base' | 'change'> {
  return { base, change: (checkpoint) => setFields(checkpoint.config, own) };
}

function setFields(fields: Record<string, unknown>, own: Record<string, unknown>): void {
  for (const [name, value] of Object.entries(own)) {
    if (value === undefined) Reflect.deleteProperty(fields, name);
    else fields[name] = value;
  }
}

export function refused(own: Record<string, unknown>, ...names: (string | RegExp)[]): ImportCase {
  return { ...config(own), refused: [CONFIG, ...names] };
}

export function refusedLlada(own: Record<string, unknown>, ...names: string[]): ImportCase {
  return { ...config(own, 'llada'), refused: [CONFIG, ...names] };
}

/** Another network, in config.json and in the weights. */
export function sizes(
  base: Base,
  own: Partial<Sizes>,
  fields: Record<string, unknown> = {},
): Pick<ImportCase, 'base' | 'change'> {
  return {
    base,
    change: (checkpoint) => {
      Object.assign(checkpoint, tinyCheckpoint(base, own));
      setFields(checkpoint.config, fields);
    },
  };
}

/** An ordinary name of a causal model, as Open-dCoder has it. */
export function causal({ config: fields }: TestCheckpoint): void {
  Object.assign(fields, { architectures: ['Qwen2ForCausalLM'], model_type: 'qwen2' });
}

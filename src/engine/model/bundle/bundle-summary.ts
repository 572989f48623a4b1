import { foreignTensors } from '../foreign/foreign-layout';
import { isForeign, parseForeignConfig } from '../foreign/foreign-config';
import { elements, parameterShapes } from '../graph/parameters';
import { isPlain, parsePlainConfig } from '../plain/plain-config';
import type { BundleConfig, BundleFile } from './bundle-config';
import { parseConfig } from './parse-config';

/** The facts of a bundle that people choose by. */
export interface BundleSummary {
  readonly name: string;
  readonly precision: string;
  /** Of all its files together. */
  readonly bytes: number;
  /** How many weights it has; undefined where only the graph knows. */
  readonly parameters: number | undefined;
  /** As its model card names it. */
  readonly licence: string | undefined;
  readonly learned: BundleConfig['learned'];
}

/**
 * Reads a bundle's facts from its config.json, of whichever kind it is. No other file is looked at.
 *
 * @throws Error naming the first field that is wrong
 */
export function summaryOf(json: unknown): BundleSummary {
  if (isForeign(json)) return foreignSummary(json);
  return isPlain(json) ? plainSummary(json) : ownSummary(json);
}

function ownSummary(json: unknown): BundleSummary {
  const { name, precision, files, learned, architecture } = parseConfig(json);
  const parameters = count(parameterShapes(architecture));
  return {
    name,
    precision,
    bytes: sizeOf(Object.values(files).flat()),
    parameters,
    licence: undefined,
    learned,
  };
}

function foreignSummary(json: unknown): BundleSummary {
  const { name, precision, files, licence, model } = parseForeignConfig(json);
  const { weights, ...others } = files;
  const expand = model.tokens.expand !== undefined && model.tokens.delete !== undefined;
  return {
    name,
    precision,
    bytes: sizeOf([...weights, ...Object.values(others)]),
    parameters: count(foreignTensors(model)),
    licence,
    learned: { expand, remask: false, guidance: false },
  };
}

function plainSummary(json: unknown): BundleSummary {
  const { name, precision, files } = parsePlainConfig(json);
  return {
    name,
    precision,
    bytes: sizeOf([files.graph, files.tokenizer, ...files.data]),
    parameters: undefined,
    licence: undefined,
    learned: { expand: false, remask: false, guidance: false },
  };
}

function sizeOf(files: readonly (BundleFile | undefined)[]): number {
  return files.reduce((sum, file) => sum + (file?.bytes ?? 0), 0);
}

function count(tensors: readonly { readonly shape: readonly number[] }[]): number {
  return tensors.reduce((sum, { shape }) => sum + elements(shape), 0);
}

import type { Architecture } from './architecture';

/** A parameter of the network: float32, row-major. */
export interface Parameter {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** All parameters of the network by name, as the trainer has them. */
export type Parameters = ReadonlyMap<string, Parameter>;

export interface ParameterShape {
  readonly name: string;
  readonly shape: readonly number[];
}

/**
 * Names and shapes of the network's parameters. A matrix is [in, out] and multiplies from the right (x · W); the
 * embedding is [vocabulary, width] and its transpose is the output matrix; vectors are gains of RMSNorm.
 */
export function parameterShapes(architecture: Architecture): ParameterShape[] {
  const { layers, width, heads, headWidth, swiglu, vocabulary } = architecture;
  const inner = heads * headWidth;
  const shapes: ParameterShape[] = [{ name: 'embedding', shape: [vocabulary, width] }];
  for (let layer = 0; layer < layers; layer++) {
    const add = (name: string, ...shape: number[]): number =>
      shapes.push({ name: `layer.${layer}.${name}`, shape });
    add('norm1', width);
    add('query', width, inner);
    add('key', width, inner);
    add('value', width, inner);
    add('output', inner, width);
    add('queryNorm', headWidth);
    add('keyNorm', headWidth);
    add('norm2', width);
    add('gate', width, swiglu);
    add('up', width, swiglu);
    add('down', swiglu, width);
  }
  return [...shapes, { name: 'norm', shape: [width] }];
}

/** @throws Error naming the first parameter that is missing, superfluous, of another shape or not finite */
export function checkParameters(architecture: Architecture, parameters: Parameters): void {
  const expected = parameterShapes(architecture);
  for (const { name, shape } of expected) {
    const parameter = parameters.get(name);
    if (!parameter) throw new Error(`The network has no parameter "${name}".`);
    if (parameter.shape.join() !== shape.join() || parameter.data.length !== elements(shape)) {
      throw new Error(
        `Parameter "${name}" is [${parameter.shape.join(', ')}]; the architecture asks for [${shape.join(', ')}].`,
      );
    }
    if (!allFinite(parameter.data)) {
      throw new Error(`Parameter "${name}" holds values that are not finite numbers.`);
    }
  }
  const known = new Set(expected.map(({ name }) => name));
  const unknown = [...parameters.keys()].find((name) => !known.has(name));
  if (unknown !== undefined) throw new Error(`The architecture has no parameter "${unknown}".`);
}

export function elements(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

function allFinite(data: Float32Array): boolean {
  for (const value of data) if (!Number.isFinite(value)) return false;
  return true;
}

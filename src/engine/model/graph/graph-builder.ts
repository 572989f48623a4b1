import {
  ATTRIBUTE_TYPES,
  ELEMENT_TYPES,
  encodeModel,
  EXTERNAL,
  type ElementType,
  type OnnxAttribute,
  type OnnxGraph,
  type OnnxNode,
  type OnnxTensor,
  type OnnxValue,
} from './onnx-proto';
import type { StoredTensor } from './weight-layout';

const OPSET = 18;
const IR_VERSION = 10;

/** An integer, a list of integers, or a float (which JavaScript's numbers cannot tell from an integer). */
export type Attribute = number | readonly number[] | { readonly float: number };

/** The result of an operation, an input or an initializer: its name in the graph. */
export type Value = string;

/** Collects the nodes of one graph; every operation returns the name of its result. */
export class GraphBuilder {
  /** Of the graph, or of the branch that is being made. */
  #nodes: OnnxNode[] = [];
  #count = 0;
  readonly #initializers = new Map<string, OnnxTensor>();
  readonly #inputs: OnnxValue[] = [];
  readonly #outputs: OnnxValue[] = [];

  /** @param shape numbers, or names of dimensions known only at run time */
  input(name: string, type: ElementType, shape: readonly (number | string)[]): Value {
    this.#inputs.push(declare(name, type, shape));
    return name;
  }

  /** Makes `value` an output of the graph under `name`. */
  output(name: string, value: Value, type: ElementType, shape: readonly (number | string)[]): void {
    this.#nodes.push({
      name,
      op_type: 'Identity',
      domain: '',
      input: [value],
      output: [name],
      attribute: [],
    });
    this.#outputs.push(declare(name, type, shape));
  }

  /** An operation of ONNX with one result. */
  op(type: string, inputs: readonly Value[], attributes: Record<string, Attribute> = {}): Value {
    return this.#add('', type, inputs, attributes, 1)[0]!;
  }

  /** An operation of ONNX with several results; `wanted` says which are used. */
  ops(
    type: string,
    inputs: readonly Value[],
    attributes: Record<string, Attribute>,
    count: number,
  ): readonly Value[] {
    return this.#add('', type, inputs, attributes, count);
  }

  /** An operation of ONNX Runtime's own set (`com.microsoft`). `used` marks the results that are wanted. */
  runtimeOp(
    type: string,
    inputs: readonly Value[],
    attributes: Record<string, Attribute> = {},
    used: readonly boolean[] = [true],
  ): readonly Value[] {
    return this.#add('com.microsoft', type, inputs, attributes, used.length, used);
  }

  /**
   * The float32 results of one of two branches, which may use whatever was made before; only the chosen one is computed.
   * Each branch makes its results itself.
   *
   * @param condition bool [1]
   */
  choose(condition: Value, yes: () => readonly Value[], no: () => readonly Value[]): readonly Value[] {
    const branches = { then_branch: this.#branch('yes', yes), else_branch: this.#branch('no', no) };
    const count = branches.then_branch.output.length;
    const results = this.#add('', 'If', [condition], {}, count);
    const attribute = Object.entries(branches).map(([name, g]) => ({ name, type: ATTRIBUTE_TYPES.graph, g }));
    this.#nodes.push({ ...this.#nodes.pop()!, attribute });
    return results;
  }

  /** A tensor stored in a weights file. */
  stored({ name, shape, type, offset, bytes, file }: StoredTensor): Value {
    return this.#initializer({
      name,
      dims: shape,
      data_type: ELEMENT_TYPES[type],
      data_location: EXTERNAL,
      external_data: [
        { key: 'location', value: file },
        { key: 'offset', value: String(offset) },
        { key: 'length', value: String(bytes) },
      ],
    });
  }

  /** A tensor stored in the graph itself. Little-endian, as ONNX wants and every machine this runs on has it. */
  constant(
    name: string,
    type: ElementType,
    dims: readonly number[],
    data: Float32Array | Uint8Array | BigInt64Array | Int32Array,
  ): Value {
    const raw_data = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    return this.#initializer({ name, dims, data_type: ELEMENT_TYPES[type], raw_data });
  }

  scalar(value: number): Value {
    return this.constant(`scalar_${value}`, 'f32', [], Float32Array.of(value));
  }

  /** A vector of integers: shapes, axes. */
  integers(...values: readonly number[]): Value {
    const name = `integers_${values.join('_')}`;
    return this.constant(name, 'i64', [values.length], BigInt64Array.from(values, BigInt));
  }

  encode(name: string): Uint8Array {
    return encodeModel({
      ir_version: IR_VERSION,
      producer_name: 'llada-infill',
      opset_import: [
        { domain: '', version: OPSET },
        { domain: 'com.microsoft', version: 1 },
      ],
      graph: {
        name,
        node: this.#nodes,
        initializer: [...this.#initializers.values()],
        input: this.#inputs,
        output: this.#outputs,
      },
    });
  }

  #branch(name: string, make: () => readonly Value[]): OnnxGraph {
    const outside = this.#nodes;
    this.#nodes = [];
    const type = { tensor_type: { elem_type: ELEMENT_TYPES.f32 } };
    const output = make().map((result) => ({ name: result, type }));
    const node = this.#nodes;
    this.#nodes = outside;
    return { name, node, initializer: [], input: [], output };
  }

  #initializer(tensor: OnnxTensor): Value {
    if (!this.#initializers.has(tensor.name)) this.#initializers.set(tensor.name, tensor);
    return tensor.name;
  }

  #add(
    domain: string,
    type: string,
    input: readonly Value[],
    attributes: Record<string, Attribute>,
    count: number,
    used?: readonly boolean[],
  ): readonly Value[] {
    const name = `${type}_${this.#count++}`;
    const output = Array.from({ length: count }, (_, i) => (used?.[i] === false ? '' : `${name}.${i}`));
    const attribute = Object.entries(attributes).map(([key, value]) => encodeAttribute(key, value));
    this.#nodes.push({ name, op_type: type, domain, input, output, attribute });
    return output;
  }
}

function declare(name: string, type: ElementType, shape: readonly (number | string)[]): OnnxValue {
  const dim = shape.map((size) => (typeof size === 'string' ? { dim_param: size } : { dim_value: size }));
  return { name, type: { tensor_type: { elem_type: ELEMENT_TYPES[type], shape: { dim } } } };
}

function encodeAttribute(name: string, value: Attribute): OnnxAttribute {
  if (typeof value === 'number') return { name, type: ATTRIBUTE_TYPES.int, i: value };
  if ('float' in value) return { name, type: ATTRIBUTE_TYPES.float, f: value.float };
  return { name, type: ATTRIBUTE_TYPES.ints, ints: value };
}

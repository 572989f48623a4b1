import { parse } from 'protobufjs';

/**
 * Where onnx.proto (IR version 10) can name another file or another library: everything else is left out, weights too,
 * and skipped in reading.
 */
const SCHEMA = `syntax = "proto2";
message ModelProto { optional GraphProto graph = 7; repeated OperatorSetIdProto opset_import = 8; repeated TrainingInfoProto training_info = 20; repeated FunctionProto functions = 25; }
message OperatorSetIdProto { optional string domain = 1; }
message TrainingInfoProto { optional GraphProto initialization = 1; optional GraphProto algorithm = 2; }
message FunctionProto { repeated NodeProto node = 7; repeated OperatorSetIdProto opset_import = 9; optional string domain = 10; repeated AttributeProto attribute_proto = 11; }
message GraphProto { repeated NodeProto node = 1; repeated TensorProto initializer = 5; repeated SparseTensorProto sparse_initializer = 15; }
message NodeProto { repeated AttributeProto attribute = 5; optional string domain = 7; }
message AttributeProto { optional TensorProto t = 5; optional GraphProto g = 6; repeated TensorProto tensors = 10; repeated GraphProto graphs = 11; optional SparseTensorProto sparse_tensor = 22; repeated SparseTensorProto sparse_tensors = 23; }
message SparseTensorProto { optional TensorProto values = 1; optional TensorProto indices = 2; }
message TensorProto { repeated StringStringEntryProto external_data = 13; optional int32 data_location = 14; }
message StringStringEntryProto { optional string key = 1; optional string value = 2; }`;

/** A stretch of another file that holds a tensor's data. */
export interface ExternalData {
  readonly file: string;
  /** Bytes from the file's start to the tensor's end. */
  readonly end: number;
}

/** The things outside of itself that an ONNX graph asks for. */
export interface GraphNeeds {
  /** Domains of operators that the graph does not define itself; '' is ONNX's own. */
  readonly domains: ReadonlySet<string>;
  readonly externalData: readonly ExternalData[];
}

interface Message {
  readonly [field: string]: string | Message | Message[];
}

/**
 * Reads what a .onnx file needs besides itself, wherever in it that is said: in the graph, in graphs and tensors inside
 * attributes, in functions.
 *
 * @throws Error when the bytes are no ONNX model
 */
export function inspectGraph(bytes: Uint8Array): GraphNeeds {
  const type = parse(SCHEMA, { keepCase: true }).root.lookupType('ModelProto');
  const model = type.toObject(type.decode(bytes), { longs: String });
  if (model['graph'] === undefined) throw new Error('it holds no graph');
  const domains = new Set<string>();
  const externalData: ExternalData[] = [];
  const visit = (message: Message): void => {
    if (typeof message['domain'] === 'string') domains.add(message['domain']);
    const entries = message['external_data'];
    if (Array.isArray(entries)) externalData.push(locate(entries));
    for (const value of Object.values(message)) {
      if (typeof value === 'object') [value].flat().forEach((inner) => visit(inner));
    }
  };
  visit(model);
  for (const { domain } of (model['functions'] ?? []) as Message[]) domains.delete(domain as string);
  return { domains, externalData };
}

function locate(entries: Message[]): ExternalData {
  const said = (key: string): string | undefined =>
    entries.findLast((entry) => entry['key'] === key)?.['value'] as string | undefined;
  return { file: said('location') ?? '', end: Number(said('offset') ?? 0) + Number(said('length') ?? 0) };
}

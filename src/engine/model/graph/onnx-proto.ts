import { parse } from 'protobufjs';

/** The part of onnx.proto (ONNX IR version 10) that the graphs of this project use. */
const SCHEMA = `syntax = "proto2";
message ModelProto { optional int64 ir_version = 1; optional string producer_name = 2; optional GraphProto graph = 7; repeated OperatorSetIdProto opset_import = 8; }
message OperatorSetIdProto { optional string domain = 1; optional int64 version = 2; }
message GraphProto { repeated NodeProto node = 1; optional string name = 2; repeated TensorProto initializer = 5; repeated ValueInfoProto input = 11; repeated ValueInfoProto output = 12; }
message NodeProto { repeated string input = 1; repeated string output = 2; optional string name = 3; optional string op_type = 4; repeated AttributeProto attribute = 5; optional string domain = 7; }
message AttributeProto { optional string name = 1; optional float f = 2; optional int64 i = 3; optional GraphProto g = 6; repeated int64 ints = 8; optional int32 type = 20; }
message TensorProto { repeated int64 dims = 1; optional int32 data_type = 2; optional string name = 8; optional bytes raw_data = 9; repeated StringStringEntryProto external_data = 13; optional int32 data_location = 14; }
message StringStringEntryProto { optional string key = 1; optional string value = 2; }
message ValueInfoProto { optional string name = 1; optional TypeProto type = 2; }
message TypeProto { message Tensor { optional int32 elem_type = 1; optional TensorShapeProto shape = 2; } optional Tensor tensor_type = 1; }
message TensorShapeProto { message Dimension { optional int64 dim_value = 1; optional string dim_param = 2; } repeated Dimension dim = 1; }`;

/** Element types by the numbers of TensorProto.DataType. */
export const ELEMENT_TYPES = { f32: 1, u8: 2, i8: 3, i32: 6, i64: 7, f16: 10 } as const;
export type ElementType = keyof typeof ELEMENT_TYPES;

export const ATTRIBUTE_TYPES = { float: 1, int: 2, graph: 5, ints: 7 } as const;
/** TensorProto.DataLocation: the data is in another file. */
export const EXTERNAL = 1;

export interface OnnxAttribute {
  name: string;
  type: number;
  f?: number;
  i?: number;
  g?: OnnxGraph;
  ints?: readonly number[];
}

export interface OnnxNode {
  name: string;
  op_type: string;
  domain: string;
  input: readonly string[];
  output: readonly string[];
  attribute: readonly OnnxAttribute[];
}

export interface OnnxTensor {
  name: string;
  dims: readonly number[];
  data_type: number;
  raw_data?: Uint8Array;
  data_location?: number;
  external_data?: readonly { key: string; value: string }[];
}

export interface OnnxValue {
  name: string;
  type: {
    tensor_type: {
      elem_type: number;
      shape?: { dim: readonly ({ dim_value: number } | { dim_param: string })[] };
    };
  };
}

export interface OnnxGraph {
  name: string;
  node: readonly OnnxNode[];
  initializer: readonly OnnxTensor[];
  input: readonly OnnxValue[];
  output: readonly OnnxValue[];
}

export interface OnnxModel {
  ir_version: number;
  producer_name: string;
  opset_import: readonly { domain: string; version: number }[];
  graph: OnnxGraph;
}

/** The bytes of a .onnx file. */
export function encodeModel(model: OnnxModel): Uint8Array {
  const type = parse(SCHEMA, { keepCase: true }).root.lookupType('ModelProto');
  const wrong = type.verify(model);
  if (wrong !== null) throw new Error(`The graph is not valid ONNX: ${wrong}`);
  return type.encode(model).finish();
}

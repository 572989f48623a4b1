/** The execution providers of ONNX Runtime that an engine may be loaded for. */
export const PROVIDER_NAMES = ['cpu', 'webgpu', 'cuda', 'dml', 'coreml'] as const;
/** An execution provider of ONNX Runtime: the names of `PROVIDER_NAMES`. */
export type ProviderName = (typeof PROVIDER_NAMES)[number];

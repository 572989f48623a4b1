/** The door for importing models of others; apart from the others, for it brings along what talks to the hub. */
export { FOREIGN_PRECISIONS, type ForeignPrecision } from './model/foreign/foreign-config';
export { foreignTensors } from './model/foreign/foreign-layout';
export { writeForeignBundle } from './model/foreign/write-foreign-bundle';
export type { ForeignModel, ForeignSource, TensorSource } from './model/import/foreign-model';
export { importModel, type CheckedModel, type ImportRun } from './model/import/import-model';

/** The door for importing models of others; apart from the others, for it brings along what talks to the hub. */
export { ArchitectureUnknown, HOW_TO_TELL, parseArchitecture } from './model/import/architectures';
export { FOREIGN_PRECISIONS, type ForeignPrecision } from './model/foreign/foreign-config';
export {
  FOREIGN_ARCHITECTURES,
  type ForeignArchitecture,
  type ForeignModel,
} from './model/import/foreign-model';
export {
  importModel,
  type CheckedModel,
  type ImportPhase,
  type ImportRequest,
  type ImportRun,
} from './model/import/import-model';

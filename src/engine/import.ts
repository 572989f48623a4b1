/** The door for importing models of others; apart from the others, for it brings along what talks to the hub. */
export { FOREIGN_PRECISIONS } from './model/foreign/foreign-config';
export { importModel, type CheckedModel, type ImportRun } from './model/import/import-model';

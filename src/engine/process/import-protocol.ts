import type { ArchitectureChoice, ImportedModel, ImportPhase } from '../contract/importing';

/** Messages of the import process to its parent, which sends it one `ImportRequest`. The last is `done` or `failed`. */
export type FromImport =
  | { readonly type: 'progress'; readonly phase: ImportPhase; readonly done: number; readonly all: number }
  | { readonly type: 'done'; readonly model: ImportedModel }
  | {
      readonly type: 'failed';
      readonly message: string;
      /** Where an architecture has to be named. */
      readonly choices?: readonly ArchitectureChoice[] | undefined;
    };

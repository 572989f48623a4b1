import { EngineError } from './errors';

/** The part of an import that is under way. */
export type ImportPhase = 'downloading' | 'writing';

/** Forms that the weights of an imported model can be kept in. */
export type ImportPrecision = 'f32' | 'f16' | 'int8-blocks' | 'int4-blocks';

/** A wish to import a model of others. */
export interface ImportRequest {
  /** A folder as the hub has it, or the id of a model on the hub: `owner/name` or `owner/name@revision`. */
  readonly source: string;
  /** The bundle's folder, which is not there yet, or is empty. */
  readonly out: string;
  readonly precision: ImportPrecision;
  /** As people see it; that of the source if not given. */
  readonly name?: string | undefined;
  /** The network's kind, where its files do not say it: the name of an architecture, or a model's. */
  readonly architecture?: string | undefined;
}

/** The facts found out about a model. */
export interface ImportedModel {
  readonly name: string;
  readonly parameters: number;
  readonly origin: string;
  readonly licence: string | undefined;
  /** Notes for its user, as sentences. */
  readonly notes: readonly string[];
}

/** An architecture that a model may have, and how a person finds out whether it does. */
export interface ArchitectureChoice {
  readonly name: string;
  readonly how: string;
}

/** A question that a model's files leave open: one of the choices has to be named. */
export class ArchitectureUnknown extends EngineError {
  constructor(
    readonly choices: readonly ArchitectureChoice[],
    message: string,
  ) {
    super('import-refused', message);
  }
}

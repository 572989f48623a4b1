/** The door of src/web, where the engine runs in a Worker. */
export { CONFIG_FILE } from './model/bundle/bundle-config';
export { summaryOf } from './model/bundle/bundle-summary';
export { LoadedFiles } from './model/bundle/loaded-files';
export { parseConfig } from './model/bundle/parse-config';
export { loadModel } from './model/runtime/load-model';
export type { Machine, OrtModule } from './model/runtime/machine';
export { EngineClient } from './process/client';
export { crashed, stopped, type EngineProcess, type Launch } from './process/engine-process';
export { Handshake } from './process/handshake';
export type { Answer, ToClient, ToHost } from './process/protocol';
export { serve } from './process/serve';

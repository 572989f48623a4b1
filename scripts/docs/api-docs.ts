// npm run docs: the engine's public API as pages in out/api (typedoc.json says how).
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { ROOT } from '../setup/paths';

// A module of its own kind, which this one cannot load.
const TYPEDOC = path.join(ROOT, 'node_modules/typedoc/bin/typedoc');
process.exitCode = spawnSync(process.execPath, [TYPEDOC], { stdio: 'inherit' }).status ?? 1;

// Builds a corpus in a process of its own, and kills it at a step: `stage detail`, or never.
import { buildCorpus } from '../../../scripts/train/corpus/build-corpus';

const [MANIFEST, CACHE, OUT, STEP] = process.argv.slice(2) as [string, string, string, string?];

void buildCorpus({
  source: { kind: 'manifest', file: MANIFEST, tier: 600 },
  cache: CACHE,
  out: OUT,
  onProgress: ({ stage, detail }) => {
    if (`${stage} ${detail}` === STEP) process.kill(process.pid, 'SIGKILL');
  },
});

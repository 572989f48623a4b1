// Builds a corpus in a process of its own, and kills it at a step: `stage detail`, or never.
import { buildCorpus } from '../../../scripts/train/corpus/build-corpus';

const [manifest, cache, out, step] = process.argv.slice(2) as [string, string, string, string?];

void buildCorpus({
  source: { kind: 'manifest', file: manifest, tier: 600 },
  cache,
  out,
  onProgress: ({ stage, detail }) => {
    if (`${stage} ${detail}` === step) process.kill(process.pid, 'SIGKILL');
  },
});

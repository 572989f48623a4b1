import { listCheckpoints, readCheckpoint, type Checkpoint } from './checkpoint';

/** What a checkpoint must agree with to be gone on from. */
export type RunIdentity = Readonly<Record<string, unknown>>;

/**
 * The newest checkpoint of a run.
 *
 * @throws Error if there is none, if it is damaged, or if it belongs to another run
 */
export function latestCheckpoint(folder: string, run: RunIdentity): Checkpoint {
  const [latest] = listCheckpoints(folder);
  if (latest === undefined)
    throw new Error(`There is no checkpoint in ${folder} to resume from. Leave out --resume.`);
  const checkpoint = readCheckpoint(latest);
  for (const [key, value] of Object.entries(run)) {
    const then = JSON.stringify(checkpoint.run[key]);
    if (then !== JSON.stringify(value)) {
      throw new Error(
        `The checkpoint ${latest} belongs to another run: its ${key} is ${then}, now it is ${JSON.stringify(value)}. Use the same options, or another --out.`,
      );
    }
  }
  return checkpoint;
}

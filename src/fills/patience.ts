import type { FillRequest } from '../engine/index';

/**
 * Limits a command's fill beyond one candidate: others are begun only where the first is not likely to be right, for
 * at most four times its time and half a second.
 */
export const FOR_COMMANDS: Pick<FillRequest, 'candidates' | 'patience'> = {
  candidates: 4,
  patience: { times: 4, ms: 500 },
};

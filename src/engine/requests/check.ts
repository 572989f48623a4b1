import { EngineError } from '../contract/errors';

/** @throws EngineError `bad-request` naming the field, what it must be and what it was, unless `ok` */
export function check(ok: boolean, field: string, wanted: string, got: unknown): void {
  if (ok) return;
  const instead = got === undefined ? 'nothing' : JSON.stringify(got);
  throw new EngineError('bad-request', `“${field}” must be ${wanted}, not ${instead}.`);
}

/** @throws EngineError `bad-request` unless the value is a whole number in the range */
export function checkCount(
  field: string,
  value: number,
  least: number,
  most = Number.MAX_SAFE_INTEGER,
): void {
  const range = most < Number.MAX_SAFE_INTEGER ? `from ${least} to ${most}` : `of at least ${least}`;
  const ok = Number.isSafeInteger(value) && value >= least && value <= most;
  check(ok, field, `a whole number ${range}`, value);
}

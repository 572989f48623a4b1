import assert from 'node:assert/strict';
import type { EngineError, FillRequest, HoleRequest } from '../../../src/engine/index';
import type { Runtime } from '../../../src/engine/model/runtime/runtime';
import { filled } from './tiny-runtime';

/** What is around a hole. */
export const AROUND = { path: 'a/b.ts', prefix: 'let x = ', suffix: ';\nlet y = 2;\n' };

export function withHole(hole: HoleRequest, more: Partial<FillRequest> = {}): FillRequest {
  return { ...AROUND, holes: [hole], ...more };
}

/** That a fill is refused for what is asked. */
export async function assertBadRequest(
  runtime: Runtime,
  request: FillRequest,
  message: RegExp,
): Promise<void> {
  await assert.rejects(filled(runtime, request), (error: EngineError) => {
    assert.equal(error.code, 'bad-request');
    assert.match(error.message, message);
    return true;
  });
}

/** Kernels over several tensors at once: there are many small ones, and a launch costs more than what there is to do with one. */
import type * as tf from '@tensorflow/tfjs-core';
import type { Gpu } from '../../backend/gpu';
import { gridOf, THREADS, type Binding } from './wgsl';

/** One tensor's share of a kernel: items (one a thread) of type vec4f where its size allows, else f32. */
export interface Part<T> {
  readonly of: T;
  readonly items: number;
  readonly type: 'vec4f' | 'f32';
}

/**
 * Cuts a list into runs that one kernel can bind.
 * @param own bindings that each member needs
 * @param shared bindings that all of a kernel's members share
 */
export function bindable<T>(
  gpu: Gpu,
  members: readonly T[],
  { own, shared }: { own: number; shared: number },
  tensorOf: (member: T) => tf.Tensor,
): Part<T>[][] {
  const most = Math.max(1, Math.floor((gpu.device.limits.maxStorageBuffersPerShaderStage - shared) / own));
  // Equal sizes side by side: kernels are then alike, and are compiled once.
  const parts = members
    .map((of): Part<T> => {
      const { size } = tensorOf(of);
      return size % 4 === 0 ? { of, items: size / 4, type: 'vec4f' } : { of, items: size, type: 'f32' };
    })
    .sort((a, b) => b.items - a.items);
  return Array.from({ length: Math.ceil(parts.length / most) }, (_, i) =>
    parts.slice(i * most, (i + 1) * most),
  );
}

/** Names the shapes that a kernel's source depends on. */
export function shapesOf(parts: readonly Part<unknown>[]): string {
  return parts.map(({ items, type }) => `${items}${type}`).join();
}

/** The bindings `name0`, `name1`, … of the parts. */
export function bindEach(parts: readonly Part<unknown>[], ...names: string[]): Binding[] {
  return names.flatMap((name) => parts.map(({ type }, p): Binding => [`${name}${p}`, type]));
}

/**
 * Shares workgroups out among the parts, `perGroup` items for each: `code(p)` is run by the workgroups of part p, with
 * their number among those in `own`. All of a workgroup is in the same branch.
 */
export function branches(
  parts: readonly Part<unknown>[],
  perGroup: number,
  code: (p: number, part: Part<unknown>) => string,
): { body: string; groups: number } {
  let groups = 0;
  const body = parts.map((part, p) => {
    const first = groups;
    groups += Math.ceil(part.items / perGroup);
    return `if (group >= ${first}u && group < ${groups}u) {
    let own = group - ${first}u;
    ${code(p, part)}
  }`;
  });
  return { body: body.join('\n  '), groups };
}

/** One thread per item of each part: `code(p)` sees the item's number as `i`. */
export function flatBranches(
  parts: readonly Part<unknown>[],
  code: (p: number) => string,
): { body: string; grid: ReturnType<typeof gridOf> } {
  const { body, groups } = branches(
    parts,
    THREADS,
    (p, { items }) => `let i = own * ${THREADS}u + t; if (i < ${items}u) { ${code(p)} }`,
  );
  return { body, grid: gridOf(groups) };
}

/** Ways to cut a large product's tiles, by name, and the one that each kind of product takes. */
import type { GemmSpec, Tile } from './spec';

export interface TileVariant {
  readonly name: string;
  /** What differs from the tile that would be taken. */
  readonly tile: Partial<Tile>;
  /** Whether both operands are stored as f16. */
  readonly half: boolean;
}

const wide = { vectors: true, m: 128, n: 128, warpM: 64, warpN: 64 } as const;
const eight = { ...wide, warpN: 32 } as const;
const tall = { ...wide, m: 256 } as const;

const variant = (name: string, half: boolean, tile: Partial<Tile>): TileVariant => ({ name, half, tile });

/** For adapters with room for 64×64 sums in a subgroup's registers; the bench measures them all. */
export const tileVariants: readonly TileVariant[] = [
  variant('default', false, {}),
  variant('two buffers', false, { ...wide, buffers: 2, prefetch: false }),
  variant('two buffers, depth 16, prefetch', false, { ...wide, k: 16, buffers: 2, prefetch: true }),
  variant('8 subgroups, two buffers, prefetch', false, { ...eight, buffers: 2, prefetch: true }),
  variant('f16', true, { ...wide, prefetch: false }),
  variant('f16, prefetch', true, { ...wide, prefetch: true }),
  variant('f16, two buffers', true, { ...wide, buffers: 2, prefetch: false }),
  variant('f16, two buffers, prefetch', true, { ...wide, buffers: 2, prefetch: true }),
  variant('f16, two buffers, depth 16, prefetch', true, { ...wide, k: 16, buffers: 2, prefetch: true }),
  variant('f16, 8 subgroups, two buffers, prefetch', true, { ...eight, buffers: 2, prefetch: true }),
  variant('f16, 256×128, two buffers, depth 16', true, { ...tall, k: 16, buffers: 2, prefetch: true }),
  variant('f16, two buffers, prefetch, bands of 8', true, { ...wide, buffers: 2, prefetch: true, band: 8 }),
];

export type Form = 'NN' | 'NT' | 'TN' | 'TT';

export const formOf = ({ a, b }: Pick<GemmSpec, 'a' | 'b'>): Form =>
  `${a.transposed ? 'T' : 'N'}${b.transposed ? 'T' : 'N'}`;

/** What large products do instead of the default; filled from `npm run bench:train`, whose --products tries a variant. */
export const productChoice: {
  /** Whether the network's activations, weights and gradients are rounded to f16 once, before their products. */
  half: boolean;
  readonly tiles: Partial<Record<Form, Partial<Tile>>>;
} = {
  half: true,
  // On an H200 a step took 52.9 ms so, 56.9 ms without prefetching, and 67 to 80 ms with two buffers or f32 operands.
  tiles: {
    NN: { ...wide, prefetch: true },
    NT: { ...wide, prefetch: true },
    TN: { ...wide, prefetch: true },
  },
};

/** Makes all large products use the variant of this name. @throws Error if there is none */
export function chooseVariant(name: string): void {
  const found = tileVariants.find((candidate) => candidate.name === name);
  if (found === undefined)
    throw new Error(
      `there is no way to multiply named "${name}"; there are: ${tileVariants.map((known) => known.name).join('; ')}`,
    );
  productChoice.half = found.half;
  for (const form of ['NN', 'NT', 'TN', 'TT'] as const) productChoice.tiles[form] = found.tile;
}

/** Ways to cut a large product's tiles, by name, and the one that each kind of product takes. */
import type { GemmSpec, Tile } from './spec';

export interface TileVariant {
  readonly name: string;
  /** The differences from the tile that would be taken. */
  readonly tile: Partial<Tile>;
  /** True when both operands are stored as f16. */
  readonly half: boolean;
}

const WIDE = { vectors: true, m: 128, n: 128, warpM: 64, warpN: 64 } as const;
const EIGHT = { ...WIDE, warpN: 32 } as const;
const TALL = { ...WIDE, m: 256 } as const;

function variant(name: string, half: boolean, tile: Partial<Tile>): TileVariant {
  return { name, half, tile };
}

/** For adapters with room for 64×64 sums in a subgroup's registers; the bench measures them all. */
export const TILE_VARIANTS: readonly TileVariant[] = [
  variant('default', false, {}),
  variant('two buffers', false, { ...WIDE, buffers: 2, prefetch: false }),
  variant('two buffers, depth 16, prefetch', false, { ...WIDE, k: 16, buffers: 2, prefetch: true }),
  variant('8 subgroups, two buffers, prefetch', false, { ...EIGHT, buffers: 2, prefetch: true }),
  variant('f16', true, { ...WIDE, prefetch: false }),
  variant('f16, prefetch', true, { ...WIDE, prefetch: true }),
  variant('f16, two buffers', true, { ...WIDE, buffers: 2, prefetch: false }),
  variant('f16, two buffers, prefetch', true, { ...WIDE, buffers: 2, prefetch: true }),
  variant('f16, two buffers, depth 16, prefetch', true, { ...WIDE, k: 16, buffers: 2, prefetch: true }),
  variant('f16, 8 subgroups, two buffers, prefetch', true, { ...EIGHT, buffers: 2, prefetch: true }),
  variant('f16, 256×128, two buffers, depth 16', true, { ...TALL, k: 16, buffers: 2, prefetch: true }),
  variant('f16, two buffers, prefetch, bands of 8', true, { ...WIDE, buffers: 2, prefetch: true, band: 8 }),
];

export type Form = 'NN' | 'NT' | 'TN' | 'TT';

export function formOf({ a, b }: Pick<GemmSpec, 'a' | 'b'>): Form {
  return `${a.transposed ? 'T' : 'N'}${b.transposed ? 'T' : 'N'}`;
}

/** The variants that large products take instead of the default; `npm run bench:train -- --products` tries one. */
export const PRODUCT_CHOICE: {
  /** True when the network's activations, weights and gradients are rounded to f16 once, before their products. */
  half: boolean;
  readonly tiles: Partial<Record<Form, Partial<Tile>>>;
} = {
  half: true,
  // On an H200 a step took 52.9 ms so, 56.9 ms without prefetching, and 67 to 80 ms with two buffers or f32 operands.
  tiles: {
    NN: { ...WIDE, prefetch: true },
    NT: { ...WIDE, prefetch: true },
    TN: { ...WIDE, prefetch: true },
  },
};

/** Makes all large products use the variant of this name. @throws Error if there is none */
export function chooseVariant(name: string): void {
  const found = TILE_VARIANTS.find((candidate) => candidate.name === name);
  if (found === undefined)
    throw new Error(
      `there is no way to multiply named "${name}"; there are: ${TILE_VARIANTS.map((known) => known.name).join('; ')}`,
    );
  PRODUCT_CHOICE.half = found.half;
  for (const form of ['NN', 'NT', 'TN', 'TT'] as const) PRODUCT_CHOICE.tiles[form] = found.tile;
}

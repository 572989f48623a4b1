/** WGSL that brings one tile of a matrix from its buffer into workgroup memory, converted and guarded at the edges. */

export interface TileLoad {
  /** Prefix of the generated names. */
  readonly name: string;
  readonly buffer: string;
  readonly shared: string;
  /** Stored rows and columns (the contiguous ones) of the tile. */
  readonly rows: number;
  readonly columns: number;
  /** Stored size of the whole matrix. */
  readonly maxRows: number;
  readonly maxColumns: number;
  readonly stride: number;
  /** WGSL expressions. */
  readonly base: string;
  readonly threads: number;
  readonly scale: number;
  readonly type: 'f16' | 'f32';
  /** Elements read at once: 4 where every row and matrix starts at a multiple of four, 8 where they are stored as f16. */
  readonly width: 1 | 4 | 8;
  /** 4: workgroup memory holds vectors of four too. */
  readonly sharedWidth: 1 | 4;
  /** Index in workgroup memory of a stored element. */
  readonly index: (row: string, column: string) => string;
}

export interface TileLoadCode {
  /** Declares the registers between the two halves. */
  readonly declare: string;
  /** Buffer to registers. */
  fetch(row0: string, column0: string): string;
  /** Registers to workgroup memory. */
  readonly commit: string;
}

export function isVector(maxColumns: number, stride: number, ...offsets: number[]): boolean {
  return [maxColumns, stride, ...offsets].every((length) => length % 4 === 0);
}

export function tileLoad(load: TileLoad): TileLoadCode {
  const { width } = load;
  const perRow = load.columns / width;
  const count = load.rows * perRow;
  const turns = Array.from({ length: Math.ceil(count / load.threads) }, (_, turn) => turn);
  // Numbers stored as f16 stay as they are, two to a word, until they are written.
  const type = width === 8 ? 'vec4u' : width === 4 ? `vec4<${load.type}>` : load.type;
  const register = (turn: number): string => `${load.name}${turn}`;
  const place = (turn: number): string =>
    `let i = t + ${turn * load.threads}u;
  let r = i / ${perRow}u;
  let c = (i % ${perRow}u) * ${width}u;`;
  const ragged = (turn: number): string[] => ((turn + 1) * load.threads > count ? [`i < ${count}u`] : []);
  const scaled = (value: string): string => (load.scale === 1 ? value : `${value} * ${load.scale}.0`);
  return {
    declare: turns.map((turn) => `var ${register(turn)}: ${type};`).join('\n'),
    fetch: (row0, column0) =>
      turns
        .map((turn) => {
          const guards = [
            ...ragged(turn),
            ...(load.maxRows % load.rows === 0 ? [] : [`row < ${load.maxRows}u`]),
            ...(load.maxColumns % load.columns === 0 ? [] : [`column < ${load.maxColumns}u`]),
          ];
          const index = `(${load.base} + row * ${load.stride}u + column)`;
          const stored = `${load.buffer}[${width === 1 ? index : `${index} / ${width}u`}]`;
          const read = `${register(turn)} = ${width === 8 ? stored : `${type}(${scaled(stored)})`};`;
          const guarded =
            guards.length === 0
              ? read
              : `if (${guards.join(' && ')}) { ${read} } else { ${register(turn)} = ${type}(0); }`;
          return `{
  ${place(turn)}
  let row = ${row0} + r;
  let column = ${column0} + c;
  ${guarded}
}`;
        })
        .join('\n'),
    commit: turns
      .map((turn) => {
        const writes = write(load, register(turn));
        const guards = ragged(turn);
        return `{
  ${place(turn)}
  ${guards.length === 0 ? writes : `if (${guards.join()}) { ${writes} }`}
}`;
      })
      .join('\n'),
  };
}

/** Writes what a register holds to workgroup memory, from the stored element (r, c) on. */
function write({ shared, sharedWidth, index, width, type }: TileLoad, register: string): string {
  const quads =
    width === 8
      ? ['xy', 'zw'].map((half) =>
          type === 'f16'
            ? `bitcast<vec4<f16>>(${register}.${half})`
            : `vec4f(unpack2x16float(${register}.${half[0]}), unpack2x16float(${register}.${half[1]}))`,
        )
      : [register];
  if (width === 1) return `${shared}[${index('r', 'c')}] = ${register};`;
  return quads
    .map((quad, q) =>
      sharedWidth === 4
        ? `${shared}[(${index('r', `(c + ${4 * q}u)`)}) / 4u] = ${quad};`
        : `{
  let quad = ${quad};
  ${['x', 'y', 'z', 'w']
    .map((component, e) => `${shared}[${index('r', `(c + ${4 * q + e}u)`)}] = quad.${component};`)
    .join('\n  ')}
}`,
    )
    .join('\n');
}

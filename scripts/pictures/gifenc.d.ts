/** The part of gifenc, which brings no types, that the pictures need. */
declare module 'gifenc' {
  type Palette = readonly (readonly number[])[];

  interface Encoder {
    /** @param index [width · height] palette indices @param options.delay milliseconds */
    writeFrame(
      index: Uint8Array,
      width: number,
      height: number,
      options: { readonly palette?: Palette; readonly delay: number },
    ): void;
    finish(): void;
    bytes(): Uint8Array;
  }

  export function GIFEncoder(): Encoder;
  /** @param rgba [4 · pixels] */
  export function quantize(rgba: Uint8Array, maxColors: number): Palette;
  export function applyPalette(rgba: Uint8Array, palette: Palette): Uint8Array;
}

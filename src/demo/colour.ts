/** Red, green and blue, 0–255. */
export type Colour = readonly [red: number, green: number, blue: number];

/** The colours of a picture of a run. */
export interface Palette {
  readonly background: Colour;
  readonly foreground: Colour;
  readonly faint: Colour;
  readonly mask: Colour;
  readonly low: Colour;
  readonly medium: Colour;
  readonly high: Colour;
}

/** @param share of `b`, 0–1 */
export function mix(a: Colour, b: Colour, share: number): Colour {
  const part = (i: 0 | 1 | 2): number => Math.round(a[i] + (b[i] - a[i]) * share);
  return [part(0), part(1), part(2)];
}

/** The colour of a confidence, as the page's stylesheet mixes it: low at 0, medium at ½, high at 1. */
export function confidenceColour({ low, medium, high }: Palette, confidence: number): Colour {
  return confidence < 0.5 ? mix(low, medium, confidence * 2) : mix(medium, high, confidence * 2 - 1);
}

export function hex(colour: Colour): string {
  return `#${colour.map((part) => part.toString(16).padStart(2, '0')).join('')}`;
}

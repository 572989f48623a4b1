import type { Estimate } from './intervals';

/** Lines over categories, with 95 % intervals. */
export interface LineChart {
  readonly title: string;
  readonly x: { readonly label: string; readonly categories: readonly string[] };
  readonly y: { readonly label: string; readonly format: (value: number) => string };
  /** One point for each category; NaN is left out. */
  readonly series: readonly { readonly name: string; readonly points: readonly Estimate[] }[];
}

const WIDTH = 640;
const HEIGHT = 360;
const EDGE = { left: 64, right: 20, top: 44, bottom: 78 };
/** Told apart by the colour-blind too (Okabe and Ito). */
const COLOURS = ['#0072b2', '#d55e00', '#009e73', '#cc79a7'];

/** The chart as an SVG document; its background is white, whatever the page's is. */
export function drawLineChart({ title, x, y, series }: LineChart): string {
  const highest = Math.max(...series.flatMap(({ points }) => points.map(({ high }) => high || 0)), 1e-9);
  const step = tickStep(highest);
  const top = Math.ceil(highest / step) * step;
  const xOf = (i: number): number =>
    EDGE.left + ((i + 0.5) * (WIDTH - EDGE.left - EDGE.right)) / x.categories.length;
  const yOf = (value: number): number =>
    HEIGHT - EDGE.bottom - (value / top) * (HEIGHT - EDGE.top - EDGE.bottom);

  const grid = Array.from({ length: Math.round(top / step) + 1 }, (_, i) => i * step).flatMap((value) => [
    line(EDGE.left, yOf(value), WIDTH - EDGE.right, yOf(value), '#ddd'),
    text(EDGE.left - 8, yOf(value) + 4, y.format(value), 'end'),
  ]);
  const labels = x.categories.map((label, i) => text(xOf(i), HEIGHT - EDGE.bottom + 18, label, 'middle'));
  const lines = series.flatMap(({ points }, s) => {
    const colour = COLOURS[s % COLOURS.length]!;
    // Side by side, so that intervals do not hide each other.
    const shift = (s - (series.length - 1) / 2) * 5;
    const there = points.flatMap((point, i) =>
      Number.isNaN(point.value) ? [] : [{ ...point, x: xOf(i) + shift }],
    );
    const path = there.map((point) => `${round(point.x)},${round(yOf(point.value))}`).join(' ');
    return [
      `<polyline points="${path}" fill="none" stroke="${colour}" stroke-width="2"/>`,
      ...there.flatMap((point) => [
        line(point.x, yOf(point.low), point.x, yOf(point.high), colour),
        `<circle cx="${round(point.x)}" cy="${round(yOf(point.value))}" r="3.5" fill="${colour}"/>`,
      ]),
    ];
  });
  const legend = series.flatMap(({ name }, s) => {
    const left = EDGE.left + (s * (WIDTH - EDGE.left - EDGE.right)) / series.length;
    return [
      `<rect x="${round(left)}" y="${HEIGHT - 22}" width="12" height="12" fill="${COLOURS[s % COLOURS.length]!}"/>`,
      text(left + 18, HEIGHT - 12, name, 'start'),
    ];
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}" font-family="sans-serif" font-size="12" fill="#222">`,
    `<title>${escape(title)}</title>`,
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#fff"/>`,
    `<text x="${EDGE.left}" y="24" font-size="15" font-weight="bold">${escape(title)}</text>`,
    text(WIDTH - EDGE.right, 24, y.label, 'end'),
    ...grid,
    ...labels,
    text((EDGE.left + WIDTH - EDGE.right) / 2, HEIGHT - EDGE.bottom + 38, x.label, 'middle'),
    ...lines,
    ...legend,
    '</svg>\n',
  ].join('\n');
}

/** 1, 2 or 5 times a power of ten, so that there are some four to eight ticks. */
function tickStep(highest: number): number {
  const power = 10 ** Math.floor(Math.log10(highest / 4));
  return power * [1, 2, 5, 10].find((factor) => highest / (power * factor) <= 8)!;
}

function line(x1: number, y1: number, x2: number, y2: number, colour: string): string {
  return `<line x1="${round(x1)}" y1="${round(y1)}" x2="${round(x2)}" y2="${round(y2)}" stroke="${colour}"/>`;
}

function text(x: number, y: number, content: string, anchor: 'start' | 'middle' | 'end'): string {
  return `<text x="${round(x)}" y="${round(y)}" text-anchor="${anchor}">${escape(content)}</text>`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

function escape(content: string): string {
  return content.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

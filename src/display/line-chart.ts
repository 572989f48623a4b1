import { escapeXml } from './escape-xml';

/** Lines over categories, or over numbers from 0 to a last one above it. */
export interface LineChart {
  readonly title: string;
  readonly x:
    | { readonly label: string; readonly categories: readonly string[] }
    | { readonly label: string; readonly last: number };
  readonly y: Axis;
  /** A second one at the right edge, for series of another unit. */
  readonly right?: Axis;
  readonly series: readonly Series[];
}

export interface Axis {
  readonly label: string;
  readonly format: (value: number) => string;
  /** Begins at zero (the default) or a little below the least value. */
  readonly from?: 'zero' | 'least';
}

export interface Series {
  readonly name: string;
  readonly points: readonly Point[];
  readonly axis?: 'right';
  /** Without a dot at each point where there are very many. */
  readonly dots?: boolean;
}

/** A value, with its interval where it has one. One that is not finite is left out. */
export interface Point {
  /** Number or index of the category; the point's own index by default. */
  readonly x?: number;
  readonly value: number;
  readonly low?: number;
  readonly high?: number;
}

const WIDTH = 640;
const HEIGHT = 360;
const EDGE = { left: 64, top: 44, bottom: 78 };
const RIGHT = { alone: 20, axis: 64 };
/** Told apart by the colour-blind too (Okabe and Ito). */
const COLOURS = ['#0072b2', '#d55e00', '#009e73', '#cc79a7'];
/** Least distance between the ends of an axis that does not begin at zero. */
const LEAST_SPAN = 1e-3;

/** Charts below each other as one SVG document; its background is white, whatever the page's is. */
export function drawLineCharts(charts: readonly LineChart[]): string {
  const height = charts.length * HEIGHT;
  const drawn = charts.map(drawChart);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" font-family="sans-serif" font-size="12" fill="#222">`,
    `<title>${charts.map(({ title }) => escapeXml(title)).join(', ')}</title>`,
    `<rect width="${WIDTH}" height="${height}" fill="#fff"/>`,
    ...drawn.flatMap((lines, i) =>
      i === 0 ? lines : [`<g transform="translate(0 ${i * HEIGHT})">`, ...lines, '</g>'],
    ),
    '</svg>\n',
  ].join('\n');
}

function drawChart({ title, x, y, right, series }: LineChart): string[] {
  const edge = WIDTH - (right ? RIGHT.axis : RIGHT.alone);
  const width = edge - EDGE.left;
  const of = 'categories' in x ? categoriesOf(x.categories) : numbersTo(x.last);
  const xOf = (at: number): number => EDGE.left + of.share(at) * width;
  const pointsOf = (side?: 'right'): Point[] =>
    series.flatMap(({ axis, points }) => (axis === side ? points : []));
  const scales = { left: scaleOf(y, pointsOf()), right: scaleOf(right, pointsOf('right')) };

  const grid = scales.left.ticks.flatMap((value) => {
    const at = scales.left.y(value);
    return [line(EDGE.left, at, edge, at, '#ddd'), text(EDGE.left - 8, at + 4, y.format(value), 'end')];
  });
  const rightTicks = scales.right.ticks.map((value) =>
    text(edge + 8, scales.right.y(value) + 4, right!.format(value), 'start'),
  );
  const below = HEIGHT - EDGE.bottom;
  const labels = of.ticks.map(({ at, label }) => text(xOf(at), below + 18, label, 'middle'));
  const lines = series.flatMap(({ points, axis, dots = true }, s) => {
    const colour = COLOURS[s % COLOURS.length]!;
    const { y: yOf } = scales[axis ?? 'left'];
    // Side by side over a category, so that intervals do not hide each other.
    const shift = 'categories' in x ? (s - (series.length - 1) / 2) * 5 : 0;
    const there = points.flatMap((point, i) =>
      Number.isFinite(point.value) ? [{ ...point, at: xOf(point.x ?? i) + shift }] : [],
    );
    const path = there.map(({ at, value }) => `${round(at)},${round(yOf(value))}`).join(' ');
    return [
      `<polyline points="${path}" fill="none" stroke="${colour}" stroke-width="2"/>`,
      ...there.flatMap(({ at, value, low, high }) => [
        ...(low === undefined || high === undefined ? [] : [line(at, yOf(low), at, yOf(high), colour)]),
        ...(dots ? [`<circle cx="${round(at)}" cy="${round(yOf(value))}" r="3.5" fill="${colour}"/>`] : []),
      ]),
    ];
  });
  const legend = series.flatMap(({ name }, s) => {
    const left = EDGE.left + (s * width) / series.length;
    return [
      `<rect x="${round(left)}" y="${HEIGHT - 22}" width="12" height="12" fill="${COLOURS[s % COLOURS.length]!}"/>`,
      text(left + 18, HEIGHT - 12, name, 'start'),
    ];
  });
  return [
    `<text x="${EDGE.left}" y="24" font-size="15" font-weight="bold">${escapeXml(title)}</text>`,
    text(edge, 24, right ? `${y.label}; right: ${right.label}` : y.label, 'end'),
    ...grid,
    ...rightTicks,
    ...labels,
    text((EDGE.left + edge) / 2, below + 38, x.label, 'middle'),
    ...lines,
    ...legend,
  ];
}

/** The axis along which points follow each other: its labels, and how far along it from 0 to 1 something stands. */
interface Along {
  readonly ticks: readonly { readonly at: number; readonly label: string }[];
  readonly share: (at: number) => number;
}

function categoriesOf(labels: readonly string[]): Along {
  return {
    ticks: labels.map((label, at) => ({ at, label })),
    share: (at) => (at + 0.5) / labels.length,
  };
}

function numbersTo(last: number): Along {
  const ticks = ticksBetween(0, last).filter((at) => at <= last);
  return { ticks: ticks.map((at) => ({ at, label: shortNumber(at) })), share: (at) => at / last };
}

/** Ticks of an axis and where its values stand; no ticks where it has no values. */
function scaleOf(
  axis: Axis | undefined,
  all: readonly Point[],
): { readonly ticks: readonly number[]; readonly y: (value: number) => number } {
  const points = all.filter(({ value }) => Number.isFinite(value));
  const highest = Math.max(...points.map(({ value, high }) => high ?? value), 1e-9);
  const lowest = Math.min(...points.map(({ value, low }) => low ?? value), highest - LEAST_SPAN);
  const ticks = ticksBetween(axis?.from === 'least' ? lowest : 0, highest);
  const [bottom, top] = [ticks[0]!, ticks.at(-1)!];
  return {
    ticks: points.length === 0 ? [] : ticks,
    y: (value) =>
      HEIGHT - EDGE.bottom - ((value - bottom) / (top - bottom)) * (HEIGHT - EDGE.top - EDGE.bottom),
  };
}

/** Some four to nine multiples of 1, 2 or 5 times a power of ten, around both numbers. */
function ticksBetween(low: number, high: number): number[] {
  const span = high - low;
  const power = 10 ** Math.floor(Math.log10(span / 4));
  const step = power * [1, 2, 5, 10].find((factor) => span / (power * factor) <= 8)!;
  const first = Math.floor(low / step);
  return Array.from({ length: Math.ceil(high / step) - first + 1 }, (_, i) => (first + i) * step);
}

/** A number with at most four significant digits. */
export function shortNumber(value: number): string {
  return String(Number(value.toPrecision(4)));
}

function line(x1: number, y1: number, x2: number, y2: number, colour: string): string {
  return `<line x1="${round(x1)}" y1="${round(y1)}" x2="${round(x2)}" y2="${round(y2)}" stroke="${colour}"/>`;
}

function text(x: number, y: number, content: string, anchor: 'start' | 'middle' | 'end'): string {
  return `<text x="${round(x)}" y="${round(y)}" text-anchor="${anchor}">${escapeXml(content)}</text>`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

import type { Metric } from './metrics';

const SIZE = { width: 900, height: 420 };
const FRAME = { left: 64, right: 64, top: 24, bottom: 44 };

interface Series {
  readonly name: string;
  readonly colour: string;
  readonly points: readonly (readonly [step: number, value: number])[];
  readonly axis: 'left' | 'right';
  readonly dots: boolean;
}

/** The run as a picture: loss of training and validation on the left axis, bits per byte on the right. */
export function lossPlot(metrics: readonly Metric[], title: string): string {
  const points = (key: string): (readonly [number, number])[] =>
    metrics.flatMap((metric) => {
      const value = metric[key];
      return typeof value === 'number' && Number.isFinite(value) ? [[metric.step, value] as const] : [];
    });
  const series: readonly Series[] = [
    { name: 'loss', colour: '#4878cf', points: points('loss'), axis: 'left', dots: false },
    {
      name: 'validation loss',
      colour: '#d65f5f',
      points: points('validationLoss'),
      axis: 'left',
      dots: true,
    },
    { name: 'bits per byte', colour: '#2f8f5b', points: points('bitsPerByte'), axis: 'right', dots: true },
  ];
  const last = Math.max(1, ...metrics.map(({ step }) => step));
  const x = (step: number): number => FRAME.left + (step / last) * (SIZE.width - FRAME.left - FRAME.right);
  const axes = { left: axis(series, 'left'), right: axis(series, 'right') };
  const text = (at: readonly [number, number], anchor: string, content: string, more = ''): string =>
    `<text x="${at[0].toFixed(1)}" y="${at[1].toFixed(1)}" text-anchor="${anchor}"${more}>${escape(content)}</text>`;

  const grid = axes.left.ticks.map(
    (value) =>
      `<line x1="${FRAME.left}" x2="${SIZE.width - FRAME.right}" y1="${axes.left.y(value)}" y2="${axes.left.y(value)}" stroke="#ddd"/>`,
  );
  const labels = [
    ...axes.left.ticks.map((value) =>
      text([FRAME.left - 8, Number(axes.left.y(value)) + 4], 'end', short(value)),
    ),
    ...axes.right.ticks.map((value) =>
      text([SIZE.width - FRAME.right + 8, Number(axes.right.y(value)) + 4], 'start', short(value)),
    ),
    ...ticks(0, last).map((step) => text([x(step), SIZE.height - FRAME.bottom + 18], 'middle', String(step))),
    text([SIZE.width / 2, SIZE.height - 8], 'middle', 'step'),
    text([SIZE.width / 2, 16], 'middle', title, ' font-weight="bold"'),
  ];
  const legend = series.map(({ name, colour }, i) =>
    text([FRAME.left + 12 + 150 * i, FRAME.top + 16], 'start', name, ` fill="${colour}"`),
  );
  const lines = series.map(({ points: of, colour, axis: side, dots }) => {
    const at = of.map(([step, value]) => [x(step).toFixed(1), axes[side].y(value)] as const);
    const line = `<polyline fill="none" stroke="${colour}" stroke-width="1.5" points="${at.map((point) => point.join()).join(' ')}"/>`;
    const circles = dots
      ? at.map(([cx, cy]) => `<circle cx="${cx}" cy="${cy}" r="3" fill="${colour}"/>`)
      : [];
    return [line, ...circles].join('');
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${SIZE.width} ${SIZE.height}" font-family="sans-serif" font-size="12">
<rect width="100%" height="100%" fill="white"/>
${[...grid, ...lines, ...labels, ...legend].join('\n')}
</svg>
`;
}

/** Where values of one axis stand: from a little below the least to a little above the most. */
function axis(
  series: readonly Series[],
  side: Series['axis'],
): { ticks: readonly number[]; y: (value: number) => string } {
  const values = series.flatMap(({ axis: of, points }) =>
    of === side ? points.map(([, value]) => value) : [],
  );
  const [low, high] = values.length === 0 ? [0, 1] : [Math.min(...values), Math.max(...values)];
  const margin = Math.max((high - low) * 0.05, 1e-3);
  const [bottom, top] = [low - margin, high + margin];
  const height = SIZE.height - FRAME.top - FRAME.bottom;
  return {
    ticks: values.length === 0 ? [] : ticks(bottom, top),
    y: (value) => (FRAME.top + (1 - (value - bottom) / (top - bottom)) * height).toFixed(1),
  };
}

/** Round numbers between two others: four to ten of them. */
function ticks(low: number, high: number): number[] {
  const rough = (high - low) / 5;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((size) => size >= rough)!;
  const first = Math.ceil(low / step);
  return Array.from(
    { length: Math.max(0, Math.floor(high / step) - first + 1) },
    (_, i) => (first + i) * step,
  );
}

const short = (value: number): string => String(Number(value.toPrecision(4)));

function escape(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;');
}

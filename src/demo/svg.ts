import { escapeXml } from '../display/escape-xml';
import { confidenceColour, hex, mix, type Palette } from './colour';
import { charactersOf, layOutGrid, layOutText, type Fragment, type LaidOut, type Piece } from './layout';
import { stepMs } from './playback';
import type { DemoLane, DemoRun } from './run';
import { applyStep, canvasAt, type TraceCell } from './trace';
import { visibleText } from './visible-text';

export interface SvgOptions {
  readonly view: 'grid' | 'text';
  readonly palette: Palette;
  /** Of the replay, as on the page. */
  readonly speed: number;
}

/** Columns of one lane and of the whole picture. */
const COLUMNS = { alone: 88, beside: 48 };
/** Pixels. */
const CHARACTER = { width: 8.4, size: 14 };
const ROW = { text: 24, grid: 34 };
const PADDING = 24;
const TITLE = 30;
const LANE_GAP = 32;
/** How long the end is shown before the picture begins again, and how long a token takes to appear. */
const HOLD_MS = 2500;
const FADE_MS = 300;

/** A token in a cell, from one step until another. */
interface Stay {
  readonly cell: TraceCell;
  readonly from: number;
  /** Exclusive; undefined to the end. */
  readonly to: number | undefined;
}

/**
 * A run as an SVG that moves by itself, with nothing in it but shapes, text and CSS: no script, font or link.
 * Whoever prefers reduced motion sees the end.
 */
export function animatedSvg(run: DemoRun, { view, palette, speed }: SvgOptions): string {
  const beside = run.lanes.length > 1;
  const columns = beside ? COLUMNS.beside : COLUMNS.alone;
  const laneWidth = columns * CHARACTER.width;
  const most = Math.max(1, ...run.lanes.map(({ steps }) => steps.length));
  const clock = new Clock(stepMs(most, speed), most);

  const lanes: string[] = [];
  let top = PADDING;
  for (let i = 0; i < run.lanes.length; i += 2) {
    if (beside) top += TITLE;
    const pair = run.lanes.slice(i, i + 2).map((lane) => drawLane(run, lane, view, columns, palette, clock));
    pair.forEach(({ content }, side) => {
      const x = PADDING + side * (laneWidth + LANE_GAP);
      const title = beside
        ? `<text class="title" x="0" y="-16">${escapeXml(run.lanes[i + side]!.label)}</text>`
        : '';
      lanes.push(`<g transform="translate(${fixed(x)} ${top})">${title}${content}</g>`);
    });
    top += Math.max(...pair.map(({ height }) => height)) + PADDING;
  }
  const width = Math.ceil(2 * PADDING + laneWidth + (beside ? laneWidth + LANE_GAP : 0));
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${Math.ceil(top)}" width="${width}" height="${Math.ceil(top)}" role="img">`,
    `<title>Unmasking by LLaDA Infill</title>`,
    `<style>${style(palette)}${clock.keyframes()}</style>`,
    `<rect width="100%" height="100%" fill="${hex(palette.background)}"/>`,
    ...lanes,
    '</svg>\n',
  ].join('\n');
}

function style({ foreground, faint, mask }: Palette): string {
  return [
    `text{font:${CHARACTER.size}px ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;fill:${hex(foreground)};white-space:pre}`,
    `.context,.title{fill:${hex(faint)}}`,
    `.mask{fill:${hex(mask)}}`,
    `.token{opacity:0;animation-iteration-count:infinite;animation-timing-function:linear}`,
    `@media(prefers-reduced-motion:reduce){.token{animation:none!important}.last{opacity:1}}`,
  ].join('');
}

/** Makes one keyframe rule for each time of coming and going. */
class Clock {
  readonly #rules = new Map<string, string>();
  readonly #duration: number;

  constructor(
    private readonly stepMs: number,
    steps: number,
  ) {
    this.#duration = steps * stepMs + HOLD_MS;
  }

  /** The class of what is there from one step until another. */
  name({ from, to }: Stay): string {
    const name = `s${from}${to === undefined ? '' : `-${to}`}`;
    const at = (ms: number): string => `${((ms / this.#duration) * 100).toFixed(3)}%`;
    const start = from * this.stepMs;
    const shown = `0%,${at(start)}{opacity:0}${at(start + FADE_MS)}{opacity:1}`;
    const end = (to ?? 0) * this.stepMs;
    const gone =
      to === undefined
        ? '100%{opacity:1}'
        : `${at(Math.max(end, start + FADE_MS))}{opacity:1}${at(Math.max(end, start + FADE_MS) + 1)},100%{opacity:0}`;
    this.#rules.set(name, shown + gone);
    return name;
  }

  keyframes(): string {
    const seconds = (this.#duration / 1000).toFixed(2);
    return [...this.#rules]
      .map(([name, rule]) => `@keyframes ${name}{${rule}}.${name}{animation:${name} ${seconds}s infinite}`)
      .join('');
  }
}

function drawLane(
  { around }: DemoRun,
  { steps }: DemoLane,
  view: SvgOptions['view'],
  columns: number,
  palette: Palette,
  clock: Clock,
): { readonly content: string; readonly height: number } {
  const last = canvasAt(steps, steps.length - 1);
  const stays = staysOf(steps);
  let cell = 0;
  const pieces: Piece[] = around.flatMap((text, i) => [
    { text },
    ...(last[i] ?? []).map((token) => ({ text: token.text, cell: cell++ })),
  ]);
  const laidOut: LaidOut = view === 'grid' ? layOutGrid(pieces, columns) : layOutText(pieces, columns);
  // Cells are numbered over all holes, stays by hole: the same order.
  const timelines = last.flatMap((cells, hole) => cells.map((_, i) => stays.get(`${hole}:${i}`) ?? []));
  const content = pieces.map((piece, i) => {
    const fragments = laidOut.pieces[i]!;
    return piece.cell === undefined
      ? fragments.map((fragment) => drawText(fragment, view, 'context')).join('')
      : drawCell(fragments, timelines[piece.cell]!, view, palette, clock);
  });
  return { content: content.join(''), height: laidOut.rows * ROW[view] };
}

/** When which token stood in which cell. */
function staysOf(steps: DemoLane['steps']): Map<string, Stay[]> {
  const stays = new Map<string, Stay[]>();
  const canvas: TraceCell[][] = [];
  steps.forEach((step, at) => {
    applyStep(canvas, step);
    for (const { hole, index, cell } of step.changes) {
      const key = `${hole}:${index}`;
      const before = stays.get(key) ?? [];
      const ended = before.map((stay) => (stay.to === undefined ? { ...stay, to: at } : stay));
      stays.set(key, cell.masked ? ended : [...ended, { cell, from: at, to: undefined }]);
    }
  });
  return stays;
}

function drawCell(
  fragments: readonly Fragment[],
  stays: readonly Stay[],
  view: SvgOptions['view'],
  palette: Palette,
  clock: Clock,
): string {
  const masks = fragments.map((fragment) => box(fragment, view, 'class="mask"')).join('');
  const tokens = stays.map((stay) => {
    const sure = confidenceColour(palette, stay.cell.confidence);
    const tint = hex(mix(palette.background, sure, 0.22));
    const last = stay.to === undefined;
    const drawn = fragments.map((fragment) => {
      const shown = last
        ? fragment
        : { ...fragment, text: charactersOf(visibleText(stay.cell.text)).slice(0, fragment.width).join('') };
      return (
        box(fragment, view, `fill="${tint}"`) + underline(fragment, view, hex(sure)) + drawText(shown, view)
      );
    });
    return `<g class="token ${clock.name(stay)}${last ? ' last' : ''}">${drawn.join('')}</g>`;
  });
  return masks + tokens.join('');
}

function place(
  { column, row, width }: Fragment,
  view: SvgOptions['view'],
): { x: number; y: number; w: number } {
  return { x: column * CHARACTER.width, y: row * ROW[view], w: width * CHARACTER.width };
}

function box(fragment: Fragment, view: SvgOptions['view'], paint: string): string {
  const { x, y, w } = place(fragment, view);
  return `<rect x="${fixed(x + 0.5)}" y="${y + 2}" width="${fixed(w - 1)}" height="${ROW[view] - 5}" rx="3" ${paint}/>`;
}

function underline(fragment: Fragment, view: SvgOptions['view'], colour: string): string {
  const { x, y, w } = place(fragment, view);
  return `<rect x="${fixed(x + 0.5)}" y="${y + ROW[view] - 5}" width="${fixed(w - 1)}" height="2" fill="${colour}"/>`;
}

function drawText(fragment: Fragment, view: SvgOptions['view'], name = ''): string {
  if (fragment.text.trim() === '') return '';
  const { x, y, w } = place(fragment, view);
  const length = charactersOf(fragment.text).length * CHARACTER.width;
  const left = view === 'grid' && name === '' ? x + (w - length) / 2 : x;
  const at = `x="${fixed(left)}" y="${fixed(y + ROW[view] / 2 + 4.5)}" textLength="${fixed(length)}"`;
  return `<text ${name && `class="${name}" `}${at}>${escapeXml(fragment.text)}</text>`;
}

function fixed(pixels: number): string {
  return String(Number(pixels.toFixed(2)));
}

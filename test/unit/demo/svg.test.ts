import assert from 'node:assert/strict';
import { confidenceColour, hex, type Palette } from '../../../src/demo/colour';
import { layOutGrid, layOutText } from '../../../src/demo/layout';
import { animatedSvg } from '../../../src/demo/svg';
import { visibleText } from '../../../src/demo/visible-text';
import { MASK, runOf, token, traceOf } from '../../support/demo/traces';

const PALETTE: Palette = {
  background: [0, 0, 0],
  foreground: [255, 255, 255],
  faint: [128, 128, 128],
  mask: [80, 80, 80],
  low: [200, 0, 0],
  medium: [200, 200, 0],
  high: [0, 200, 0],
};

describe('picture of a run', () => {
  it('shows what cannot be seen', () => assert.equal(visibleText(' a\t\r\n  b'), '·a→⏎··b'));

  it('lays text out in lines, with the tokens in their places', () => {
    const { pieces, rows } = layOutText(
      [{ text: 'if (' }, { text: 'a\n', cell: 0 }, { text: '', cell: 1 }],
      10,
    );
    assert.deepEqual(pieces[0]!.map(({ text }) => text).join(''), 'if (');
    assert.deepEqual(
      pieces[1]!.map(({ column, row, text }) => [column, row, text]),
      [[4, 0, 'a⏎']],
    );
    assert.deepEqual(pieces[2], [{ column: 0, row: 1, width: 2, text: '  ' }]);
    assert.equal(rows, 2);
  });

  it('breaks lines that are too long', () => {
    const { pieces } = layOutText([{ text: 'abcdefghij' }, { text: 'kl', cell: 0 }], 4);
    assert.deepEqual(
      pieces[0]!.map(({ row, text }) => [row, text]),
      [
        [0, 'abcd'],
        [1, 'efgh'],
        [2, 'ij'],
      ],
    );
    assert.deepEqual(pieces[1], [{ column: 2, row: 2, width: 2, text: 'kl' }]);
  });

  it('lays a grid out in rows of equal cells', () => {
    const pieces = ['a', 'b', 'a long token'].map((text, cell) => ({ text, cell }));
    const grid = layOutGrid([{ text: 'before' }, ...pieces, { text: 'after' }], 15);
    assert.deepEqual(
      grid.pieces.map(([fragment]) => [fragment!.column, fragment!.row, fragment!.text]),
      [
        [0, 0, 'before'],
        [0, 1, 'a'],
        [8, 1, 'b'],
        [0, 2, 'a long…'.replaceAll(' ', '·').slice(0, 6) + '…'],
        [0, 3, 'after'],
      ],
    );
    assert.equal(grid.rows, 4);
  });

  it('mixes the colour of a confidence', () => {
    assert.deepEqual(
      [0, 0.25, 0.5, 1].map((c) => hex(confidenceColour(PALETTE, c))),
      ['#c80000', '#c86400', '#c8c800', '#00c800'],
    );
  });

  for (const view of ['grid', 'text'] as const) {
    const svg = animatedSvg(runOf([{ steps: traceOf(['let', ' x', '\n']) }]), {
      view,
      palette: PALETTE,
      speed: 1,
    });

    it(`has a mask for every cell and brings each token in at its step (${view})`, () => {
      assert.equal(svg.match(/class="mask"/g)?.length, 3);
      assert.deepEqual(
        [...svg.matchAll(/<g class="token (s\d+) last">/g)].map(([, name]) => name),
        ['s1', 's2', 's3'],
      );
      for (const name of ['s1', 's2', 's3']) assert.ok(svg.includes(`@keyframes ${name}{`));
      assert.match(svg, /prefers-reduced-motion/);
    });
  }

  it('takes a token away again at the step that remasks it', () => {
    const steps = traceOf(['a']);
    const remasked = { ...steps[0]!, changes: [{ hole: 0, index: 0, cell: MASK }] };
    const again = { ...steps[1]!, changes: [{ hole: 0, index: 0, cell: token('b', 3) }] };
    const svg = animatedSvg(runOf([{ steps: [...steps, remasked, again] }]), {
      view: 'grid',
      palette: PALETTE,
      speed: 1,
    });
    assert.deepEqual(
      [...svg.matchAll(/<g class="(token [^"]+)">/g)].map(([, name]) => name),
      ['token s1-2', 'token s3 last'],
    );
  });

  it('is XML with nothing in it but shapes, text and style, whatever the tokens and labels are', () => {
    const hostile = [
      '</text><script>alert(1)</script>',
      '" onload="alert(1)',
      "'&amp;",
      '\u0000\u001b\ud800',
      ']]>',
    ];
    const lane = { label: '<img src=x onerror=alert(1)>', steps: traceOf(hostile) };
    for (const view of ['grid', 'text'] as const) {
      const svg = animatedSvg(runOf([lane, lane], ['<script>', '</style>']), {
        view,
        palette: PALETTE,
        speed: 1,
      });
      const tags = svg.match(/<[^>]*>/g)!.join('');
      assert.doesNotMatch(tags, /\son\w+=|href|src=|http(?!:\/\/www\.w3\.org\/2000\/svg")/);
      // What is between tags holds no mark that could begin one, or an entity of its own.
      assert.doesNotMatch(svg.replaceAll(/<[^>]*>/g, '').replaceAll(/&#\d+;/g, ''), /[<>&]/);
      // eslint-disable-next-line no-control-regex
      assert.doesNotMatch(svg, /[\u0000-\u0008\u000b-\u001f]/);
      const names = new Set([...svg.matchAll(/<\/?([a-z]+)/g)].map(([, name]) => name));
      assert.deepEqual([...names].sort(), ['g', 'rect', 'style', 'svg', 'text', 'title']);
    }
  });
});

import assert from 'node:assert/strict';
import { drawLineCharts, type LineChart, type Point } from '../../../src/display/line-chart';

function chart(points: readonly Point[]): LineChart {
  return {
    title: 'a < b & c',
    x: { label: 'x', categories: ['1', '2', '3'] },
    y: { label: 'y', format: String },
    series: [{ name: 'one', points }],
  };
}
function dots(svg: string): (readonly [x: number, y: number])[] {
  return [...svg.matchAll(/<circle cx="([\d.]+)" cy="([\d.]+)"/g)].map(([, x, y]) => [Number(x), Number(y)]);
}

describe('line chart', () => {
  it('draws every point that there is, higher ones higher, with its interval', () => {
    const at = (value: number): Point => ({ value, low: value - 0.1, high: value + 0.1 });
    const svg = drawLineCharts([chart([at(0.2), at(NaN), at(0.8)])]);
    const [first, second, ...others] = dots(svg);
    assert.deepEqual(others, []);
    assert.ok(second![1] < first![1]);
    assert.equal([...svg.matchAll(/<line [^>]* stroke="#0072b2"/g)].length, 2);
    assert.match(svg, /a &#60; b &#38; c/);
    assert.doesNotMatch(svg, /NaN|undefined/);
  });

  it('begins an axis at zero or below the least value, and gives the right one a scale of its own', () => {
    const axis = { label: 'y', format: String };
    const points = [
      { x: 10, value: 5.1 },
      { x: 20, value: 5.3 },
    ];
    const drawn = (from: 'zero' | 'least'): string =>
      drawLineCharts([
        {
          title: 't',
          x: { label: 'x', last: 20 },
          y: { ...axis, from },
          right: axis,
          series: [
            { name: 'left', points },
            { name: 'right', points: [{ x: 20, value: 1000 }], axis: 'right' },
          ],
        },
      ]);
    const [[zero], [least]] = [dots(drawn('zero')), dots(drawn('least'))];
    assert.ok(least![1] > zero![1]);
    assert.equal(least![0], (64 + (640 - 64)) / 2);
    assert.match(drawn('least'), /<text x="584" [^>]*>1000</);
    assert.doesNotMatch(drawn('least'), /<text x="56" [^>]*>(0|1000)</);
  });

  it('draws the same value over and over, and none at all', () => {
    const empty = { ...chart([]), right: { label: 'r', format: String } };
    const svg = drawLineCharts([chart([{ value: 5 }, { value: 5 }]), empty]);
    assert.equal(dots(svg).length, 2);
    assert.doesNotMatch(svg, /NaN|Infinity|undefined/);
  });
});

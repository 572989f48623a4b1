import { drawLineCharts, shortNumber, type Point } from '../../../src/display/line-chart';
import type { Metric } from './metrics';

/** The run as a picture: loss of training and validation on the left axis, bits per byte on the right. */
export function lossPlot(metrics: readonly Metric[], title: string): string {
  const points = (key: string): Point[] =>
    metrics.flatMap((metric) => {
      const value = metric[key];
      return typeof value === 'number' ? [{ x: metric.step, value }] : [];
    });
  const axis = { format: shortNumber, from: 'least' } as const;
  return drawLineCharts([
    {
      title,
      x: { label: 'step', last: Math.max(1, ...metrics.map(({ step }) => step)) },
      y: { ...axis, label: 'loss' },
      right: { ...axis, label: 'bits per byte' },
      series: [
        { name: 'loss', points: points('loss'), dots: false },
        { name: 'validation loss', points: points('validationLoss') },
        { name: 'bits per byte', points: points('bitsPerByte'), axis: 'right' },
      ],
    },
  ]);
}

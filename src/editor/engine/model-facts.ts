import * as vscode from 'vscode';
import type { BundleSummary } from '../../engine/index';
import type { MeasuredTime } from './model-times';

/** One line: precision, size, licence. */
export function describeModel(
  { precision, bytes, parameters, licence }: BundleSummary,
  inUse: boolean,
): string {
  const { t } = vscode.l10n;
  return [
    inUse ? t('in use') : undefined,
    parameters === undefined ? undefined : t('{0} weights', short(parameters)),
    precision,
    t('{0} MB', Math.ceil(bytes / 1e6)),
    licence === undefined ? t('licence not stated') : t('licence: {0}', licence),
  ]
    .filter((part) => part !== undefined)
    .join(' · ');
}

/**
 * One line, short enough for a list: the model's time on this machine, and what it can or what takes the place of what
 * it cannot.
 */
export function describeAbilities({ learned }: BundleSummary, time: MeasuredTime | undefined): string {
  const { t } = vscode.l10n;
  return [
    time ? t('{0} ms a request here, on {1}', time.ms, time.provider) : t('not yet measured here'),
    learned.expand ? t('finds lengths') : t('guesses lengths'),
    learned.remask ? t('doubts its text') : t('doubts slowly'),
    learned.guidance ? t('guidance') : t('no guidance'),
  ].join(' · ');
}

function short(count: number): string {
  if (count >= 1e9) return vscode.l10n.t('{0} B', (count / 1e9).toFixed(1));
  return vscode.l10n.t('{0} M', (count / 1e6).toFixed(count < 1e7 ? 1 : 0));
}

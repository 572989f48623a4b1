/** A share, 0–1, in whole per cent; a small one with a digit more, and one that is not zero never as zero. */
export function percent(share: number): string {
  const of100 = share * 100;
  if (of100 > 0 && of100 < 0.05) return '< 0.1 %';
  return `${of100 > 0 && of100 < 0.95 ? of100.toFixed(1) : Math.round(of100)} %`;
}

/** A measured share, 0–1, in per cent with one digit after the point; a dash where nothing was measured. */
export function measuredPercent(share: number | undefined): string {
  return share === undefined ? '–' : `${(100 * share).toFixed(1)} %`;
}

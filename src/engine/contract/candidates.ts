/** How a candidate may begin. */
export const STARTS = [
  'usual',
  'masks-2',
  'masks-4',
  'masks-8',
  'masks-16',
  'masks-32',
  'masks-64',
  'second-token',
  'second-token-16',
  'other-draft',
  'drawn-0.7',
  'drawn-0.7-4',
  'drawn-1',
] as const;
/**
 * How a candidate begins: `usual` with a draft where one is likely, else with 8 masks, as one fill alone does; `masks-N`
 * with so many; `second-token` with the second most probable token at the position that is surest of its first;
 * `other-draft` with the likeliest draft that is not taken otherwise; `drawn-T` is drawn at the temperature T, top-p 0.95.
 */
export type StartName = (typeof STARTS)[number];

/** How the candidates of a request begin unless it says otherwise, in order: they find most at equal cost. */
export const DEFAULT_STARTS: readonly StartName[] = ['usual', 'masks-2', 'masks-16', 'masks-32'];

/** Names of the numbers by which a chooser weighs a candidate. */
export const FEATURES = [
  'drawnMean',
  'drawnLeast',
  'aloneMean',
  'aloneLeast',
  'expand',
  'delete',
  'tokens',
  'growth',
  'sameLine',
  'known',
  'draft',
  'damage',
  'newNames',
] as const;
/** The name of one such number. */
export type Feature = (typeof FEATURES)[number];
/** A candidate's features, as far as they are known. */
export type Evidence = Readonly<Partial<Record<Feature, number>>>;

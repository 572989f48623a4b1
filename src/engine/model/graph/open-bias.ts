/**
 * How a graph's file names the dimension of its bias that says who looks, where it takes a bias [1, 1, 2, 1] for "every row
 * sees every row, those of the past too". Predictors look for it: older files do not know that bias.
 */
export const OPEN_OVER_PAST = 'fromOrTwo';

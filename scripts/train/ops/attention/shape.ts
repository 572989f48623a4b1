export interface AttentionShape {
  readonly batch: number;
  readonly length: number;
  readonly heads: number;
}

/** Where a completion is to stand, as the document is. */
export interface Place {
  /** The document's text before the cursor, from its start or from far away. */
  readonly prefix: string;
  /** The document's text behind the cursor. */
  readonly suffix: string;
  /** Nothing but white space on the cursor's line: a completion may have many lines. */
  readonly lineIsBlank: boolean;
}

/** Takes away from a completion what should not be offered; '' when nothing is left. Pure. */
export type Filter = (text: string, place: Place) => string;

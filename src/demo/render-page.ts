import { REMASKINGS, SCHEDULES, UNMASKING_ORDERS } from '../engine/index';

/** The parts of a page, as addresses it can load them from. */
export interface PageParts {
  readonly script: string;
  readonly styles: readonly string[];
  /** Where styles may come from, as a content security policy says it. */
  readonly source: string;
  /** Where the page may connect to, likewise. */
  readonly connect: string;
}

/** Stylesheets of the page in every host. */
export const STYLES = ['demo.css', 'demo-stage.css', 'demo-tokens.css'] as const;

/**
 * The demo page.
 *
 * @param template media/demo.html
 */
export function renderPage(template: string, { script, styles, source, connect }: PageParts): string {
  const options = (names: readonly string[]): string =>
    names.map((name) => `<option value="${name}">${name}</option>`).join('');
  const values: Readonly<Record<string, string>> = {
    source,
    connect,
    script,
    nonce: newNonce(),
    styles: styles.map((style) => `<link rel="stylesheet" href="${style}" />`).join(''),
    orders: options(['confidence', ...UNMASKING_ORDERS.filter((order) => order !== 'confidence')]),
    schedules: options(SCHEDULES),
    remaskings: options(REMASKINGS),
  };
  return template.replace(/\{\{(\w+)\}\}/g, (placeholder, name: string) => values[name] ?? placeholder);
}

/** Not randomUUID, which pages that come by plain http do not have. */
function newNonce(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) =>
    byte.toString(16).padStart(2, '0'),
  ).join('');
}

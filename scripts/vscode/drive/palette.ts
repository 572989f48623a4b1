import type { Locator, Page } from 'playwright-core';
import { WAIT_MS } from './wait';

/**
 * Opens the palette with a text typed in it, and waits for an entry; leaves it open.
 * @param text `>` and a command, `:` and a place, or a file's name.
 */
export async function openPalette(page: Page, text: string, entry: string): Promise<Locator> {
  const widget = page.locator('.quick-input-widget:visible');
  const row = widget.locator('.quick-input-list .monaco-list-row', { hasText: entry }).first();
  const deadline = Date.now() + WAIT_MS;
  // While a window settles it takes the focus away, and an extension's commands come late: open it again then.
  for (;;) {
    try {
      await page.keyboard.press('F1');
      await widget.locator('input[type=text]').fill(text, { timeout: 2000 });
      await row.waitFor({ timeout: 3000 });
      return row;
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await page.keyboard.press('Escape');
    }
  }
}

/** Opens the palette, takes the entry, and waits until it is closed. */
export async function takeFromPalette(page: Page, text: string, entry: string): Promise<void> {
  const row = await openPalette(page, text, entry);
  await page.keyboard.press('Enter');
  await row.waitFor({ state: 'hidden' });
}

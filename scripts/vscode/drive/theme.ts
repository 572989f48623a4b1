import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { VsCode } from './vs-code';

/** VS Code's own themes, by the class that the window then has. */
export const THEMES = {
  'vs-dark': 'Default Dark Modern',
  vs: 'Default Light Modern',
  'hc-black': 'Default High Contrast',
} as const;

export type ThemeClass = keyof typeof THEMES;

/** Changes the colours of a window and waits until it has them. */
export async function useTheme(code: VsCode, theme: ThemeClass): Promise<void> {
  const folder = path.join(code.folder, '.vscode');
  mkdirSync(folder, { recursive: true });
  const settings = { 'workbench.colorTheme': THEMES[theme] };
  writeFileSync(path.join(folder, 'settings.json'), JSON.stringify(settings));
  await code.page.locator(`.monaco-workbench.${theme}`).waitFor();
}

/** Takes a picture in each theme: NAME-vs-dark.png, … */
export async function screenshotInEveryTheme(code: VsCode, name: string): Promise<void> {
  for (const theme of ['vs', 'hc-black', 'vs-dark'] as const) {
    await useTheme(code, theme);
    await code.screenshot(`${name}-${theme}`);
  }
}

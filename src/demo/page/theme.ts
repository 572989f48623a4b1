import { byId } from './dom';

const KEY = 'llada-demo-theme';

/** Outside VS Code: the theme that the user picks, or that the system prefers; named as VS Code names its own. */
export function chooseTheme(): void {
  const picker = byId('theme', HTMLSelectElement);
  picker.hidden = false;
  const light = matchMedia('(prefers-color-scheme: light)');
  const contrast = matchMedia('(prefers-contrast: more)');
  const apply = (): void => {
    const bySystem = `vscode-${contrast.matches ? 'high-contrast' : light.matches ? 'light' : 'dark'}`;
    const lightContrast = contrast.matches && light.matches ? '-light' : '';
    document.body.className = picker.value || bySystem + lightContrast;
  };
  picker.value = localStorage.getItem(KEY) ?? '';
  picker.addEventListener('change', () => {
    localStorage.setItem(KEY, picker.value);
    apply();
  });
  light.addEventListener('change', apply);
  contrast.addEventListener('change', apply);
  apply();
}

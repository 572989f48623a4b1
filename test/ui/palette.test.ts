import { openVsCode } from '../../scripts/vscode/drive/vs-code';
import type { VsCode } from '../../scripts/vscode/drive/vs-code';

describe('command palette', () => {
  let code: VsCode;
  before(async () => {
    code = await openVsCode({ files: { 'sum.js': 'function sum(numbers) {\n\n}\n' }, open: 'sum.js' });
  });
  after(() => code.close());

  it('offers to fill the masked region', async () => {
    const entry = await code.openPalette('LLaDA: Fill Masked Region');
    await entry.waitFor();
    await code.screenshot('palette');
    await code.press('Escape');
  });
});

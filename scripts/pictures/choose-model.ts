// Takes the picture of Choose Model: npx tsx scripts/pictures/choose-model.ts FOLDER, of an imported model (after npm run build)
import path from 'node:path';
import { openVsCode } from '../vscode/drive/vs-code';
import { ROOT } from '../setup/paths';

const FILE = path.join(ROOT, 'media/pictures/choose-model.png');

async function main(imported: string | undefined): Promise<void> {
  if (imported === undefined) throw new Error('Name the folder of an imported model.');
  const code = await openVsCode({
    files: { 'total.js': 'const total = ;\n' },
    open: 'total.js',
    viewport: { width: 900, height: 300 },
    machineSettings: { 'llada.model.path': path.resolve(imported) },
    settings: {
      'llada.inlineCompletions.enabled': false,
      'editor.minimap.enabled': false,
      'workbench.activityBar.location': 'hidden',
      'breadcrumbs.enabled': false,
      'workbench.reduceMotion': 'on',
    },
  });
  try {
    await code.statusBarItem('LLaDA').waitFor();
    await code.runCommand('View: Close Primary Side Bar');
    await code.page.addStyleTag({ content: '.notifications-toasts { display: none !important; }' });
    await code.runCommand('LLaDA: Choose Model');
    await code.page.locator('.quick-input-widget .monaco-list-row').nth(1).waitFor();
    await code.page.screenshot({ path: FILE, animations: 'disabled' });
  } finally {
    await code.close();
  }
}

void main(process.argv[2]).catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});

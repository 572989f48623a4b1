import { openVsCode, type VsCode } from '../../scripts/vscode/drive/vs-code';

const CODE = 'function add(a, b) {\n  return a - b;\n}\n';
/** The settings that a workspace might try. */
const HOSTILE = { 'llada.model.path': '/tmp/evil', 'llada.provider': 'cuda' };

describe('a workspace of two folders in Restricted Mode', () => {
  let code: VsCode;
  before(async () => {
    code = await openVsCode({
      files: {
        'one/a.js': CODE,
        'one/.vscode/settings.json': JSON.stringify({
          ...HOSTILE,
          'llada.inlineCompletions.exclude': ['**/*.js'],
        }),
        'two/b.js': CODE,
        'all.code-workspace': JSON.stringify({
          folders: [{ path: 'one' }, { path: 'two' }],
          settings: HOSTILE,
        }),
      },
      workspace: 'all.code-workspace',
      restricted: true,
      open: 'one/a.js',
    });
    await code.statusBarItem('LLaDA').waitFor();
  });
  after(() => code.close());

  it('says what does not count there', async () => {
    await code.statusBarItem('Restricted Mode').waitFor();
  });

  it('has each folder’s settings count for its own files', async () => {
    const off = code.page.locator('.statusbar-item[id$="llada.status"] .codicon-circle-slash');
    await off.waitFor();
    await code.openFile('b.js');
    await off.waitFor({ state: 'detached' });
  });

  it('fills with the bundled model, whatever the workspace says of models', async () => {
    await code.select([2, 10], [2, 15]);
    await code.runCommand('LLaDA: Fill Masked Region');
    await code.waitForText(/^function add\(a, b\) \{\n {2}return (?!a - b;)[^]*;\n\}/);
    await code.screenshot('restricted-mode');
  });
});

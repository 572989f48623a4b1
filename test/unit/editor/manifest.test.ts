import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { ROOT } from '../../../scripts/setup/paths';

function read(name: string): string {
  return readFileSync(path.join(ROOT, name), 'utf8');
}
const MANIFEST = read('package.json');
const TEXTS = JSON.parse(read('package.nls.json')) as Record<string, string>;
const { contributes } = JSON.parse(MANIFEST) as {
  contributes: {
    commands: { command: string; title: string }[];
    configuration: { title: string; properties: Record<string, Record<string, unknown>> }[];
    keybindings: { key: string; when: string }[];
  };
};
const SETTINGS = contributes.configuration.flatMap(({ properties }) => Object.entries(properties));

describe('the manifest', () => {
  it('has every text that a user reads in package.nls.json, and no other text there', () => {
    const used = [...MANIFEST.matchAll(/"%([\w.*-]+)%"/g)].map(([, key]) => key!);
    assert.deepEqual(
      used.filter((key) => TEXTS[key] === undefined),
      [],
    );
    assert.deepEqual(
      Object.keys(TEXTS).filter((key) => !used.includes(key)),
      [],
    );
    for (const { command, title } of contributes.commands) assert.match(title, /^%.+%$/, command);
  });

  it('has the commands of the table that registers them, each with its own title', () => {
    const table = [...read('src/editor/commands.ts').matchAll(/^ {2}'(llada\.\w+)':/gm)].map(([, id]) => id!);
    assert.deepEqual(contributes.commands.map(({ command }) => command).toSorted(), table.toSorted());
    for (const { command, title } of contributes.commands)
      assert.equal(title, `%${command.replace('llada.', 'command.')}%`);
  });

  it('has no command in a menu or a line of ours that is not in that table', () => {
    const ids = contributes.commands.map(({ command }) => command);
    const files = readdirSync(path.join(ROOT, 'src/editor'), { recursive: true, encoding: 'utf8' });
    const used = files
      .filter((name) => name.endsWith('.ts'))
      .flatMap((name) => [
        ...read(path.join('src/editor', name)).matchAll(
          /(?:command: |executeCommand\(|lens\([^)]*\), |_COMMAND = )'(llada\.\w+)'/g,
        ),
      ])
      .map(([, id]) => id!);
    assert.ok(used.length > 15, String(used));
    assert.deepEqual(
      used.filter((id) => !ids.includes(id)),
      [],
    );
  });

  it('describes, defaults and bounds every setting', () => {
    assert.ok(SETTINGS.length > 10);
    for (const [name, setting] of SETTINGS) {
      const description = setting['description'] ?? setting['markdownDescription'];
      assert.match(String(description), /^%.+%$/, name);
      assert.notEqual(setting['default'], undefined, name);
      assert.notEqual(setting['scope'], undefined, name);
      if (setting['type'] === 'number' || setting['type'] === 'integer') {
        assert.ok('minimum' in setting || 'exclusiveMinimum' in setting, `${name} has a lower bound`);
        assert.ok('maximum' in setting, `${name} has an upper bound`);
      }
    }
  });

  it('has every command and setting in a test on a real VS Code', () => {
    const folder = path.join(ROOT, 'test/host');
    const tests = readdirSync(folder)
      .filter((name) => name.endsWith('.test.ts'))
      .map((name) => readFileSync(path.join(folder, name), 'utf8'))
      .join('\n');
    const helpers = readFileSync(path.join(ROOT, 'test/support/host/editing.ts'), 'utf8');
    const ids = [...contributes.commands.map(({ command }) => command), ...SETTINGS.map(([name]) => name)];
    assert.deepEqual(
      ids.filter((id) => !`${tests}${helpers}`.includes(id)),
      [],
    );
  });

  it('binds Escape while there is something of ours to end, Tab while a next edit is shown, and no other key', () => {
    for (const { key, when } of contributes.keybindings) {
      assert.match(key, /^(?:escape|tab)$/);
      assert.match(when, key === 'tab' ? /^llada\.nextEdit\.tab && / : /^llada\./);
    }
  });
});

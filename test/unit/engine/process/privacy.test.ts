import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { temporaryFolder, writeTinyBundle } from '../../../../scripts/tiny-bundle/tiny-bundle';
import { fillText, withEngine } from '../../../support/engine/real-engine';

/** Inodes of a network's sockets, of whatever process, as the kernel lists them. */
function networkSockets(pid: number): Set<string> {
  const tables = ['tcp', 'tcp6', 'udp', 'udp6', 'raw', 'raw6'].map((name) => `/proc/${pid}/net/${name}`);
  const lines = tables
    .filter((file) => fs.existsSync(file))
    .flatMap((file) => fs.readFileSync(file, 'utf8').split('\n'));
  return new Set(lines.map((line) => line.trim().split(/\s+/)[9]).filter((inode) => inode !== undefined));
}

function socketsOf(pid: number): string[] {
  const folder = `/proc/${pid}/fd`;
  return fs.readdirSync(folder).flatMap((fd) => {
    const [, inode] = /^socket:\[(\d+)\]$/.exec(fs.readlinkSync(path.join(folder, fd))) ?? [];
    return inode === undefined ? [] : [inode];
  });
}

describe('the engine process', function () {
  this.timeout(60_000);
  const root = temporaryFolder();
  const home = path.join(root, 'home');
  const saved = { ...process.env };

  before(async () => {
    await writeTinyBundle(path.join(root, 'tiny'), 'f32');
    fs.mkdirSync(home);
    for (const name of ['HOME', 'TMPDIR', 'XDG_CACHE_HOME', 'XDG_DATA_HOME', 'XDG_RUNTIME_DIR'])
      process.env[name] = home;
  });
  after(() => {
    process.env = saved;
  });

  it('opens no network connection and leaves no file behind: nothing is counted, nothing is sent', async () => {
    await withEngine(path.join(root, 'tiny'), async (engine) => {
      await fillText(engine);
      if (process.platform === 'linux') {
        const { pid } = await engine.stats();
        const sockets = socketsOf(pid);
        // The channel to its parent is a socket too: the check sees sockets at all.
        assert.notEqual(sockets.length, 0);
        const network = networkSockets(pid);
        assert.deepEqual(
          sockets.filter((inode) => network.has(inode)),
          [],
        );
      }
    });
    assert.deepEqual(fs.readdirSync(home, { recursive: true }), []);
  });
});

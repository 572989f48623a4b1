import assert from 'node:assert/strict';
import path from 'node:path';
import { filesOfPart } from '../../../scripts/package/stage';
import { NATIVE_TARGETS, partsOf, type Target } from '../../../scripts/package/targets';

const NATIVE = /\.(node|dll|dylib|so(\.\d+)*)$/;

describe('what is in a package', () => {
  const filesIn = (target: Target): string[] => partsOf(target).flatMap((part) => filesOfPart(part));

  for (const target of NATIVE_TARGETS) {
    it(`is native for ${target} only`, () => {
      const native = filesIn(target).filter((file) => NATIVE.test(file));
      assert.ok(native.some((file) => file.endsWith('onnxruntime_binding.node')));
      for (const file of native)
        assert.ok(path.posix.dirname(file).endsWith(`/${target.replace('-', '/')}`), file);
    });
  }

  it('is not made without one of the files that a part names', () => {
    const part = { what: 'browser', globs: ['package.json', 'dist/no-such-file.js'] };
    assert.throws(() => filesOfPart(part), /“browser”: dist\/no-such-file\.js/);
  });

  it('is nothing native in the universal one, but WebAssembly', () => {
    const files = filesIn('universal');
    assert.deepEqual(
      files.filter((file) => NATIVE.test(file)),
      [],
    );
    assert.ok(files.some((file) => file.endsWith('.wasm')));
  });

  it('is what a browser runs in the universal one only, and WebAssembly once', () => {
    const files = filesIn('universal');
    const forBrowsers = ['dist/extension-web.js', 'dist/engine-worker.js', 'dist/models/index.json'];
    assert.deepEqual(
      forBrowsers.filter((file) => !files.includes(file)),
      [],
    );
    const wasm = files.filter((file) => file.endsWith('.wasm') && !file.includes('tree-sitter'));
    assert.deepEqual(
      wasm.filter((file) => !file.startsWith('media/grammars/')),
      ['node_modules/onnxruntime-web/dist/ort-wasm-simd-threaded.wasm'],
    );
    for (const target of NATIVE_TARGETS)
      assert.deepEqual(
        filesIn(target).filter((file) => forBrowsers.includes(file)),
        [],
      );
  });
});

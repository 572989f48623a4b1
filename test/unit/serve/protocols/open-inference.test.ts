import assert from 'node:assert/strict';
import { bytesOfTexts } from '../../../../src/serve/protocols/tensors';
import { MODEL_ID, serverForTests } from '../../../support/serve/real-server';
import { errorText, send, type Received } from '../../../support/serve/send';

const JSON_LENGTH = 'inference-header-content-length';

function tensor(name: string, data: readonly unknown[], shape = [data.length]): object {
  return {
    name,
    shape,
    datatype: 'BYTES',
    data,
  };
}

/** JSON with the tensors' bytes behind it. */
function binary(
  json: { inputs: object[] },
  tensors: readonly Buffer[],
): { body: Buffer; headers: Record<string, string> } {
  const inputs = json.inputs.map((input, i) => ({
    ...input,
    parameters: { binary_data_size: tensors[i]!.length },
  }));
  const head = Buffer.from(JSON.stringify({ ...json, inputs }));
  return { body: Buffer.concat([head, ...tensors]), headers: { [JSON_LENGTH]: String(head.length) } };
}

describe('the Open Inference Protocol', function () {
  this.timeout(60_000);
  const server = serverForTests();
  const get = (path: string): Promise<Received> => send(server.url + path);
  const infer = (body: unknown, headers = {}): Promise<Received> =>
    send(`${server.url}/v2/models/${MODEL_ID}/infer`, { body, headers });

  it('says what it is, that it lives, and that it is ready', async () => {
    assert.deepEqual((await get('/v2')).json, {
      name: 'llada',
      version: '1.2.3',
      extensions: ['binary_tensor_data'],
    });
    assert.deepEqual((await get('/v2/health/live')).json, { live: true });
    assert.deepEqual((await get('/v2/health/ready')).json, { ready: true });
    for (const base of [`/v2/models/${MODEL_ID}`, `/v2/models/${MODEL_ID}/versions/1`]) {
      assert.deepEqual((await get(`${base}/ready`)).json, { name: MODEL_ID, ready: true });
      const { json } = await get(base);
      assert.deepEqual(
        json.inputs.map((one) => one.name),
        ['prefix', 'suffix', 'path'],
      );
      assert.deepEqual(json.outputs, [{ name: 'text', datatype: 'BYTES', shape: [-1] }]);
    }
  });

  it('fills a row for each prefix, in order', async () => {
    const inputs = [
      tensor('prefix', ['a = ', 'return '], [2, 1]),
      tensor('suffix', ['\n', ';\n'], [2, 1]),
      tensor('path', ['a.py', 'b.ts'], [2, 1]),
    ];
    const { status, json, headers } = await infer({ id: '12', inputs, parameters: { max_tokens: 4 } });
    assert.equal(status, 200);
    assert.equal(headers['content-type'], 'application/json');
    assert.deepEqual([json.model_name, json.id], [MODEL_ID, '12']);
    const [output] = json.outputs;
    assert.deepEqual([output!.name, output!.datatype, output!.shape], ['text', 'BYTES', [2, 1]]);
    const second = await infer({
      inputs: [tensor('prefix', ['return ']), tensor('suffix', [';\n']), tensor('path', ['b.ts'])],
      parameters: { max_tokens: 4 },
    });
    assert.equal(output!.data[1], second.json.outputs[0]!.data[0]);
  });

  it('reads and writes texts as bytes behind the JSON', async () => {
    const shape = { shape: [1], datatype: 'BYTES' };
    const json = {
      inputs: [
        { name: 'prefix', ...shape },
        { name: 'suffix', ...shape },
      ],
      parameters: { max_tokens: 4 },
    };
    const tensors = [bytesOfTexts(['größe = ']), bytesOfTexts(['\n'])];
    const sent = binary(json, tensors);
    const { json: answer } = await infer(sent.body, {
      ...sent.headers,
      'content-type': 'application/octet-stream',
    });
    const [text] = answer.outputs[0]!.data;
    for (const wish of [
      { parameters: { max_tokens: 4, binary_data_output: true } },
      { outputs: [{ name: 'text', parameters: { binary_data: true } }] },
    ]) {
      const wished = binary({ ...json, ...wish }, tensors);
      const { headers, bytes } = await infer(wished.body, wished.headers);
      assert.equal(headers['content-type'], 'application/octet-stream');
      const length = Number(headers[JSON_LENGTH]);
      const head = JSON.parse(bytes.subarray(0, length).toString()) as {
        outputs: { parameters: object; data?: unknown }[];
      };
      const data = bytes.subarray(length);
      assert.deepEqual(head.outputs[0]!.parameters, { binary_data_size: data.length });
      assert.deepEqual(data, bytesOfTexts([text!]));
    }
  });

  it('takes a body without a Content-Type', async () => {
    const body = JSON.stringify({ inputs: [tensor('prefix', ['x = '])], parameters: { max_tokens: 2 } });
    const response = await fetch(`${server.url}/v2/models/${MODEL_ID}/infer`, {
      method: 'POST',
      body: new Blob([body]),
    });
    assert.equal(response.status, 200);
  });

  it('refuses with the error as a text, as plain application/json', async () => {
    const prefix = tensor('prefix', ['a']);
    const wrong: readonly (readonly [unknown, RegExp])[] = [
      [{}, /“inputs” is missing/],
      [{ inputs: [] }, /“prefix” is missing/],
      [{ inputs: [tensor('suffix', ['a'])] }, /“prefix” is missing/],
      [{ inputs: [{ ...prefix, datatype: 'FP32' }] }, /BYTES, not FP32/],
      [{ inputs: [tensor('prefix', ['a', 'b'], [3])] }, /2 texts and a shape for 3/],
      [{ inputs: [tensor('prefix', [1])] }, /must be texts/],
      [{ inputs: [{ name: 'prefix', shape: [1], datatype: 'BYTES' }] }, /has no “data”/],
      [{ inputs: [prefix, tensor('suffix', ['a', 'b'])] }, /2 rows and “prefix” has 1/],
      [{ inputs: [prefix, tensor('language', ['py'])] }, /no input “language”/],
      [{ inputs: [prefix, tensor('prefix', ['b'])] }, /“prefix” stands in the request more than once/],
      [{ inputs: [prefix], outputs: [{ name: 'logits' }] }, /one output, “text”/],
      [{ inputs: [tensor('prefix', Array(99).fill('a'))] }, /99 rows/],
      ['{"inputs": [', /is not JSON/],
    ];
    for (const [body, message] of wrong) {
      const answer = await infer(body);
      const { status, headers } = answer;
      assert.equal(status, 400, JSON.stringify(body));
      assert.equal(headers['content-type'], 'application/json');
      assert.match(errorText(answer), message);
    }
    for (const path of [
      '/v2/models/other',
      '/v2/models/other/ready',
      `/v2/models/${MODEL_ID}/versions/2`,
      '/v2/nothing',
    ]) {
      const { status, json } = await get(path);
      assert.equal(status, 404, path);
      assert.equal(typeof json.error, 'string');
    }
  });

  it('refuses bytes that do not fit what is said of them', async () => {
    const input = { name: 'prefix', shape: [1], datatype: 'BYTES' };
    const good = bytesOfTexts(['a']);
    const cut = binary({ inputs: [input] }, [good.subarray(0, 3)]);
    assert.match(errorText(await infer(cut.body, cut.headers)), /end within a text/);
    const broken = binary({ inputs: [input] }, [Buffer.from([1, 0, 0, 0, 0xff])]);
    assert.match(errorText(await infer(broken.body, broken.headers)), /not UTF-8/);
    const more = binary({ inputs: [input] }, [good]);
    assert.match(errorText(await infer(Buffer.concat([more.body, good]), more.headers)), /bytes more/);
    for (const length of ['-1', '999999', 'x']) {
      assert.equal((await infer(more.body, { [JSON_LENGTH]: length })).status, 400);
    }
  });
});

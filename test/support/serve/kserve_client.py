"""What the Python client of KServe makes of a server: python kserve_client.py URL MODEL prints one JSON object."""

import asyncio
import json
import sys

from kserve import InferInput, InferRequest, InferenceRESTClient, RESTConfig
from kserve.protocol.infer_type import RequestedOutput


def tensors(binary, *rows):
    names = ("prefix", "suffix", "path")
    inputs = []
    for name, texts in zip(names, zip(*rows)):
        tensor = InferInput(name, [len(texts)], "BYTES")
        if binary:
            import numpy

            tensor.set_data_from_numpy(numpy.array([text.encode() for text in texts], dtype=numpy.object_), binary_data=True)
        else:
            tensor.data = list(texts)
        inputs.append(tensor)
    return inputs


async def main(url, model):
    client = InferenceRESTClient(RESTConfig(protocol="v2"))
    rows = (("größe = ", "\n", "a.py"), ("return ", ";\n", "b.ts"))
    found = {
        "live": await client.is_server_live(url),
        "ready": await client.is_server_ready(url),
        "model": await client.is_model_ready(url, model),
    }
    parameters = {"max_tokens": 6}
    for name, binary in (("json", False), ("binary", True)):
        request = InferRequest(model_name=model, infer_inputs=tensors(binary, *rows), parameters=parameters)
        answer = await client.infer(url, request, model_name=model)
        found[name] = list(answer.outputs[0].data)
    outputs = [RequestedOutput("text", parameters={"binary_data": True})]
    request = InferRequest(
        model_name=model, infer_inputs=tensors(True, *rows), parameters=parameters, request_outputs=outputs
    )
    answer = await client.infer(url, request, model_name=model)
    found["bytes"] = [str(text) for text in answer.outputs[0].as_numpy()]
    try:
        await client.infer(url, InferRequest(model_name="none", infer_inputs=tensors(False, *rows)), model_name="none")
    except Exception as error:
        found["error"] = str(error)
    await client.close()
    print(json.dumps(found))


asyncio.run(main(*sys.argv[1:]))

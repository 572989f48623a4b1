"""Makes the files beside it: tiny networks of random weights with the architectures of LLaDA (Llama without its causal mask)
and Dream (Qwen2 without it), exported by PyTorch's ONNX exporter, and what they say of a text.

python3 export.py        (torch 2.13.0, transformers 5.18.0, onnx 1.23.1, onnxscript 0.7.2)
"""

import json
import pathlib

import onnx
import torch
from transformers import LlamaConfig, LlamaForCausalLM, Qwen2Config, Qwen2ForCausalLM

HERE = pathlib.Path(__file__).parent
SMALL = {
    "vocab_size": 304,
    "hidden_size": 16,
    "intermediate_size": 32,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "max_position_embeddings": 256,
}
# 1 is the mask, 2 the end of the text.
TEXT = [40, 41, 1, 50, 1, 60, 2]
MASKED = [2, 4]


class Bidirectional(torch.nn.Module):
    def __init__(self, network):
        super().__init__()
        self.network = network

    def forward(self, input_ids, attention_mask):
        hidden = (1.0 - attention_mask[:, None, None, :].float()) * -1e9
        everything = hidden.expand(-1, 1, input_ids.shape[1], -1)
        return self.network(input_ids=input_ids, attention_mask=everything, use_cache=False).logits


def strip(file):
    """Leaves out where in whose files each operation came from."""
    model = onnx.load(file)
    model.ClearField("metadata_props")
    model.graph.ClearField("value_info")
    for part in [*model.graph.node, *model.graph.initializer, *model.graph.input, *model.graph.output, model.graph, model]:
        part.ClearField("doc_string")
        if hasattr(part, "metadata_props"):
            part.ClearField("metadata_props")
    onnx.save(model, file)


def export(name, network, dynamo, shift):
    """shift: how many places before a token its logits are found"""
    for parameter in network.parameters():
        torch.nn.init.normal_(parameter, std=0.3)
    model = Bidirectional(network).eval()
    text = torch.tensor([TEXT])
    inputs = (text, torch.ones_like(text))
    names = {"input_names": ["input_ids", "attention_mask"], "output_names": ["logits"]}
    file = HERE / f"{name}.onnx"
    if dynamo:
        length = torch.export.Dim("S", min=2, max=256)
        shapes = ({1: length}, {1: length})
        torch.onnx.export(model, inputs, file, dynamo=True, dynamic_shapes=shapes, external_data=False, **names)
    else:
        axes = {key: {1: "S"} for key in ["input_ids", "attention_mask", "logits"]}
        torch.onnx.export(model, inputs, file, dynamo=False, opset_version=17, dynamic_axes=axes, **names)
    strip(file)
    with torch.no_grad():
        logits = model(*inputs)[0]
    rows = {place: [round(value, 5) for value in logits[place - shift].tolist()] for place in MASKED}
    (HERE / f"{name}.jsonl").write_text(json.dumps({"text": TEXT, "logits": rows}) + "\n")
    print(name, file.stat().st_size)


torch.manual_seed(0)
export("llada", LlamaForCausalLM(LlamaConfig(**SMALL)), dynamo=False, shift=0)
export("dream", Qwen2ForCausalLM(Qwen2Config(**SMALL, num_key_value_heads=1)), dynamo=True, shift=1)

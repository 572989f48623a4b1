"""Makes the folders beside it: a checkpoint of two layers and random weights for each architecture that can be imported,
saved as its authors save theirs, with the logits that their own modelling code gives.

python3 make.py REFERENCES [NAME …]   (torch 2.15.0, transformers 4.57.6)

REFERENCES is a folder of public modelling code, none of which is kept here:
  llada/  configuration_llada.py, modeling_llada.py of llada/model in github.com/NVlabs/Fast-dLLM (Apache-2.0)
  dream/  configuration_dream.py, generation_utils.py, modeling_dream.py of dream/model there
  coda/   CoDALanguageModel of github.com/SalesforceAIResearch/CoDA
  a2d_qwen2.py, a2d_qwen3.py  modeling_qwen2.py, modeling_qwen3.py of dllm/pipelines/a2d/models in github.com/ZHZisZZ/dllm
Open-dCoder is transformers' Qwen2 with the causal mask taken away.

Each folder gets config.json and model.safetensors (bfloat16), and expected.jsonl:
  text, logits     a text with masks, and for some of its rows the logits, in float32; rows are where the network puts them
  cached           the dual cache (Fast-dLLM, arXiv 2505.22618): after `text` was computed with its masks in place, the
                   same text with some masks filled: only `rows` are computed, on the keys and values of all others
"""

import copy
import importlib
import json
import pathlib
import sys

import torch
from transformers import DynamicCache, GenerationConfig, Qwen2Config, Qwen2ForCausalLM

HERE = pathlib.Path(__file__).parent
REFERENCES = pathlib.Path(sys.argv[1]).resolve()
sys.path.insert(0, str(REFERENCES))

# The tokenizer's: 256 bytes, 30 pairs, then these; the network has a few ids more, as padded vocabularies do.
END, BEGINNING, MASK, EXPAND, DELETE = 286, 287, 288, 289, 290
TOKENIZER = 291
VOCABULARY = 296

M = MASK
TEXT = [72, 101, 108, 260, 111, 32, M, M, M, M, M, M, 33, 10, 270, 115, 97, 121, 46, 10]
LATER = [72, 101, 108, 260, 111, 32, 119, M, 114, M, M, 100, 33, 10, 270, 115, 97, 121, 46, 10]
HOLE = range(6, 12)
SHOWN = [0, 5, 6, 8, 11, 12, 19]

QWEN = {
    "vocab_size": VOCABULARY,
    "hidden_size": 64,
    "intermediate_size": 96,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "max_position_embeddings": 128,
    "rope_theta": 1000000.0,
    "rms_norm_eps": 1e-6,
    "bos_token_id": BEGINNING,
    "eos_token_id": END,
    "pad_token_id": END,
}
LLADA = {
    "d_model": 64,
    "n_heads": 4,
    "n_kv_heads": 4,
    "n_layers": 2,
    "mlp_ratio": 4,
    "mlp_hidden_size": 96,
    "activation_type": "silu",
    "block_type": "llama",
    "block_group_size": 1,
    "alibi": False,
    "rope": True,
    "rope_full_precision": True,
    "rope_theta": 500000.0,
    "flash_attention": False,
    "attention_dropout": 0.0,
    "attention_layer_norm": False,
    "residual_dropout": 0.0,
    "embedding_dropout": 0.0,
    "input_emb_norm": False,
    "layer_norm_type": "rms",
    "layer_norm_with_affine": True,
    "rms_norm_eps": 1e-5,
    "bias_for_layer_norm": False,
    "include_bias": False,
    "include_qkv_bias": False,
    "max_sequence_length": 128,
    "multi_query_attention": None,
    "scale_logits": False,
    "vocab_size": VOCABULARY,
    "embedding_size": VOCABULARY,
    "weight_tying": False,
    "init_device": "cpu",
    "init_fn": "mitchell",
    "init_std": 0.02,
    "precision": "amp_bf16",
    "mask_token_id": MASK,
    "eos_token_id": END,
    "pad_token_id": END,
}


def llada():
    configuration = importlib.import_module("llada.configuration_llada")
    modeling = importlib.import_module("llada.modeling_llada")
    model = modeling.LLaDAModelLM(configuration.LLaDAConfig(**LLADA), init_params=True)
    model.config.architectures = ["LLaDAModelLM"]
    model.config.auto_map = {"AutoModel": "modeling_llada.LLaDAModelLM"}
    return model, replacing


def dream(**tokens):
    configuration = importlib.import_module("dream.configuration_dream")
    modeling = importlib.import_module("dream.modeling_dream")
    model = modeling.DreamModel(configuration.DreamConfig(**QWEN, mask_token_id=MASK, **tokens))
    model.config.architectures = ["DreamModel"]
    model.config.auto_map = {"AutoModel": "modeling_dream.DreamModel"}
    return model, replacing_dream


def dreamon():
    return dream(expand_token_id=EXPAND, delete_token_id=DELETE)


def open_dcoder():
    return Qwen2ForCausalLM(Qwen2Config(**QWEN, tie_word_embeddings=True)), selecting


def a2d(name, kind, **more):
    module = importlib.import_module(f"a2d_{name}")
    config = getattr(module, f"A2D{kind}Config")(**QWEN, tie_word_embeddings=True, **more)
    return getattr(module, f"A2D{kind}LMHeadModel")(config), selecting


def coda():
    configuration = importlib.import_module("coda.model_config")
    modeling = importlib.import_module("coda.modeling_coda")
    config = configuration.CoDAConfig(
        **QWEN, head_dim=16, mask_token_id=MASK, attention_kernel="default", tie_word_embeddings=False
    )
    config._attn_implementation = "eager"  # transformers' name for what the model does itself
    model = modeling.CoDALanguageModel(config)
    model.config.architectures = ["CoDALanguageModel"]
    return model, None


NETWORKS = {
    "llada": llada,
    "dream": dream,
    "dreamon": dreamon,
    "open-dcoder": open_dcoder,
    "a2d-qwen2": lambda: a2d("qwen2", "Qwen2"),
    # Its heads together are wider than the residual stream, as those of Qwen3-0.6B.
    "a2d-qwen3": lambda: a2d("qwen3", "Qwen3", head_dim=32),
    "coda": coda,
}


def everything(length, past=0):
    """An attention mask that hides nothing, of the kind that transformers take as it is."""
    return torch.zeros(1, 1, length, past + length)


def logits_of(model, text):
    ids = torch.tensor([text])
    if isinstance(model, Qwen2ForCausalLM):
        return model(input_ids=ids, attention_mask=everything(len(text)), use_cache=False).logits[0]
    output = model(ids)
    return (output[0] if isinstance(output, tuple) else output.logits)[0]


def replacing(model, rows, **more):
    """Fast-dLLM's own: the keys and values of `rows` are put into the places of the old ones."""
    past = model(torch.tensor([TEXT]), use_cache=True).past_key_values
    places = torch.zeros(1, len(TEXT), dtype=torch.bool)
    places[0, rows] = True
    ids = torch.tensor([[LATER[row] for row in rows]])
    return model(ids, past_key_values=past, use_cache=True, replace_position=places, **more).logits[0]


def replacing_dream(model, rows):
    return replacing(model, rows, dual_cache=True)


def selecting(model, rows):
    """The same with transformers' cache: that of all other rows, at their places, before the new ones."""
    cache = DynamicCache()
    model(
        input_ids=torch.tensor([TEXT]),
        attention_mask=everything(len(TEXT)),
        past_key_values=cache,
        use_cache=True,
    )
    others = [row for row in range(len(TEXT)) if row not in rows]
    kept = DynamicCache()
    for layer, entry in enumerate(cache.layers):
        kept.update(entry.keys[:, :, others], entry.values[:, :, others], layer)
    return model(
        input_ids=torch.tensor([[LATER[row] for row in rows]]),
        attention_mask=everything(len(rows), len(others)),
        position_ids=torch.tensor([rows]),
        past_key_values=kept,
        use_cache=True,
    ).logits[0]


def randomize(model, seed):
    """Weights of a size at which every part counts, and that bfloat16 holds."""
    torch.manual_seed(seed)
    for name, parameter in model.named_parameters():
        if parameter.dim() > 1:
            torch.nn.init.normal_(parameter, std=0.2)
        elif "norm" in name or "ln_f" in name:
            torch.nn.init.normal_(parameter, mean=1.0, std=0.2)
        else:
            torch.nn.init.normal_(parameter, std=0.5)
        parameter.data = parameter.data.to(torch.bfloat16).to(torch.float32)


def digits(rows):
    return [[float(f"{value:.6g}") for value in row.tolist()] for row in rows]


@torch.no_grad()
def make(name):
    model, cached = NETWORKS[name]()
    randomize(model, list(NETWORKS).index(name))
    folder = HERE / name
    model.generation_config = GenerationConfig()  # CoDA's own cannot be saved
    # A copy: to(bfloat16) would round the rotary frequencies, too, which loading a checkpoint does not.
    copy.deepcopy(model).to(torch.bfloat16).save_pretrained(folder)
    (folder / "generation_config.json").unlink(missing_ok=True)
    model.eval()
    logits = logits_of(model, TEXT)
    expected = {"text": TEXT, "rows": SHOWN, "logits": digits(logits[SHOWN])}
    if cached:
        # With a shift the logits of a hole's first place are those of the row before it, which is computed, too.
        shift = 0 if name in ("llada", "a2d-qwen2", "a2d-qwen3") else 1
        rows = list(range(HOLE.start - shift, HOLE.stop))
        answer = cached(model, rows)
        shown = [i for i, row in enumerate(rows) if LATER[min(row + shift, len(TEXT) - 1)] == MASK]
        expected["cached"] = {
            "text": LATER,
            "computed": rows,
            "rows": [rows[i] for i in shown],
            "logits": digits(answer[shown]),
        }
        # Far from what a recomputation gives, or the comparison would say nothing.
        exact = logits_of(model, LATER)[[rows[i] for i in shown]]
        print(name, "cached differs from exact by", float((answer[shown] - exact).abs().max()))
    (folder / "expected.jsonl").write_text(json.dumps(expected) + "\n")
    print(name, "logits", float(logits.min()), float(logits.max()))


for name in sys.argv[2:] or NETWORKS:
    make(name)

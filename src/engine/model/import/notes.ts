import type { ForeignModel } from './foreign-model';
import type { SourceFolder } from './source-folder';
import type { JsonObject } from './strict-json';
import type { TokenizerFile } from './tokenizer-file';

/** Fields of config.json that are read, and those that do not change what the network computes. */
const KNOWN = new RegExp(
  '^(' +
    [
      // read
      'architectures|model_type|hidden_size|num_(hidden_layers|attention_heads|key_value_heads)|head_dim|intermediate_size',
      'vocab_size|hidden_act|rms_norm_eps|rope_(theta|scaling|parameters)|max_position_embeddings|tie_word_embeddings',
      '(use_)?sliding_window|max_window_layers|layer_types|attention_bias|(mask|eos|bos|pad|expand|delete)_token_id|use_mrope',
      'd_model|n_(layers|heads|kv_heads)|mlp_(hidden_size|ratio)|embedding_size|max_sequence_length|block_(type|group_size)',
      'activation_type|layer_norm_(type|with_affine)|attention_layer_norm(_with_affine)?|bias_for_layer_norm|include_(qkv_)?bias',
      'input_emb_norm|scale_logits|alibi(_bias_max)?|rope(_full_precision)?|weight_tying|multi_query_attention|is_causal',
      // of training and of the program that wrote it
      '(torch_)?dtype|transformers_version|auto_map|_name_or_path|_attn_implementation|attn_implementation|use_cache|is_decoder',
      '(attention|residual|embedding|hidden|classifier)_dropout|dropout|initializer_(range|factor)|init_(device|fn|std|cutoff_factor)',
      'flash_attention|attention_kernel|precision|pretraining_tp|task_specific_params|unk_token_id|sep_token_id',
      'return_dict|output_(attentions|hidden_states|logits)|use_return_dict|chunk_size_feed_forward|prefix_probability|truncate_probability',
      'block_masking_probability|mask_block_sizes|sampling_eps|max_sequence_length_train|use_flash_attn|problem_type|id2label|label2id',
    ].join('|') +
    ')$',
);

/** Notes for the user on a checkpoint that is imported all the same. */
export function notesOn(
  model: ForeignModel,
  { config, source, tokenizer }: { config: JsonObject; source: SourceFolder; tokenizer: TokenizerFile },
): string[] {
  const notes: string[] = [];
  const code = source.names.filter((name) => name.endsWith('.py'));
  if (code.length > 0 || config['auto_map'] !== undefined) {
    notes.push('The code that comes with the model is not run: what it does is built anew here.');
  }
  const unknown = Object.entries(config).filter(([name, value]) => value !== null && !KNOWN.test(name));
  if (unknown.length > 0) {
    notes.push(
      `Fields of config.json that are not understood and were left out of account: ${unknown.map(([name]) => name).join(', ')}.`,
    );
  }
  if (model.architecture === 'a2d-mdlm') {
    notes.push(
      'Tiny-A2D’s block-causal models (bd3lm) have the same config.json. They cannot fill a hole: look at the model’s name, which should say mdlm.',
    );
  }
  if (model.architecture === 'dream' && tokenizer.idOf('<|expand|>') !== undefined) {
    notes.push(
      'tokenizer.json has the token <|expand|>. If the model is DreamOn, import it with --architecture dreamon.',
    );
  }
  return notes;
}

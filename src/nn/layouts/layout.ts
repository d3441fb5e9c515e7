/** How other libraries name the weights of networks that we have, too. */

/** A name of theirs, and ours for it. */
type Rule = readonly [RegExp, string]

/** The names of one family of networks in one library. */
export interface Layout {
  /** Who names weights so. */
  name: string
  /** A file has this layout when each of these is among its names. */
  marks: readonly RegExp[]
  rules: readonly Rule[]
  /** What stands beside the encoder: classifiers and the like. */
  beside: RegExp
}

const CLASSIFIERS = /^(fc|head|heads|head_dist|classifier|pooler|pre_logits|lm_head|contrastive_head)\./
/** Layers of a transformer's block in our names, which are timm's. */
const LAYER = '(weight|bias)$'

/** Names as they are: torchvision's and timm's ResNets are ours. */
const RESNET: Layout = {
  name: 'torchvision or timm ResNet',
  marks: [/^conv1\.weight$/, /^bn1\.weight$/, /^layer4\.0\.conv1\.weight$/],
  rules: [
    [
      /^((?:layer[1-4]\.\d+\.)?(?:conv|bn)[1-3]\.(?:weight|bias|running_mean|running_var|num_batches_tracked))$/,
      '$1',
    ],
    [
      /^(layer[1-4]\.\d+\.downsample\.[01]\.(?:weight|bias|running_mean|running_var|num_batches_tracked))$/,
      '$1',
    ],
  ],
  beside: CLASSIFIERS,
}

const STATISTICS = '(weight|bias|running_mean|running_var|num_batches_tracked)$'
/** transformers counts stages, layers and convolutions from 0, torchvision from 1. */
const stagesOfTransformers: readonly Rule[] = [0, 1, 2, 3].flatMap((stage) => {
  const [theirs, ours] = [String.raw`^encoder\.stages\.${stage}\.layers\.(\d+)\.`, `layer${stage + 1}.$1.`]
  const convolutions = [0, 1, 2].flatMap((i): Rule[] => [
    [new RegExp(String.raw`${theirs}layer\.${i}\.convolution\.weight$`), `${ours}conv${i + 1}.weight`],
    [new RegExp(String.raw`${theirs}layer\.${i}\.normalization\.${STATISTICS}`), `${ours}bn${i + 1}.$2`],
  ])
  return [
    ...convolutions,
    [new RegExp(String.raw`${theirs}shortcut\.convolution\.weight$`), `${ours}downsample.0.weight`],
    [new RegExp(String.raw`${theirs}shortcut\.normalization\.${STATISTICS}`), `${ours}downsample.1.$2`],
  ] as Rule[]
})

const RESNET_OF_TRANSFORMERS: Layout = {
  name: 'transformers ResNet',
  marks: [/^embedder\.embedder\.convolution\.weight$/, /^encoder\.stages\.3\.layers\.0\./],
  rules: [
    [/^embedder\.embedder\.convolution\.weight$/, 'conv1.weight'],
    [new RegExp(String.raw`^embedder\.embedder\.normalization\.${STATISTICS}`), 'bn1.$1'],
    ...stagesOfTransformers,
  ],
  beside: CLASSIFIERS,
}

/** Layer scales stay in names of their own until they are folded in. */
const VIT: Layout = {
  name: 'timm or DINO vision transformer',
  marks: [/^pos_embed$/, /^patch_embed\.proj\.weight$/, /^blocks\.0\.attn\.qkv\.weight$/],
  rules: [
    [/^(cls_token|pos_embed|mask_token|reg_token)$/, '$1'],
    [/^register_tokens$/, 'reg_token'],
    [new RegExp(String.raw`^(patch_embed\.proj|norm)\.${LAYER}`), '$1.$2'],
    [
      new RegExp(
        String.raw`^(blocks\.\d+\.(?:norm1|norm2|attn\.qkv|attn\.proj|mlp\.fc1|mlp\.fc2))\.${LAYER}`,
      ),
      '$1.$2',
    ],
    [/^(blocks\.\d+\.ls[12]\.gamma)$/, '$1'],
  ],
  beside: CLASSIFIERS,
}

const theirBlock = String.raw`^encoder\.layer\.(\d+)\.`
const VIT_OF_TRANSFORMERS: Layout = {
  name: 'transformers vision transformer',
  marks: [
    /^embeddings\.cls_token$/,
    /^embeddings\.patch_embeddings\.projection\.weight$/,
    /^encoder\.layer\.0\.attention\.attention\.query\.weight$/,
  ],
  rules: [
    [/^embeddings\.(cls_token|mask_token)$/, '$1'],
    [/^embeddings\.register_tokens$/, 'reg_token'],
    [/^embeddings\.position_embeddings$/, 'pos_embed'],
    [new RegExp(String.raw`^embeddings\.patch_embeddings\.projection\.${LAYER}`), 'patch_embed.proj.$1'],
    [
      new RegExp(String.raw`${theirBlock}attention\.attention\.(query|key|value)\.${LAYER}`),
      'blocks.$1.attn.$2.$3',
    ],
    [new RegExp(String.raw`${theirBlock}attention\.output\.dense\.${LAYER}`), 'blocks.$1.attn.proj.$2'],
    [new RegExp(String.raw`${theirBlock}(?:intermediate\.dense|mlp\.fc1)\.${LAYER}`), 'blocks.$1.mlp.fc1.$2'],
    [new RegExp(String.raw`${theirBlock}(?:output\.dense|mlp\.fc2)\.${LAYER}`), 'blocks.$1.mlp.fc2.$2'],
    [new RegExp(String.raw`${theirBlock}(?:layernorm_before|norm1)\.${LAYER}`), 'blocks.$1.norm1.$2'],
    [new RegExp(String.raw`${theirBlock}(?:layernorm_after|norm2)\.${LAYER}`), 'blocks.$1.norm2.$2'],
    [new RegExp(String.raw`${theirBlock}layer_scale([12])\.lambda1$`), 'blocks.$1.ls$2.gamma'],
    [new RegExp(String.raw`^layernorm\.${LAYER}`), 'norm.$1'],
  ],
  beside: CLASSIFIERS,
}

const torchBlock = String.raw`^encoder\.layers\.encoder_layer_(\d+)\.`
const VIT_OF_TORCHVISION: Layout = {
  name: 'torchvision vision transformer',
  marks: [/^class_token$/, /^encoder\.pos_embedding$/, /^conv_proj\.weight$/],
  rules: [
    [/^class_token$/, 'cls_token'],
    [/^encoder\.pos_embedding$/, 'pos_embed'],
    [new RegExp(String.raw`^conv_proj\.${LAYER}`), 'patch_embed.proj.$1'],
    [new RegExp(String.raw`^encoder\.ln\.${LAYER}`), 'norm.$1'],
    [new RegExp(String.raw`${torchBlock}ln_([12])\.${LAYER}`), 'blocks.$1.norm$2.$3'],
    [new RegExp(String.raw`${torchBlock}self_attention\.in_proj_(weight|bias)$`), 'blocks.$1.attn.qkv.$2'],
    [new RegExp(String.raw`${torchBlock}self_attention\.out_proj\.${LAYER}`), 'blocks.$1.attn.proj.$2'],
    [new RegExp(String.raw`${torchBlock}mlp\.(?:0|linear_1)\.${LAYER}`), 'blocks.$1.mlp.fc1.$2'],
    [new RegExp(String.raw`${torchBlock}mlp\.(?:3|linear_2)\.${LAYER}`), 'blocks.$1.mlp.fc2.$2'],
  ],
  beside: CLASSIFIERS,
}

export const LAYOUTS: readonly Layout[] = [
  RESNET,
  RESNET_OF_TRANSFORMERS,
  VIT,
  VIT_OF_TRANSFORMERS,
  VIT_OF_TORCHVISION,
]

/** What wrappers put before all names of a network. */
const PREFIX = /^(module|backbone|encoder|vit|resnet|dinov2)\./

/**
 * Names without what wrappers put before all of them but classifiers, by the names as they stand in a file; a part of a network
 * that is called as a wrapper is stays.
 */
export function unwrapped(names: readonly string[]): Map<string, string> {
  let short = new Map(names.map((name) => [name, name]))
  for (;;) {
    const own = [...short.values()].filter((name) => !CLASSIFIERS.test(name))
    const prefix = PREFIX.exec(own[0] ?? '')?.[0]
    if (prefix === undefined || !own.every((name) => name.startsWith(prefix))) return short
    short = new Map(
      [...short].map(([name, now]) => [name, now.startsWith(prefix) ? now.slice(prefix.length) : now]),
    )
  }
}

/** Ours for a name of a layout; `beside` for what no encoder needs, undefined for what is not known. */
export function ourName({ rules, beside }: Layout, name: string): string | undefined {
  const rule = rules.find(([theirs]) => theirs.test(name))
  if (rule) return name.replace(...rule)
  return beside.test(name) ? BESIDE : undefined
}

export const BESIDE = ''

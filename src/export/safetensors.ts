/** The encoder's weights alone, under the names that torchvision and timm give them. */
import type { Encoder } from '../encode/encoder.js'
import { PLANS as VITS } from '../learn/encoder/vit.js'
import { judgedBranch } from '../learn/state.js'
import { stateDict } from '../nn/index.js'
import { noGrad, type Tensor } from '../torch/index.js'
import type { Trained } from '../trainer/trained.js'

export interface Weights {
  tensors: Map<string, Tensor>
  /** Whose names they have. */
  names: 'torchvision' | 'timm' | 'selfsame'
  /** Python that loads `model.safetensors` with every name fitting; absent where no library has such a network. */
  load?: string[]
}

export const WEIGHTS_FILE = 'model.safetensors'
/** The published depths that torchvision has. */
const IN_TORCHVISION = ['resnet18', 'resnet34', 'resnet50', 'resnet101', 'resnet152']
const LOAD = `model.load_state_dict(safetensors.torch.load_file('${WEIGHTS_FILE}'), strict=True)`

/** The encoder's tensors; those that are made anew lie in the caller's scope. */
export function weightsOf({ trained, settings }: Trained): Weights {
  const { encoder } = judgedBranch(trained)
  const tensors = stateDict(encoder)
  if ('tokens' in encoder) return ofTransformer(tensors, encoder, settings)
  if (!tensors.has('layer4.0.conv1.weight')) return { tensors, names: 'selfsame' }
  return ofResNet(tensors, settings)
}

function ofResNet(tensors: Map<string, Tensor>, { encoder, channels, size }: Trained['settings']): Weights {
  const { width = 1, norm = 'layer' } = encoder as { width?: number; norm?: string }
  // of the other norms no library has both the names and the standardised weights
  const names = norm === 'batch' ? 'torchvision' : 'selfsame'
  if (names === 'selfsame' || !IN_TORCHVISION.includes(encoder.name) || width !== 1) return { tensors, names }
  const small = size <= 64 ? '3, padding=1' : '7, stride=2, padding=3'
  const stem = `model.conv1 = torch.nn.Conv2d(${channels}, 64, ${small}, bias=False)`
  return {
    tensors,
    names,
    load: [
      'import safetensors.torch, torch, torchvision',
      `model = torchvision.models.${encoder.name}()`,
      'model.fc = torch.nn.Identity()',
      ...(size <= 64 || channels !== 3 ? [stem] : []),
      ...(size <= 64 ? ['model.maxpool = torch.nn.Identity()'] : []),
      LOAD,
    ],
  }
}

/** The token that stands in for hidden patches is no part of theirs. */
const OURS_ALONE = 'mask_token'

function ofTransformer(
  own: Map<string, Tensor>,
  { features }: Encoder,
  { encoder, channels, evalSize, size }: Trained['settings'],
): Weights {
  const tensors = new Map([...own].filter(([name]) => name !== OURS_ALONE))
  const registers = tensors.get('reg_token')?.shape[1] ?? 0
  if (registers > 0) placeClass(tensors)
  const { name, patch, pool } = encoder as { name: string; patch: number; pool: string }
  const plan = Object.hasOwn(VITS, name) ? VITS[name as keyof typeof VITS] : undefined
  if (!plan) return { tensors, names: 'timm' }
  const options = [
    `img_size=${size}, patch_size=${patch}, in_chans=${channels}, num_classes=0`,
    `embed_dim=${features}, depth=${plan.depth}, num_heads=${plan.heads}`,
    // the mean is taken behind the norm here
    pool === 'mean' ? "global_pool='avg', fc_norm=False" : "global_pool='token'",
    ...(registers > 0 ? [`reg_tokens=${registers}, no_embed_class=True`] : []),
    ...(evalSize === size ? [] : ['dynamic_img_size=True']),
  ]
  return {
    tensors,
    names: 'timm',
    load: [
      'import safetensors.torch, timm',
      `model = timm.models.VisionTransformer(${options.join(', ')})`,
      LOAD,
    ],
  }
}

/** Beside registers timm gives positions to patches alone: that of the class token becomes part of it. */
function placeClass(tensors: Map<string, Tensor>): void {
  const positions = tensors.get('pos_embed') as Tensor
  const token = tensors.get('cls_token') as Tensor
  noGrad(() => {
    tensors.set('cls_token', token.add(positions.narrow(1, 0, 1)))
    tensors.set('pos_embed', positions.narrow(1, 1, (positions.shape[1] as number) - 1).contiguous())
  })
}

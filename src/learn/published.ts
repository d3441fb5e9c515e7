/** Published encoders by name: where they are, whose they are, and what they must be. */
import type { InputSpec } from '../encode/input.js'

export interface PublishedEncoder {
  /** What it is, in one clause. */
  about: string
  license: string
  /** Page that says so. */
  page: string
  urls: readonly string[]
  /** Bytes. */
  size: number
  sha256: string
  /** What pixels were scaled and shifted by in training. */
  input: Pick<InputSpec, 'mean' | 'std'>
}

const IMAGENET = { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] } as const

const ofTimm = (
  model: string,
  entry: Pick<PublishedEncoder, 'about' | 'size' | 'sha256'>,
): PublishedEncoder => ({
  license: 'Apache-2.0',
  page: `https://huggingface.co/timm/${model}`,
  urls: [`https://huggingface.co/timm/${model}/resolve/main/model.safetensors`],
  input: IMAGENET,
  ...entry,
})

/**
 * Each digest and size stands in several public repositories that downloaded the file; none could be downloaded where this was
 * written, so the first download is the first proof.
 */
export const PUBLISHED: Readonly<Record<string, PublishedEncoder>> = {
  'resnet18-imagenet': ofTimm('resnet18.a1_in1k', {
    about: 'ResNet-18 trained on the labels of ImageNet (ResNet strikes back, arXiv 2110.00476)',
    size: 46_807_446,
    sha256: '80c49dee3da4822c009c5a7fe591e9223c5a2cfcf95a4067ca4dfb5a7b89c612',
  }),
  'resnet50-imagenet': ofTimm('resnet50.a1_in1k', {
    about: 'ResNet-50 trained on the labels of ImageNet (ResNet strikes back, arXiv 2110.00476)',
    size: 102_469_840,
    sha256: '773525d5821de224f8f30c33377b7a795d7863e08522698200d3217d3f2a41bb',
  }),
  'dinov2-vit-s': ofTimm('vit_small_patch14_dinov2.lvd142m', {
    about: 'ViT-S/14 trained without labels on 142 million pictures (DINOv2, arXiv 2304.07193)',
    size: 88_240_510,
    sha256: '04d27f3400d059fc0cfd7d17dd1909a75bf3ea8fb3eeb48b97cb99e57ee20081',
  }),
}

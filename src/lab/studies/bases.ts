/** What studies begin with. */
import type { Base } from '../study.js'

/** As most tables of the paper: ResNet-50 on ImageNet, 300 epochs. */
const IMAGENET_300 = { preset: 'imagenet', data: 'imagenet', change: { epochs: 300 } } as const

/** Grey pictures of 28 px: the cheapest on which learning shows. */
export const GREY: Base = { data: 'fashion-mnist', method: 'byol', change: {}, paper: IMAGENET_300 }

/** Colour pictures of 32 px, for what colour has to do with it. */
export const COLOUR: Base = { ...GREY, data: 'cifar10' }

export const BYOL_PAPER = 'BYOL, arXiv 2006.07733'
export const IMAGENET_LINEAR = 'ImageNet, ResNet-50, linear top-1, 300 epochs'

/** Published transfer results, to be printed beside measured ones. */

/** One row of a published table; fractions of 1 by the name of the set. */
export interface Published {
  /** Who was judged. */
  label: string
  scores: Readonly<Record<string, number>>
}

/**
 * Linear transfer of a ResNet-50 trained on ImageNet without labels (BYOL, arXiv 2006.07733, table 3): far more pictures,
 * of far more kinds, and a network of another size than a small run has.
 */
export const PUBLISHED_TRANSFER: readonly Published[] = [
  { label: 'BYOL, ImageNet, ResNet-50', scores: { cifar10: 0.913, cifar100: 0.784 } },
  { label: 'SimCLR, ImageNet, ResNet-50', scores: { cifar10: 0.905, cifar100: 0.744 } },
  { label: 'Supervised, ImageNet, ResNet-50', scores: { cifar10: 0.936, cifar100: 0.783 } },
]

/** A set by the name that it is published under, whether it was given by that name or as the folder it comes in. */
export function publishedName(set: string): string {
  const folder = set.replace(/\/+$/, '').split('/').at(-1) ?? set
  return FOLDERS[folder] ?? folder
}

const FOLDERS: Readonly<Record<string, string>> = {
  'cifar-10-batches-bin': 'cifar10',
  'cifar-100-binary': 'cifar100',
}

/** One contender's banks in the forms that protocols share, each made when first asked for. */

import { type Bank, checkPair } from '../encode/bank.js'
import { keep, noGrad, scope, type Tensor, tensor } from '../torch/index.js'
import { type Comparison, compare } from './compare.js'
import type { Progress } from './score.js'
import { principalBasis, standard, standardised } from './standardise.js'
import { finish, type Steps } from './steps.js'

/** Training and test pictures as one contender sees them. */
export interface Sides {
  train: Bank
  test: Bank
}

/**
 * Both banks standardised by the training set's statistics, which need no labels, and turned into its principal basis.
 * Linear classifiers are the same in it, penalties included, and stochastic gradient descent takes the same steps.
 */
export interface Principal {
  /** float32 `[N, R]`, mean 0, uncorrelated columns. */
  known: Tensor
  /** float32 `[Q, R]`. */
  asked: Tensor
  /** Mean square of each column of `known`, `[R]`. */
  energy: Tensor
  /** int64 `[N]`. */
  labels: Tensor
}

export interface Prepared extends Sides {
  readonly principal: Principal
  /** The similarities of test pictures to training pictures; what of them is the first caller's wish. */
  compared(progress?: Progress): Steps<Comparison>
  /** Frees all forms, but not the banks. */
  dispose(): void
}

export interface PrepareOptions {
  /** Which results the one comparison of all pictures has to bring. Default both. */
  nearest?: boolean
  ranks?: boolean
  seed?: number
}

/** @throws UsageError when the banks do not fit together */
export function prepare({ train, test }: Sides, options: PrepareOptions = {}): Prepared {
  checkPair(train, test)
  let principal: Principal | undefined
  let compared: Comparison | undefined
  return {
    train,
    test,
    get principal() {
      principal ??= keep(noGrad(() => scope(() => turned(train, test.features))))
      return principal
    },
    *compared(progress) {
      compared ??= keep(yield* compare({ train, test }, { ...options, ...(progress && { progress }) }))
      return compared
    },
    dispose() {
      for (const form of Object.values(principal ?? {})) form.dispose()
      for (const found of [compared?.asked, compared?.held]) {
        found?.similarities.dispose()
        found?.labels.dispose()
      }
      principal = undefined
      compared = undefined
    },
  }
}

/** Prepares banks for one protocol only, and frees what was made for it. */
export function prepared<T>(sides: Sides, options: PrepareOptions, body: (forms: Prepared) => Steps<T>): T {
  const forms = prepare(sides, options)
  try {
    return finish(body(forms))
  } finally {
    forms.dispose()
  }
}

function turned(train: Bank, asked: Tensor): Principal {
  const statistics = standard(train.features)
  const centred = standardised(train.features, statistics)
  const { basis, energy } = principalBasis(centred)
  const labels = tensor(train.labels).to('int64')
  return { known: centred.mm(basis), asked: standardised(asked, statistics).mm(basis), energy, labels }
}

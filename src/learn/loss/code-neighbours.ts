import { UsageError } from '../../errors.js'
import { buffer, EVAL } from '../../nn/index.js'
import { noGrad, ops, scope, type Tensor } from '../../torch/index.js'
import type { Joined } from '../encoder/joined.js'
import type { Input, Output } from '../extract/extract.js'
import { normalize } from '../similarity/cosine.js'
import { NEVER } from './candidates.js'
import { DISCRIMINANT_LIMITS, Discriminant, type DiscriminantOptions } from './discriminant.js'
import { type Loss, type LossContext, type LossModule, mean, type Solving, type Views } from './loss.js'

type Options = DiscriminantOptions & {
  temperature: number
  teacherTemperature: number
  /** Most pictures that the closed form is made from. */
  pictures: number
  /** Pictures whose codes' vectors are remembered, and how many of these a view is compared with. */
  memory: number
  bank: number
}

/** Passes over pictures before the first gradient: scatter of codes, components of vectors, vectors to remember. */
const PASSES = 3
/** Of a run's steps, at most. */
const MOST_SOLVED = 1 / 2

/**
 * The closed form first (`discriminant`), then a network that says of a view which pictures its picture is near by the closed form: the
 * cross-entropy of its similarities to remembered vectors with the teacher's. SEED's loss (Fang et al. 2021, arXiv 2101.04731, eq. 6)
 * with codes as the teacher, which sees the whole picture, and its own vectors as the bank in place of a queue.
 */
export function codeNeighbours(options: Options): Loss<Output, Options> {
  return {
    name: 'neighbours by the closed form',
    options,
    limits: {
      ...DISCRIMINANT_LIMITS,
      ...{ temperature: 'positive', teacherTemperature: 'positive' },
      ...{ pictures: 'whole', memory: 'whole', bank: 'whole' },
    },
    pairs: 'all',
    alone: true,
    solved: ({ pictures, memory }, { batch, steps }) => {
      const pass = Math.ceil(Math.min(pictures, memory) / batch)
      return PASSES * Math.max(1, Math.min(pass, Math.floor((MOST_SOLVED * steps) / PASSES)))
    },
    build: (own, { encoder, dimension }) => new CodeNeighbours(own, encoder as Joined, dimension),
  }
}

class CodeNeighbours implements LossModule {
  readonly #options: Options
  readonly closedForm: Discriminant
  /** Unit vectors `[memory, D]` of pictures, and int64 `[memory]` which picture each is of; -1 for none yet. */
  readonly vectors: Tensor
  readonly owners: Tensor

  constructor(options: Options, { codes }: Joined, dimension: number) {
    if (dimension > codes.features)
      throw new UsageError(
        `the projector has ${dimension} outputs, and the codes that it learns from have ${codes.features}: give projector.outputs at most that`,
      )
    this.#options = options
    this.closedForm = new Discriminant(options, codes)
    this.vectors = buffer(() => ops.zeros([options.memory, dimension]))
    this.owners = buffer(() => ops.full([options.memory], -1, { dtype: 'int64' }))
  }

  solve(encoder: Joined, inputs: readonly Input[], { step, steps, ids }: Solving) {
    const first = (steps / PASSES) * (PASSES - 1)
    if (step < first)
      return this.closedForm.solve(encoder.codes, inputs.slice(0, 1), { step, steps: first, ids })
    return scope(() =>
      noGrad(() => {
        this.prepare(encoder, inputs, ids)
        const vectors = this.vectors.index_select(0, this.#places(ids))
        return { loss: this.closedForm.forward(), vectors }
      }),
    )
  }

  /** Remembers the vectors of pictures that are new to it; the first view is the whole picture. */
  prepare({ codes }: Joined, [whole]: readonly Input[], ids: Tensor): void {
    scope(() =>
      noGrad(() => {
        const places = this.#places(ids)
        const [rows] = this.owners.index_select(0, places).ne(ids).nonzero().unbind(1) as [Tensor]
        if (rows.numel === 0) return
        const fresh = codes.forward((whole as Input).x.index_select(0, rows), EVAL)
        const slots = places.index_select(0, rows)
        this.vectors.index_copy_(0, slots, normalize(fresh.narrow(1, 0, this.vectors.shape[1] as number)))
        this.owners.index_copy_(0, slots, ids.index_select(0, rows))
      }),
    )
  }

  compute({ online }: Views, { ids, similarity }: LossContext): Tensor {
    const { temperature, teacherTemperature, memory, bank } = this.#options
    const places = this.#places(ids)
    const own = this.vectors.index_select(0, places)
    const some = Math.min(bank, memory)
    const rows = this.vectors.narrow(0, 0, some)
    const never = this.owners.narrow(0, 0, some).lt(0)
    // where not all are compared with, a picture's own is among them nevertheless
    const others = some < memory ? ops.cat([rows, own]) : rows
    const left = some < memory ? ops.cat([never, ops.zeros_like(ids, { dtype: 'bool' })]) : never
    const near = own.matmul(others.t()).div(teacherTemperature).masked_fill(left, NEVER).softmax(1)
    // two of a batch may have one place, and the vector in it is of the other
    const right = this.owners.index_select(0, places).eq(ids).to('float32')
    const terms = [...online.values()].map(({ prediction }) => {
      const said = similarity.matrix(prediction, others).div(temperature).masked_fill(left, NEVER)
      const each = near.mul(said.log_softmax(1)).sum([1])
      return each.mul(right).sum().div(right.sum()).neg()
    })
    return mean(terms)
  }

  #places(ids: Tensor): Tensor {
    return ids.remainder(this.#options.memory)
  }
}

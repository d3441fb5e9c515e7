/** Every loss, with its gradients and what it remembers, against the papers' formulas computed by PyTorch in float64. */
import { expect, test } from 'vitest'
import { crossEntropy } from '../../src/learn/loss/distillation.js'
import { eppsPulley } from '../../src/learn/loss/gaussian.js'
import { sinkhorn } from '../../src/learn/loss/sinkhorn.js'
import { whiten } from '../../src/learn/loss/whitening.js'
import { cosine, normalize } from '../../src/learn/similarity/cosine.js'
import { patchify } from '../../src/nn/index.js'
import { grad, manualSeed, noGrad, ops, type Tensor, tensor } from '../../src/torch/index.js'
import {
  expectAllNear,
  expectCase,
  expectNear,
  expectQueued,
  type Inputs,
  type LossCase,
  losses,
  lossOf,
  said,
} from './losses.js'

const of = (x: Inputs, ...names: string[]) => names.map((name) => x[name] as Tensor)
/** By number of the view. */
const numbered = <T>(all: readonly T[]) => Object.fromEntries(all.entries())
/** `[N, C, h, w]` to `[N, h * w, C]`. */
const places = (map: Tensor) => map.flatten(2).transpose(1, 2)
const integers = (values: readonly number[]) => tensor([...values], undefined, 'int64')
/** Of what a loss draws, so that the test can know it. */
const SEED = 5

type Run = (x: Inputs, options: LossCase['options'], extra: LossCase['extra']) => Tensor

const ntXent: Run = (x, { temperature, labels }) => {
  const views = numbered(Object.values(x).map((z) => said(z)))
  return lossOf(labels ? 'supcon' : 'simclr', { temperature }).compute(views, views, { labels })
}

/** Two views whose predictions and answers are inputs of their own. */
const twoSided = (x: Inputs, online: string, target: string) => {
  const [p1, p2, t1, t2] = of(x, `${online}1`, `${online}2`, `${target}1`, `${target}2`) as [
    Tensor,
    Tensor,
    Tensor,
    Tensor,
  ]
  const asking = { 0: said(t1, { prediction: p1 }), 1: said(t2, { prediction: p2 }) }
  // a network that answers itself predicts in its answers too, which must not count
  const answering = {
    0: said(t1, { prediction: p1.detach() }),
    1: said(t2, { prediction: p2.detach() }),
  }
  return [asking, answering] as const
}

const mae: Run = (x, { patch, norm_pix, mask }) => {
  const [images, pred] = of(x, 'images', 'pred') as [Tensor, Tensor]
  // the published code counts a patch's channels fastest, ours slowest
  const painted = pred
    .reshape([4, 16, patch * patch, 3])
    .transpose(2, 3)
    .flatten(2)
  const output = said(pred, {
    painted,
    patches: patchify(images, patch),
    mask: tensor(mask, undefined, 'bool'),
  })
  return lossOf('mae', { normalize: norm_pix }).compute({ 0: output }, {})
}

/** The masked rows of `[N, L, D]` and the picture of each. */
const masked = (all: Tensor, mask: number[][]) => {
  const rows = mask.flatMap((one, i) => one.flatMap((bit, j) => (bit ? [[i, j] as const] : [])))
  return {
    patchLogits: all.flatten(0, 1).index_select(0, integers(rows.map(([i, j]) => i * 9 + j))),
    pictures: integers(rows.map(([i]) => i)),
  }
}

const teacher = (temperature: number) => ({
  teacherTemperature: temperature,
  teacherTemperatureAtFirst: temperature,
  teacherWarmup: 0,
})

const swav: Run = (x, { temperature, eps, iterations }, extra) => {
  const [prototypes, queue1] = of(x, 'prototypes', 'queue1') as [Tensor, Tensor | undefined]
  const queues = queue1 ? of(x, 'queue1', 'queue2') : []
  const options = { temperature, eps, iterations, prototypes: 10, queue: queue1 ? 24 : 0 }
  const loss = lossOf('swav', options)
  loss.fill('prototypes', prototypes)
  for (const [i, queue] of queues.entries()) loss.fill(`queues.${i}.rows`, normalize(queue))
  const crops = of(x, 'z1', 'z2', 'z3', 'z4')
  const global = crops.slice(0, 2).map((z) => said(z.detach()))
  // the published code's gradient is that of unit rows; ours is of any row's direction, so the part along the row is none
  const trained = loss.state.get('prototypes') as Tensor
  const raw = { ...cosine, matrix: (a: Tensor, b: Tensor) => normalize(a).matmul(b.t()) }
  const published = loss.compute(numbered(crops.map((z) => said(z))), numbered(global), { similarity: raw })
  const [unit] = grad(published, [trained]) as [Tensor]
  const result = loss.compute(numbered(crops.map((z) => said(z))), numbered(global))
  const [own] = grad(result, [trained], { retainGraph: true }) as [Tensor]
  expectNear(unit.norm().item(), extra.unit_prototypes_grad_norm)
  const rows = normalize(prototypes)
  expectAllNear(own, unit.sub(rows.mul(unit.mul(rows).sum([1], true))))

  for (const [i, { vector }] of global.entries()) {
    const all = queues[i] ? ops.cat([queues[i], vector]) : vector
    const codes = sinkhorn(cosine.matrix(all, rows), eps, iterations)
    expectAllNear(codes.select(0, (all.shape[0] as number) - 8), extra[`codes${i + 1}_first`])
  }
  loss.update(numbered(global))
  for (const [i, queue] of queues.entries())
    expectQueued(loss.state.get(`queues.${i}.rows`), global[i]?.vector as Tensor, queue)
  return result
}

/** By name of a case, or of a family of cases. */
const RUNS: Record<string, Run> = {
  byol_negatives: (x, { alpha, beta }) =>
    lossOf('byol-negatives', { beta, temperature: alpha }).compute(...twoSided(x, 'p', 't')),

  nt_xent: ntXent,
  supcon: ntXent,
  nt_xent_keys: (x, { temperature }) =>
    lossOf('simclr-ema', { temperature }).compute(...twoSided(x, 'q', 'k')),
  moco_v3: (x, { temperature }) =>
    lossOf('moco-v3', { temperature, weight: 4 * temperature }).compute(...twoSided(x, 'q', 'k')),

  'moco/t0.2': (x, { temperature }) => {
    const [q, k, queue] = of(x, 'q', 'k', 'queue') as [Tensor, Tensor, Tensor]
    const loss = lossOf('moco-v2', { temperature, queue: 32 })
    loss.fill('queue.rows', normalize(queue))
    const result = loss.compute({ 0: said(q) }, { 1: said(k) })
    loss.update({ 1: said(k) })
    expectQueued(loss.state.get('queue.rows'), k, queue)
    expect(loss.state.get('queue.next')?.item()).toBe(8)
    return result
  },

  'moco/symmetric': (x, { temperature }, extra) => {
    const loss = lossOf('moco-v2', { temperature, queue: 32 })
    loss.fill('queue.rows', normalize(x.queue as Tensor))
    const [online, target] = twoSided(x, 'q', 'k')
    const average = loss.compute(online, target)
    expectNear(average.item(), extra.mean)
    // view by view, as a step computes it, the shares add up
    const shares = [0, 1].map((i) => loss.compute({ [i]: online[i as 0] }, target, { pairs: 2 }).item())
    expectNear((shares[0] as number) + (shares[1] as number), extra.mean)
    return average.mul(2)
  },

  nnclr: (x, { temperature }, extra) => {
    const support = x.support as Tensor
    const loss = lossOf('nnclr', { temperature, queue: 32 })
    loss.fill('queue.rows', normalize(support))
    const [online, target] = twoSided(x, 'p', 'z')
    for (const i of [0, 1] as const)
      expect(cosine.matrix(target[i].vector, support).argmax(1).toArray()).toEqual(
        extra[`neighbours${i + 1}`],
      )
    const result = loss.compute(online, target)
    loss.update(target)
    expectQueued(loss.state.get('queue.rows'), target[0].vector, support)
    return result
  },

  // ours is 1 more, so that 0 is its least
  simsiam: (x) =>
    lossOf('simsiam')
      .compute(...twoSided(x, 'p', 'z'))
      .sub(1),

  barlow_twins: (x, { lambda_ }) => {
    const views = numbered(Object.values(x).map((z) => said(z)))
    return lossOf('barlow-twins', { lambda: lambda_, weight: 1 }).compute(views, views)
  },

  vicreg: (x, { invariance, variance, covariance }) => {
    const views = numbered(Object.values(x).map((z) => said(z)))
    return lossOf('vicreg', { invariance, variance, covariance }).compute(views, views)
  },

  w_mse: (x, { w_size, permutation }, extra) => {
    const count = permutation.length
    const group = Math.floor(permutation.indexOf(0) / w_size) * w_size
    const first = (x.h1 as Tensor).index_select(0, integers(permutation.slice(group, group + w_size)))
    expectAllNear(whiten(first, 0).select(0, permutation.indexOf(0) - group), extra.whitened_first)
    // rows are laid where the order that the loss will draw takes them up as the case has them
    manualSeed(SEED)
    const order = ops.randperm(count).toArray()
    const rows = integers(order.map((_, row) => permutation[order.indexOf(row)]))
    const views = numbered(of(x, 'h1', 'h2').map((h) => said(h.index_select(0, rows))))
    manualSeed(SEED)
    return lossOf('w-mse', { slice: w_size, iterations: 1, eps: 0 }, { dimension: 8 }).compute(views, views)
  },

  swav,

  dino: (x, { teacher_temperature, student_temperature, centre_momentum }, extra) => {
    const loss = lossOf(
      'dino',
      { ...teacher(teacher_temperature), temperature: student_temperature, centreMomentum: centre_momentum },
      { prototypes: 12 },
    )
    loss.fill('centre.mean', (x.centre as Tensor).unsqueeze(0))
    const online = numbered(of(x, 's1', 's2', 's3', 's4').map((logits) => said(logits, { logits })))
    const target = numbered(of(x, 't1', 't2').map((logits) => said(logits, { logits })))
    const result = loss.compute(online, target)
    loss.update(target)
    expectAllNear(loss.state.get('centre.mean') as Tensor, extra.centre)
    return result
  },

  // its class head has 12 prototypes and its patch head 10, at other temperatures; ours share both, so two of ours are added
  ibot: (x, o, extra) => {
    const shared = { temperature: o.student_temperature, centreMomentum: o.centre_momentum }
    const classes = lossOf(
      'ibot',
      { ...shared, ...teacher(o.teacher_temperature), classWeight: o.lambda1, patchWeight: 0 },
      { prototypes: 12 },
    )
    const patches = lossOf(
      'ibot',
      { ...shared, ...teacher(o.teacher_patch_temperature), classWeight: 0, patchWeight: o.lambda2 },
      { prototypes: 10 },
    )
    classes.fill('centre.mean', (x.centre as Tensor).unsqueeze(0))
    patches.fill('patchCentre.mean', (x.patch_centre as Tensor).unsqueeze(0))

    const online = numbered(of(x, 's1', 's2', 's3', 's4').map((logits) => said(logits, { logits })))
    const target = numbered(of(x, 't1', 't2').map((logits) => said(logits, { logits })))
    const classTerm = classes.compute(online, target)
    expectNear(classTerm.item(), extra.class)
    classes.update(target)
    expectAllNear(classes.state.get('centre.mean') as Tensor, extra.centre)

    const logits = ops.zeros([8, 10])
    const ofPatches = (one: string, other: string) =>
      numbered(
        of(x, one, other).map((all, i) => said(logits, { logits, ...masked(all, i ? o.mask2 : o.mask1) })),
      )
    const seen = ofPatches('tp1', 'tp2')
    const patchTerm = patches.compute(ofPatches('sp1', 'sp2'), seen)
    expectNear(patchTerm.item(), extra.patch)
    patches.update(seen)
    // iBOT's centre is of all patches; like DINOv2 ours computes, and so knows, only the masked ones
    const known = ops.cat(
      [masked(x.tp1 as Tensor, o.mask1), masked(x.tp2 as Tensor, o.mask2)].map((m) => m.patchLogits),
    )
    const m = o.patch_centre_momentum
    const moved = (x.patch_centre as Tensor).mul(m).add(known.mean([0]).mul(1 - m))
    expectAllNear(patches.state.get('patchCentre.mean') as Tensor, moved)
    expect(extra.patch_centre.length).toBe(10)
    return classTerm.add(patchTerm)
  },

  dinov2_patch: (x, o, extra) => {
    const logits = ops.zeros([8, 10])
    const [student, answers] = of(x, 'student', 'teacher').map((all) => masked(all, o.mask))
    const online = { 0: said(logits, { logits, ...student }) }
    // the second view has nothing masked, as a view may
    const target = { 0: said(logits, { logits, ...answers }), 1: said(logits, { logits }) }
    const by = (patchCentring: string) => {
      const options = { ...teacher(o.teacher_temperature), temperature: o.student_temperature, patchCentring }
      const loss = lossOf('ibot', { ...options, classWeight: 0, patchWeight: 1 }, { prototypes: 10 })
      loss.fill('patchCentre.mean', (x.centre as Tensor).unsqueeze(0))
      return loss.compute(online, target)
    }
    expectNear(by('centre').item(), extra.centred)
    return by('sinkhorn')
  },

  // no method of ours has it as a whole, but its parts are ours
  dinov2_class: (x, { teacher_temperature, student_temperature, iterations }) => {
    const answers = sinkhorn(ops.cat(of(x, 't1', 't2')), teacher_temperature, iterations).chunk(2)
    const terms = answers.flatMap((answer, i) =>
      of(x, 's1', 's2', 's3', 's4').flatMap((logits, j) =>
        i === j ? [] : [crossEntropy(answer, logits, student_temperature).mean()],
      ),
    )
    return ops.stack(terms).mean()
  },

  densecl: (x, { temperature, lambda_ }, extra) => {
    const loss = lossOf('densecl', { temperature, queue: 32, lambda: lambda_ })
    loss.fill('queue.rows', normalize(x.queue as Tensor))
    loss.fill('placeQueue.rows', normalize(x.dense_queue as Tensor))
    const [query, key] = ['q', 'k'].map((name) => {
      const [vector, map, backbone] = of(x, name, `${name}_map`, `${name}_backbone`) as [
        Tensor,
        Tensor,
        Tensor,
      ]
      return said(vector, { places: places(map), map: places(backbone) })
    }) as [ReturnType<typeof said>, ReturnType<typeof said>]
    const result = loss.compute({ 0: query }, { 1: key })
    loss.update({ 1: key })
    expectQueued(loss.state.get('queue.rows'), key.vector, x.queue as Tensor)
    expectAllNear((loss.state.get('queue.rows') as Tensor).select(0, 0), extra.enqueued_first)
    const queued = loss.state.get('placeQueue.rows') as Tensor
    expectAllNear(queued.select(0, 0), extra.dense_enqueued_first)
    expectAllNear(queued.select(0, 7), extra.dense_enqueued_last)
    expectAllNear(queued.narrow(0, 8, 24), normalize(x.dense_queue as Tensor).narrow(0, 8, 24))
    return result
  },

  mae,

  amdim: (x, { clip, penalty, place_a, place_b }) => {
    // each of both directions draws one place at each of its three comparisons
    manualSeed(SEED)
    const drawn = [0, 1].map(
      () => [1, 1, 25].map((l) => ops.randint(l, [8, 1, 1]).toArray()).at(-1) as number[],
    )
    const views = ['a', 'b'].map((view, v) => {
      const [r1, r5, r7] = of(x, `r1${view}`, `r5${view}`, `r7${view}`).map(places) as [
        Tensor,
        Tensor,
        Tensor,
      ]
      // the order of places is all the same to the other direction, so the map is turned until the place drawn is the case's
      const wanted: number[] = v ? place_b : place_a
      const turned = wanted.flatMap((place, i) =>
        Array.from({ length: 25 }, (_, at) => (at - (drawn[v]?.[i] as number) + place + 25) % 25),
      )
      const at = integers(turned).reshape([8, 25, 1]).expand([8, 25, 16])
      return said(r1.squeeze(1), { depths: [r1, r5.gather(1, at), r7] })
    })
    manualSeed(SEED)
    const loss = lossOf('amdim', { comparisons: '01,02,11', penalty, clip })
    return loss.compute(numbered(views), numbered(views))
  },

  cpc: (x, { offsets, scale }) => {
    const [context, targets, weights] = of(x, 'context', 'targets', 'weights') as [Tensor, Tensor, Tensor]
    const predictions = new Map(
      offsets.map((offset: number, i: number) => {
        const mapped = context.permute([0, 2, 3, 1]).matmul(weights.select(0, i).t())
        return [offset, mapped.permute([0, 3, 1, 2])]
      }),
    )
    const vector = targets.mean([2, 3])
    return lossOf('cpc-v2', { scale }).compute({ 0: said(vector, { predictions, targets }) }, {})
  },

  lejepa: (x, { lambda_ }, extra) => {
    const views = (x.views as Tensor).unbind(0)
    const { compute, similarity } = lossOf('lejepa', { lambda: lambda_, directions: 6 }, { targets: 4 })
    const centre = ops.stack(views).mean([0])
    const distance = ops.stack(views.map((view) => similarity.rows(view, centre).neg().mean())).mean()
    expectNear(distance.item(), extra.invariance)
    const along = (axes: Tensor) => {
      const spread = ops.stack(views.map((view) => eppsPulley(view, axes))).mean()
      return { spread, total: spread.mul(lambda_).add(distance.mul(1 - lambda_)) }
    }
    // the loss draws its directions; those drawn and those of the case go through the same
    manualSeed(SEED)
    const drawn = along(noGrad(() => normalize(ops.randn([6, 16])).t())).total.item()
    manualSeed(SEED)
    const outputs = numbered(views.map((view) => said(view)))
    expectNear(compute(outputs, outputs).item(), drawn)
    const { spread, total } = along(normalize((x.directions as Tensor).t()).t())
    expectNear(spread.item(), extra.sigreg)
    return total
  },
}

/** Losses that no method of ours has. */
const WITHOUT = ['koleo']

test.each(Object.keys(losses).filter((name) => !WITHOUT.includes(name)))('%s', (name) => {
  const one = losses[name] as LossCase
  const run = RUNS[name] ?? RUNS[name.split('/')[0] as string]
  expect(run, 'a way to compute it').toBeDefined()
  expectCase(one, (x) => (run as Run)(x, one.options, one.extra))
})

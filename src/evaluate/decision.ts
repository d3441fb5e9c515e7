/** Deciding without labels whether training was worth it: which pictures are asked about, and what each contender answers. */
import { centerCrops } from '../encode/crops.js'
import { embed } from '../encode/embed.js'
import { standardize } from '../encode/input.js'
import { UsageError } from '../errors.js'
import { evenly, fingerprint, type Source } from '../images/index.js'
import {
  besideUntrained,
  type Clicked,
  type Contender,
  type Decision,
  decide,
  evening,
  FOREIGN,
  foretoldClusters,
  foundBothWays,
  type LabelFreeLine,
  LOOKS,
  largestHub,
  type NaturalPairs,
  type PerRival,
  standard,
  vetoesOn,
  whitenedBy,
} from '../judge/index.js'
import { preprocessOf, type Settings } from '../learn/settings.js'
import { keep, scope, type Tensor, tensor } from '../torch/index.js'
import { differing } from './differing.js'
import { cacheKey } from './feature-cache.js'
import { each } from './json.js'
import { type Judging, readingOf, type Tell } from './judging.js'
import { naturalPairsIn } from './natural-pairs.js'
import { addFirst, type Embedders, passesOf, vectors } from './sides.js'

/** Pictures that are asked about at most: enough for a lead of a point or two, and less than a minute. */
const MOST = 1000
/** Fewer pictures, or pairs that belong together, decide nothing. */
export const LEAST_DECIDED = 100

export interface Deciding {
  settings: Settings
  /** Pictures to be asked about: those for testing, or all. */
  source: Source
  /** Where pictures that belong together by their names or times are looked for; absent where names may tell the class. */
  named?: Source
  embedders: Embedders
  /** What was measured without labels. */
  measures: readonly LabelFreeLine[]
  /** The method's, where it has one. */
  record?: string | undefined
  /** What eyes have chosen. */
  clicked?: Clicked | undefined
}

type Features = Map<Contender, Tensor>

type Look = (x: Tensor, indices: Int32Array) => Tensor

/** Who looks for whom: rows `first` of one features for rows `second` of the other, and the other way round, by question. */
interface Questions extends NaturalPairs {
  evidence: Decision['evidence']
  /** As the pictures are. */
  plain: Features
  views: Record<string, readonly [Features, Features]>
}

/** Changes when it is decided otherwise. */
const REVISION = 2

/** What is decided, kept on disk; undefined, with a note or a failure, where nothing is. */
export async function decisionOf(
  about: Deciding,
  judging: Judging,
  progress: Tell,
): Promise<Decision | undefined> {
  const { cache, attempts, seed } = judging
  const { source, named, settings, embedders } = about
  const found = await attempts.of('Deciding without labels', async () => {
    const digests = Object.values(embedders).map(({ digest }) => digest)
    const pictures = await fingerprint(named ?? source)
    const how = preprocessOf(settings)
    const key = cacheKey({ revision: REVISION, digests, pictures, how, named: named !== undefined, seed })
    return cache.result(key, async () => (await decideRun(about, judging, progress)) ?? null)
  })
  if (!found) return undefined
  const { record, clicked } = about
  return { ...found, ...(record !== undefined && { record }), ...(clicked && { clicked }) }
}

/**
 * By pairs of pictures that belong together by their folders, by when they were taken, or by the counters in their names, where there are at least 100
 * that are no copies; otherwise by whether a picture's left half finds
 * its right one among those of all pictures, and one view as if from elsewhere another.
 * @throws UsageError where there are too few pictures
 */
export async function decideRun(
  about: Deciding,
  judging: Judging,
  progress: Tell,
): Promise<Decision | undefined> {
  const made: Features[] = []
  try {
    const questions = await ask(about, judging, progress, made)
    return scope(() => answered(questions, about.measures, judging.seed))
  } finally {
    for (const features of made) for (const one of features.values()) one.dispose()
  }
}

/** @param made is added all that is to be freed */
async function ask(about: Deciding, judging: Judging, progress: Tell, made: Features[]): Promise<Questions> {
  const { named } = about
  let looks = 0
  const look = async (source: Source, order: readonly number[], of: number, by?: Look) => {
    const tell: Tell = (done, total) => progress(looks + done / total, of)
    const found = await embedAll(source, order, about, judging, tell, by)
    made.push(found.features)
    looks++
    return found
  }
  for await (const { evidence, ...all } of named ? naturalPairsIn(named, judging.signal) : []) {
    if (all.first.length < LEAST_DECIDED) continue
    const pairs = atMost(all, MOST / 2)
    const order = [...pairs.first, ...pairs.second]
    const { features, used } = await look(named as Source, order, 1)
    const kept = pairsKept(features, used, order, (named as Source).channels)
    if (kept.length >= LEAST_DECIDED) {
      const plain = rowsOf(features, [...kept, ...kept.map((row) => row + pairs.first.length)])
      made.push(plain)
      const first = [...kept.keys()]
      const second = first.map((row) => row + kept.length)
      return { evidence, plain, views: { [evidence]: [plain, plain] }, first, second }
    }
    looks = 0
  }
  const { source } = about
  const whole = await look(source, evenly(source.size, Math.min(source.size, MOST)), LOOKS)
  const rows = differing(whole.features.get('pixels') as Tensor, source.channels)
  if (rows.length < LEAST_DECIDED) {
    throw new UsageError(
      `expected at least ${LEAST_DECIDED} pictures that differ, got ${rows.length}: judge it on more`,
    )
  }
  const plain = rowsOf(whole.features, rows)
  made.push(plain)
  const order = rows.map((row) => whole.used[row] as number)
  const views: Questions['views'] = {}
  for (const [name, made] of Object.entries(FOREIGN)) {
    const seen = async (view: 0 | 1) =>
      (await look(source, order, LOOKS, (x, indices) => made(x, indices, view, judging.seed))).features
    views[name] = [await seen(0), await seen(1)]
  }
  const all = [...rows.keys()]
  return { evidence: 'views', plain, views, first: all, second: all }
}

function atMost({ first, second }: NaturalPairs, count: number): NaturalPairs {
  const some = evenly(first.length, Math.min(first.length, count))
  const taken = (of: readonly number[]) => some.map((at) => of[at] as number)
  return { first: taken(first), second: taken(second) }
}

/**
 * Pairs, by their numbers, of which both pictures could be read and neither is a copy of another one: a copy is found at once by whoever looks.
 * @param order firsts of all pairs, and then their seconds
 */
function pairsKept(
  features: Features,
  used: Int32Array,
  order: readonly number[],
  channels: number,
): number[] {
  const pairs = order.length / 2
  // another one stands in the place of a picture that could not be read
  const read = [...order.keys()].filter((row) => used[row] === order[row])
  const pixels = features.get('pixels') as Tensor
  const kept = new Set(
    scope(() => differing(pixels.index_select(0, tensor(read, undefined, 'int64')), channels)).map(
      (at) => read[at],
    ),
  )
  return Array.from({ length: pairs }, (_, pair) => pair).filter(
    (pair) => kept.has(pair) && kept.has(pair + pairs),
  )
}

function rowsOf(features: Features, rows: readonly number[]): Features {
  const wanted = (all: Tensor) => keep(scope(() => all.index_select(0, tensor(rows, undefined, 'int64'))))
  return new Map([...features].map(([name, all]) => [name, wanted(all)]))
}

/** Features by all contenders of pictures as they are, or as `look` makes them. */
async function embedAll(
  source: Source,
  order: readonly number[],
  { settings, embedders }: Deciding,
  judging: Judging,
  progress: Tell,
  look?: Look,
): Promise<{ features: Features; used: Int32Array }> {
  let used: Int32Array = new Int32Array()
  const features: Features = new Map()
  const passes = await passesOf(embedders, preprocessOf(settings))
  try {
    for (const [pass, { how, encoders }] of passes.entries()) {
      const { size, share, input } = how
      const embedded = await embed(source, [...encoders.values()], how, {
        order,
        ...(look && {
          look: (batch) => standardize(look(centerCrops(batch, size, share), batch.used), input),
        }),
        ...readingOf(source, judging),
        progress: (done, total) => progress(pass + done / total, passes.length),
      })
      used = embedded.used
      for (const [i, name] of [...encoders.keys()].entries())
        features.set(name, embedded.features[i] as Tensor)
      // the run's own pass is the first
      if (pass === 0) features.set('pixels', vectors(embedded.pictures))
      else embedded.pictures.dispose()
    }
    addFirst(features, embedders)
    return { features, used }
  } catch (error) {
    for (const one of features.values()) one.dispose()
    throw error
  }
}

function answered(
  { evidence, plain, views, first, second }: Questions,
  measures: readonly LabelFreeLine[],
  seed: number,
): Decision | undefined {
  const same = evidence !== 'views'
  const sights = sightsOf(plain, seed)
  const answers = (sight: Sight, [one, other]: readonly [Features, Features]) =>
    scope(() => foundBothWays(sight(one), sight(other), { first, second }, same))
  const values = Object.fromEntries(
    Object.entries(views).map(([name, pair]) => [name, each(sights, (sight) => answers(sight, pair))]),
  )
  const { learned } = sights
  const told = (sight: Sight) => foretold(sight(plain), seed)
  return decide(
    {
      evidence,
      values,
      ...(sights.untrained && { foretold: { learned: told(learned), untrained: told(sights.untrained) } }),
      vetoes: vetoesOn(measures, largestHub(learned(plain))),
    },
    seed,
  )
}

/** A contender's vectors of some pictures, from the features of all. */
type Sight = (features: Features) => Tensor

/**
 * All are compared by at most 128 principal components of equal strength, but for the raw pixels, from which their mean alone is taken. Beside
 * what was embedded stand whitened pixels, and the closed form with the untrained network beside it.
 */
function sightsOf(plain: Features, seed: number): PerRival<Sight> {
  const of = (name: Contender) => (features: Features) => features.get(name) as Tensor
  const evened = (sight: Sight): Sight => {
    const by = evening(sight(plain), seed)
    return (features) => whitenedBy(by, sight(features))
  }
  const [pixels, untrained] = [of('pixels'), plain.get('untrained')]
  const mean = pixels(plain).mean([0])
  const by = untrained && standard(untrained)
  const both: Sight | undefined =
    by && plain.has('closed')
      ? (features) => besideUntrained(of('closed')(features), of('untrained')(features), by)
      : undefined
  const embedded = [...plain.keys()].filter((name) => name !== 'pixels' && name !== 'learned')
  return {
    learned: evened(of('learned')),
    ...Object.fromEntries(embedded.map((name) => [name, evened(of(name))])),
    pixels: (features) => pixels(features).sub(mean),
    whitened: evened(pixels),
    ...(both && { beside: evened(both) }),
  }
}

/** Every second picture by the others. */
function foretold(features: Tensor, seed: number): number {
  const [count = 0] = features.shape
  const half = (from: number) =>
    features.index_select(
      0,
      tensor(
        Array.from({ length: count >> 1 }, (_, i) => 2 * i + from),
        undefined,
        'int64',
      ),
    )
  return foretoldClusters(half(0), half(1), seed)
}

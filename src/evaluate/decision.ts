/** Deciding without labels whether training was worth it: which pictures are asked about, and what each contender answers. */
import { centerCrops } from '../encode/crops.js'
import { embed } from '../encode/embed.js'
import { standardize } from '../encode/input.js'
import { UsageError } from '../errors.js'
import { evenly, fingerprint, type Source, withoutCopies } from '../images/index.js'
import {
  type Contender,
  type Decision,
  decide,
  foreignView,
  foretoldClusters,
  type LabelFreeLine,
  largestHub,
  type NaturalPairs,
  naturalPairs,
  type PerContender,
  reciprocalRanks,
  vetoesOn,
  whitenedBy,
  whitening,
} from '../judge/index.js'
import { preprocessOf, type Settings } from '../learn/settings.js'
import { keep, scope, type Tensor, tensor } from '../torch/index.js'
import { cacheKey } from './feature-cache.js'
import { imagesOf } from './gallery.js'
import { type Judging, readingOf, type Tell } from './judging.js'
import { addFirst, type Embedders, passesOf, type Side, vectors } from './sides.js'

/** Pictures that are asked about at most: enough for a lead of two points, and a minute. */
const MOST = 2000
/** Fewer pictures, or pairs that belong together by their names, decide nothing. */
const LEAST = 100
/** Principal components that are compared, and how many pictures there are for each at least. */
const COMPONENTS = 128
const PICTURES_EACH = 4

export interface Deciding {
  settings: Settings
  /** Pictures to be asked about, with the features of all contenders. */
  side: Side
  /** Where pictures that belong together are looked for; absent where names may tell the class. */
  named?: Source
  embedders: Embedders
  /** What was measured without labels. */
  measures: readonly LabelFreeLine[]
}

type Features = Map<Contender, Tensor>

/** Who looks for whom: rows `first` of `views[0]` for rows `second` of `views[1]`, and the other way round. */
interface Question extends NaturalPairs {
  evidence: Decision['evidence']
  /** As the pictures are. */
  plain: Features
  views: readonly [Features, Features]
}

/** Changes when it is decided otherwise. */
const REVISION = 1

/** What is decided, kept on disk; undefined, with a note or a failure, where nothing is. */
export async function decisionOf(
  about: Deciding,
  judging: Judging,
  progress: Tell,
): Promise<Decision | undefined> {
  const { cache, attempts, seed } = judging
  const { side, named } = about
  const found = await attempts.of('Deciding without labels', async () => {
    const names = named && (await fingerprint(named))
    const key = cacheKey({ revision: REVISION, features: [...side.keys.values()], names, seed })
    return cache.result(key, async () => (await decideRun(about, judging, progress)) ?? null)
  })
  return found ?? undefined
}

/**
 * By pairs of pictures that belong together as they are named, where there are at least 100; otherwise by whether one foreign view of a
 * picture finds the other among those of all pictures.
 * @throws UsageError where there are too few pictures
 */
export async function decideRun(
  about: Deciding,
  judging: Judging,
  progress: Tell,
): Promise<Decision | undefined> {
  const made: Features[] = []
  try {
    const question = await ask(about, judging, progress, made)
    return scope(() => answered(question, about.measures, judging.seed))
  } finally {
    for (const features of made) for (const one of features.values()) one.dispose()
  }
}

/** @param made is added all that is to be freed */
async function ask(about: Deciding, judging: Judging, progress: Tell, made: Features[]): Promise<Question> {
  const { side, named } = about
  const look = async (source: Source, order: readonly number[], share: number, view?: number) => {
    const tell: Tell = (done, total) => progress(share * (view ?? 0) + (share * done) / total, 1)
    made.push(await embedAll(source, order, about, judging, tell, view))
    return made.at(-1) as Features
  }
  const pairs = named && pairsIn(named)
  if (named && pairs) {
    const plain = await look(named, [...pairs.first, ...pairs.second], 1)
    const rows = [...pairs.first.keys()]
    return {
      evidence: 'names',
      plain,
      views: [plain, plain],
      first: rows,
      second: rows.map((row) => row + rows.length),
    }
  }
  const rows = differing(side)
  if (rows.length < LEAST) {
    throw new UsageError(
      `expected at least ${LEAST} pictures that differ, got ${rows.length}: judge it on more`,
    )
  }
  const order = rows.map((row) => side.used[row] as number)
  const plain: Features = new Map()
  made.push(plain)
  for (const [name, all] of side.features)
    plain.set(name, keep(scope(() => all.index_select(0, tensor(rows, undefined, 'int64')))))
  const views = [await look(side.source, order, 0.5, 0), await look(side.source, order, 0.5, 1)] as const
  const all = [...rows.keys()]
  return { evidence: 'views', plain, views, first: all, second: all }
}

/** At most so many pairs as pictures may be asked about; undefined where there are too few to decide by. */
function pairsIn(named: Source): NaturalPairs | undefined {
  const names = Array.from({ length: named.size }, (_, index) => named.describe(index))
  const { first, second } = naturalPairs(names)
  if (first.length < LEAST) return undefined
  const some = evenly(first.length, Math.min(first.length, MOST / 2))
  const taken = (of: readonly number[]) => some.map((at) => of[at] as number)
  return { first: taken(first), second: taken(second) }
}

/** Rows of pictures at even distances that are no copies of one another. */
function differing({ source, features }: Side): number[] {
  const all = features.get('pixels') as Tensor
  const [count = 0, values = 0] = all.shape
  const rows = evenly(count, Math.min(count, MOST))
  const side = Math.round(Math.sqrt(values / source.channels))
  const pictures = scope(() =>
    imagesOf(
      all.index_select(0, tensor(rows, undefined, 'int64')).unflatten(1, [source.channels, side, side]),
    ),
  )
  return withoutCopies(pictures).map((at) => rows[at] as number)
}

/** Features by all contenders of pictures as they are, or of a foreign view of each. */
async function embedAll(
  source: Source,
  order: readonly number[],
  { settings, embedders }: Deciding,
  judging: Judging,
  progress: Tell,
  view?: number,
): Promise<Features> {
  const { seed } = judging
  const features: Features = new Map()
  const passes = await passesOf(embedders, preprocessOf(settings))
  try {
    for (const [pass, { how, encoders }] of passes.entries()) {
      const { size, share, input } = how
      const embedded = await embed(source, [...encoders.values()], how, {
        order,
        ...(view !== undefined && {
          look: (batch) =>
            standardize(foreignView(centerCrops(batch, size, share), batch.used, { view, seed }), input),
        }),
        ...readingOf(source, judging),
        progress: (done, total) => progress(pass + done / total, passes.length),
      })
      for (const [i, name] of [...encoders.keys()].entries())
        features.set(name, embedded.features[i] as Tensor)
      // the run's own pass is the first
      if (pass === 0) features.set('pixels', vectors(embedded.pictures))
      else embedded.pictures.dispose()
    }
    addFirst(features, embedders)
    return features
  } catch (error) {
    for (const one of features.values()) one.dispose()
    throw error
  }
}

function answered(
  { evidence, plain, views, first, second }: Question,
  measures: readonly LabelFreeLine[],
  seed: number,
): Decision | undefined {
  const same = evidence === 'names'
  const level = (name: Contender, from: Contender = name) => {
    const known = plain.get(from) as Tensor
    const most = Math.min(COMPONENTS, Math.floor((known.shape[0] as number) / PICTURES_EACH))
    const by = name === 'pixels' ? undefined : whitening(known, most, seed)
    return (rows: Tensor) => (by ? whitenedBy(by, rows) : rows.sub(known.mean([0])))
  }
  const asked = (name: Contender, from: Contender = name) =>
    scope(() => {
      const even = level(name, from)
      const [one, other] = views.map((view) => even(view.get(from) as Tensor)) as [Tensor, Tensor]
      const there = reciprocalRanks(one, other, { from: first, to: second, same })
      const back = reciprocalRanks(other, one, { from: second, to: first, same })
      return there.map((value, i) => (value + (back[i] as number)) / 2)
    })
  const names = [...plain.keys()].filter((name) => name !== 'supervised')
  const values = Object.fromEntries([
    ...names.map((name) => [name, asked(name)]),
    ['whitened', asked('whitened', 'pixels')],
  ]) as PerContender<Float64Array>
  const even = (name: Contender) => level(name)(plain.get(name) as Tensor)
  const [learned, untrained] = [even('learned'), even('untrained')]
  return decide(
    {
      evidence,
      values,
      foretold: { learned: foretold(learned, seed), untrained: foretold(untrained, seed) },
      vetoes: vetoesOn(measures, { learned: largestHub(learned), untrained: largestHub(untrained) }),
    },
    seed,
  )
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

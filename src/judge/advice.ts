/** Train longer, stop, or start again? One sentence from how the run went and from what needs no labels. */

import { setting } from '../setting.js'
import { BLANK_WORDS, type Blank } from './blank.js'
import { difference } from './difference.js'
import type { Score } from './score.js'
import { type Point, type Trend, trendAtEnd } from './trend.js'
import { type LabelFreeLine, scoresOf, type Unlabelled } from './without-labels.js'
import type { Worth } from './worth.js'

/** How a run went. Series in order of steps; values that are not finite are passed over. */
export interface History {
  losses: readonly Point[]
  /** Effective rank of the training projections. */
  ranks: readonly Point[]
  /** Accuracy of a k-NN probe while training, fractions of 1; empty without labels. */
  probes: readonly Point[]
  /** The last collapse verdict. */
  verdict?: { state: 'healthy' | 'narrowing' | 'collapsed'; sentence: string; remedy?: string }
  /** Where training was stopped because a loss or a weight was no finite number any more; what is judged is of before. */
  diverged?: { step: number }
  /** That what it knew at its end had sunk below what it knew before, as a clause. */
  sunk?: string
  /** Why there is nothing in the pictures that are judged, where there is not. */
  blank?: Blank | undefined
  /** Whether all of it is a solution in closed form. */
  solved?: boolean
  /** How many pictures it learned from, where those are too few and nothing but their number tells. */
  tooFew?: number
  step: number
  totalSteps: number
  /** As planned. */
  epochs: number
  /** What goes on with the run, begins the like of it with other epochs, or takes the closed form of its pictures; each as it is typed. */
  commands?: { resume: string; again: (epochs: number) => string; closed: string }
}

export interface Advice {
  /**
   * `unclear` where what was measured may mean either; `closed_form` where that is to be used in place of what was trained, `baseline` where
   * pixels or the untrained network are.
   */
  action: 'longer' | 'stop' | 'start_again' | 'unclear' | 'closed_form' | 'baseline'
  /** Begins with what to do and goes on with why. */
  sentence: string
  /** What does it, as it is typed, where one command does. */
  command?: string
}

/** What to change where numbers are no finite ones any more. */
export const STEADIER = `a lower learning rate (${setting('learningRate')}), a longer warm-up (${setting('warmup', 2)}), or ${setting('precision', 'float32')}`

/** Fewer pictures teach next to nothing, and fewer than `SOME_PICTURES` little beyond the closed form: judgement, not measured. */
export const FEW_PICTURES = 50
export const SOME_PICTURES = 300

const SOLVED = `Stop: what it learned is a solution in closed form, and more passes would find the same; a network that learns from it (${setting('method', 'smt-distilled')}) may know more, after three minutes.`

/** What a change over the end of a run must come to in order to be worth another run. */
const WORTH = { probe: 0.005, rank: 0.02, loss: 0.03 }
/** Features are collapsed beyond either, as while training. */
const COLLAPSED = { rank: 1.5, spread: 0.05 }
/** Views that nearly all pictures are found by teach nothing more. */
const TOO_EASY = 0.98

/**
 * What to do next. That the run diverged or collapsed outweighs all. Otherwise the end of the run decides, by the slope of a line with its 95 %
 * interval: of the k-NN probe where there are labels; without, of the effective rank, which was found to follow the
 * quality of features (RankMe, arXiv 2210.02885), and of the loss, whose fall alone is weak evidence and called so. A
 * change counts where it is both clear and large enough to matter; it counts as none where a rise that matters can be ruled
 * out. Where neither is so, that is what is said. Where something else is to be used in place of what was learned, that comes first.
 * @param worth of the learned features, as `worthOf` says it
 */
export function advice(history: History, measures: readonly LabelFreeLine[], worth: Worth = {}): Advice {
  const broken = blank(history) ?? diverged(history) ?? collapsed(history, measures) ?? tooFew(history)
  if (broken) return broken
  const own = ofTraining(history, measures)
  const { instead, tells } = worth
  const more = tells === undefined ? '' : ` ${tells}`
  if (!instead) return { ...own, sentence: `${own.sentence}${more}` }
  const { commands } = history
  const otherwise = own.action === 'longer' ? `Or ${lower(own.sentence)}` : own.sentence
  const isClosed = instead.use === 'closed'
  return {
    action: isClosed ? 'closed_form' : 'baseline',
    sentence: `${instead.sentence}${more} ${otherwise}`,
    ...(isClosed && commands && { command: commands.closed }),
  }
}

function ofTraining(history: History, measures: readonly LabelFreeLine[]): Advice {
  const evidence = evidenceOf(history)
  const finished = history.step >= history.totalSteps
  if (history.solved && finished) return { action: 'stop', sentence: SOLVED }
  const falling =
    history.sunk ?? evidence.find(({ course, reliable }) => course === 'falling' && reliable)?.words
  if (falling !== undefined) {
    return {
      action: 'stop',
      sentence: `Stop: ${falling}, so more of the same would do harm; lower the learning rate, or use fewer epochs.`,
    }
  }
  const rising = evidence.find(({ course }) => course === 'rising')
  if (rising) return longer(rising.words, history, finished)
  if (!finished) {
    return longer(
      `it was stopped at step ${history.step} of ${history.totalSteps}, before its learning rate came down`,
      history,
      finished,
    )
  }
  const told = evidence.filter(({ reliable }) => reliable)
  if (told.length === 0) {
    return longer('the run is too short for a trend to show', history, finished)
  }
  const unclear = told.find(({ course }) => course === 'unclear')
  if (unclear) {
    const { epochs, command } = twice(history)
    return {
      action: 'unclear',
      sentence: `Cannot tell whether to train longer: ${unclear.words}. A run of twice the length (${setting('epochs', epochs)}) would tell, judged beside this one.`,
      ...command,
    }
  }
  return {
    action: 'stop',
    sentence: `Stop: ${told.map(({ words }) => words).join(' and ')}, so more epochs of the same recipe would add little; ${change(measures)}.`,
  }
}

function blank({ blank }: History): Advice | undefined {
  if (!blank) return undefined
  const { are, so, other } = BLANK_WORDS[blank]
  return {
    action: 'start_again',
    sentence: `Stop now: all pictures that were judged ${are}, so ${so}. The pictures are at fault, not the training: begin again with pictures that ${other}, or judge it on such with ${setting('data')}.`,
  }
}

/** A longer run has no more to learn from. */
function tooFew({ tooFew }: History): Advice | undefined {
  if (tooFew === undefined) return undefined
  return {
    action: 'start_again',
    sentence: `Start again with more pictures: ${tooFew} are too few to learn from, and a longer run would not mend that. Add some hundreds, or begin from a trained encoder (${setting('init', 'dinov2-vit-s')}).`,
  }
}

/** Going on with it comes to the same end. */
function diverged({ diverged, step, totalSteps }: History): Advice | undefined {
  if (!diverged) return undefined
  return {
    action: 'start_again',
    sentence: `Start again: training diverged at step ${diverged.step} of ${totalSteps}, and what is judged is its last sound state, of step ${step}. Begin another run with ${STEADIER}.`,
  }
}

function collapsed({ verdict, losses }: History, measures: readonly LabelFreeLine[]): Advice | undefined {
  const nearlyOne = (whose: Unlabelled) => {
    const value = (name: string) => measures.find((line) => line.name === name)?.scores[whose].value ?? 1e9
    return value('effective_rank') < COLLAPSED.rank || value('std_ratio') < COLLAPSED.spread
  }
  const broken = losses.length > 0 && !Number.isFinite(losses.at(-1)?.value)
  const features = nearlyOne('learned')
  if (verdict?.state !== 'collapsed' && !broken && !features) return undefined
  const why =
    verdict?.state === 'collapsed'
      ? lower(verdict.sentence)
      : broken
        ? 'the loss is not a number any more.'
        : 'all pictures get nearly the same features.'
  const pictures = features && nearlyOne('pixels')
  const cure =
    verdict?.remedy ??
    'Start again from the preset, with a lower learning rate or a target that moves more slowly.'
  const first = pictures
    ? " Their raw pixels are nearly the same, too, so look at the pictures first ('selfsame data check'). If they do differ: "
    : ' '
  return { action: 'start_again', sentence: `Stop now: ${why}${first}${pictures ? lower(cure) : cure}` }
}

interface Evidence {
  course: 'rising' | 'falling' | 'level' | 'unclear'
  /** What happened, as a clause; better is called rising, for the loss too. */
  words: string
  /** Whether it may say stop, and not only go on. */
  reliable: boolean
}

/** The best evidence that there is, in order. */
function evidenceOf({ probes, ranks, losses }: History): Evidence[] {
  const probe = trendAtEnd(probes)
  if (probe) {
    const points = (share: number) => `${(100 * Math.abs(share)).toFixed(1)}`
    return [
      said(
        'the k-NN accuracy',
        probe,
        1,
        WORTH.probe,
        ({ rise }) => `${points(rise)} ± ${points(reach(probe))} points`,
        `${points(WORTH.probe)} points`,
      ),
    ]
  }
  const rank = trendAtEnd(ranks)
  const loss = trendAtEnd(losses)
  const percent = (trend: Trend) => {
    // a loss may have begun at 0, and stayed there
    const whole = Math.abs(trend.from) || Math.abs(trend.to) || 1
    return `${((100 * Math.abs(trend.rise)) / whole).toFixed(1)} ± ${((100 * reach(trend)) / whole).toFixed(1)} %`
  }
  const found: Evidence[] = []
  const share = (worth: number) => `${100 * worth} %`
  if (rank) {
    const name = 'the effective rank of the projections'
    found.push(said(name, rank, 1, WORTH.rank * Math.abs(rank.from), percent, share(WORTH.rank)))
  }
  if (loss) {
    const worth = WORTH.loss * Math.abs(loss.from)
    const one = said('the loss', loss, -1, worth, percent, share(WORTH.loss))
    if (one.course === 'rising') {
      found.push({
        ...one,
        words: `${one.words} (weak evidence: a loss may fall without better features)`,
        reliable: false,
      })
    }
  }
  return found
}

function reach({ low, high }: Trend): number {
  return (high - low) / 2
}

function said(
  name: string,
  trend: Trend,
  good: 1 | -1,
  worth: number,
  amount: (trend: Trend) => string,
  worthInWords: string,
): Evidence {
  const clear = trend.low > 0 || trend.high < 0
  const up = trend.rise > 0
  const over = `over the last ${trend.part} of the run`
  if (clear && Math.abs(trend.rise) >= worth) {
    const course = up === good > 0 ? 'rising' : 'falling'
    const verb = up ? 'rose' : 'fell'
    return {
      course,
      words: `${over} ${name} ${course === 'rising' ? 'still ' : ''}${verb} by ${amount(trend)}`,
      reliable: true,
    }
  }
  const moved = `${trend.rise < 0 ? '−' : '+'}${amount(trend)}`
  const most = good > 0 ? trend.high : -trend.low
  // a clear change that is too small to matter may be a rise that does, too
  if (most > worth) {
    const words = `${over} ${name} changed by ${moved}, which may be less or more than the ${worthInWords} that are worth another run`
    return { course: 'unclear', words, reliable: true }
  }
  const least = good > 0 ? trend.low : -trend.high
  const words =
    least >= -worth
      ? `${over} ${name} hardly changed (${moved})`
      : `${over} ${name} did not ${good > 0 ? 'rise' : 'fall'} by ${worthInWords} (${moved})`
  return { course: 'level', words, reliable: true }
}

function longer(why: string, history: History, finished: boolean): Advice {
  const { step, totalSteps, commands } = history
  if (finished) {
    const { epochs, command } = twice(history)
    const how = `begin another run with twice the epochs (${setting('epochs', epochs)}), as this one’s learning rate has come to its end`
    return { action: 'longer', sentence: `Train longer: ${why}; ${how}.`, ...command }
  }
  const how = `go on with it (${Math.round((100 * step) / totalSteps)} % of the steps are done)`
  return {
    action: 'longer',
    sentence: `Train longer: ${why}; ${how}.`,
    ...(commands && { command: commands.resume }),
  }
}

/** Twice the epochs, and the command for so many, where it is known. */
function twice({ epochs, commands }: History): { epochs: number; command: Pick<Advice, 'command'> } {
  const wanted = Number((2 * epochs).toPrecision(2))
  return { epochs: wanted, command: commands ? { command: commands.again(wanted) } : {} }
}

/** What to change, from what stands out. */
function change(measures: readonly LabelFreeLine[]): string {
  const found = (wanted: string) => measures.find(({ name }) => name === wanted)
  const retrieval = found('retrieval')
  const known = [retrieval, found('neighbour_stability')].flatMap((line) => (line ? [scoresOf(line)] : []))
  const ahead = ({ learned, untrained }: Record<Unlabelled, Score>) =>
    difference(learned, untrained).verdict === 'better'
  if (known.length > 0 && !known.some(ahead)) {
    return 'as the features recognise altered pictures no better than before training, change the views, the learning rate or the method'
  }
  if (retrieval && retrieval.scores.learned.value >= TOO_EASY) {
    return 'nearly every picture is found by an altered view already, so make the views harder, or take more pictures'
  }
  return 'for better features change the recipe: more pictures, a larger encoder, or other views'
}

function lower(sentence: string): string {
  return sentence.charAt(0).toLowerCase() + sentence.slice(1)
}

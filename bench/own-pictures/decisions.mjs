/** The section of docs/own-pictures.md that holds decisions without labels against labels. */

/** How much a label-free yes may be wrong, and how many cases have to be seen, for it to be said to users. */
const MOST_FALSE = 0.1
const LEAST_CASES = 30

const LABELLED = { knn_20: '20-NN', linear: 'linear' }
const WORDS = { yes: 'yes', probably: 'probably', cannot_tell: 'cannot tell', no: 'no' }

/**
 * What labels say of a run: `better` than the best that needs no training where one measure is clearly so and none clearly worse, `worse` the
 * other way round, `level` otherwise. @param leads by measure, each with `verdict`
 */
export function outcome(leads) {
  const verdicts = Object.values(leads).map(({ verdict }) => verdict)
  const has = (verdict) => verdicts.includes(verdict)
  if (has('better') && !has('worse')) return 'better'
  return has('worse') && !has('better') ? 'worse' : 'level'
}

/** Whether a decision hands the learned features over. */
const says = ({ decision }) => decision.verdict === 'yes' || decision.verdict === 'probably'

/** Kendall's tau-b of two lists; undefined where one of them never differs. */
export function kendall(a, b) {
  let [agree, alone, other] = [0, 0, 0]
  for (let i = 0; i < a.length; i++)
    for (let j = 0; j < i; j++) {
      const [x, y] = [Math.sign(a[i] - a[j]), Math.sign(b[i] - b[j])]
      agree += x * y
      alone += x * x
      other += y * y
    }
  return alone * other > 0 ? agree / Math.sqrt(alone * other) : undefined
}

/** Yes and no counted: `cases` differ in set, method or minutes, not in the seed alone. */
export function counted(results) {
  const cases = new Set(results.map(({ set, method, minutes }) => `${set} ${method} ${minutes}`)).size
  const yes = results.filter(says)
  const wrong = yes.filter(({ leads }) => outcome(leads) !== 'better')
  const kept = cases >= LEAST_CASES && wrong.length <= MOST_FALSE * yes.length && yes.length > 0
  return { cases, yes: yes.length, wrong: wrong.length, kept }
}

const signed = (value) => `${value < 0 ? '−' : '+'}${(100 * Math.abs(value)).toFixed(1)}`
const lead = ({ mean, low, high }) => `${signed(mean)} ± ${(50 * (high - low)).toFixed(1)}`
const NAMES = {
  pixels: 'raw',
  whitened: 'whitened',
  untrained: 'untrained',
  closed: 'closed form',
  beside: 'closed form with untrained',
}

/** Markdown; empty text where no result has a decision. */
export function decisionSection(all) {
  const results = all.filter(({ decision, leads }) => decision && leads)
  if (results.length === 0) return ''
  const { cases, yes, wrong, kept } = counted(results)
  const share = yes > 0 ? ` (${((100 * wrong) / yes).toFixed(0)} %)` : ''
  const rows = results.map((one) => {
    const { set, method, minutes, seed, decision, leads } = one
    const false_ = says(one) && outcome(leads) !== 'better' ? ', **false**' : ''
    const veto = decision.vetoes.length > 0 ? ' (veto)' : ''
    return `| ${set}, \`${method}\`, ${minutes} min, ${seed} | ${WORDS[decision.verdict]}${veto}${false_} | ${lead(decision.lead)} | ${NAMES[decision.rival]} | ${Object.keys(
      LABELLED,
    )
      .map((name) => lead(leads[name]))
      .join(' | ')} | ${outcome(leads)} |`
  })
  const taus = [...new Set(results.map(({ set }) => set))].flatMap((set) => {
    const own = results.filter((one) => one.set === set)
    if (own.length < 3) return []
    const scores = own.map(({ decision }) => decision.lead.mean)
    const each = Object.entries(LABELLED).map(([name, title]) => {
      const tau = kendall(
        scores,
        own.map(({ leads }) => leads[name].mean),
      )
      return `${title} ${tau === undefined ? '–' : tau.toFixed(2)}`
    })
    return [`${set} (${own.length} runs): ${each.join(', ')}`]
  })
  return `### The decision without labels, against the labels

Each run was decided without its labels (\`evaluate --protocol decide\`) and then held against them: the lead of the learned features over the
best of what needs no training, by the label-free score and by labels, in points ± half of the paired 95 % interval over the same test
pictures. A *yes* or *probably* is false where labels do not say *better* (one of the three measures clearly, and none clearly worse).

| run, seed | without labels | lead by score | over | ${Object.values(LABELLED).join(' | ')} | by labels |
|---|---|--:|---|${'--:|'.repeat(Object.keys(LABELLED).length)}---|
${rows.join('\n')}

${yes} yes or probably, ${wrong} of them false${share}, in ${cases} cases that differ in set, method or minutes. The rule is ${
    kept ? 'kept' : 'not kept'
  }: it takes at least ${LEAST_CASES} cases and at most ${100 * MOST_FALSE} % false. Which views are asked for, how they are whitened and who is a rival was chosen on five of the first runs; a set, and not a run, is the independent case.

Kendall's tau of the two leads over the runs of one set: ${taus.join('; ') || '–'}.`
}

/** What a study found, for a reader: a section of Markdown, lines for a terminal, fields for JSON. */
import { type Answer, type Verdict, verdicts } from './claims.js'
import type { Results } from './result.js'
import type { Study } from './study.js'
import { markdownTable, plainTable, tableOf } from './table.js'

export interface Circumstances {
  command: string
  /** Where its networks were trained. */
  machines: string
  data: string
  pictures: number
  epochs: number
  encoder: string
  seeds: number
  /** Networks of the study that are not trained yet. */
  missing: number
  /** Of training and measuring all its networks, one after the other. */
  seconds: number
}

const SIGNS: Readonly<Record<Answer, string>> = { held: '✓ held', 'not held': '✗ not held', open: '? open' }

/** One sentence on the claims together. */
export function conclusion(found: readonly Verdict[]): string {
  const count = (answer: Answer) => found.filter((one) => one.answer === answer).length
  const [held, failed, open] = [count('held'), count('not held'), count('open')]
  const parts = [
    ...(failed > 0 ? [`${failed} did not hold at this scale`] : []),
    ...(open > 0 ? [`${open} cannot be told from chance with these seeds`] : []),
  ]
  return parts.length === 0
    ? `All ${found.length} claims held.`
    : `Of ${found.length} claims ${held} held, ${parts.join(', ')}.`
}

/** A section of `lab.md`, with its picture. */
export function section(study: Study, results: Results, how: Circumstances): string {
  const found = verdicts(study, results)
  return `## ${study.name}: ${study.title}

*The claim*: ${study.question}

**${conclusion(found)}**

${found.map(bullet).join('\n')}

![${study.title}: measured beside published](lab/${study.name}.svg)

${markdownTable(tableOf(study, results))}

${[circumstances(how), ...sources(study), ...(study.notes ?? [])].join('\n\n')}

\`\`\`sh
${how.command}
\`\`\`
`
}

function bullet({ claim, answer, because }: Verdict): string {
  const why = answer === 'not held' && claim.otherwise ? ` ${claim.otherwise}` : ''
  return `- **${SIGNS[answer]}**: ${claim.says} (${because}).${why}`
}

function circumstances(how: Circumstances): string {
  const { data, pictures, epochs, encoder, seeds, missing, machines, seconds } = how
  const passes = epochs === 1 ? 'once' : `${epochs} times`
  const seeded = seeds === 1 ? 'one seed' : `${seeds} seeds`
  const waiting = missing > 0 ? ` Networks that are not trained yet: ${missing}.` : ''
  return `\`${data}\`, ${pictures.toLocaleString('en')} pictures seen ${passes}, encoder \`${encoder}\` unless said, ${seeded}; ${machines}, ${Math.round(seconds / 60)} minutes of one core. Accuracies in percent, mean ± standard deviation over seeds.${waiting}`
}

function sources({ published }: Study): string[] {
  return published.map(({ title, source }) => `*${title}*: ${source}.`)
}

/** All of `lab.md`. */
export function page(sections: readonly { study: Study; results: Results; text: string }[]): string {
  const rows = sections.map(({ study, results }) => {
    const { name, title } = study
    return `| [${name}](#${anchor(`${name}: ${title}`)}) | ${title} | ${conclusion(verdicts(study, results))} |`
  })
  const summary = ['| study | question | answer here |', '|---|---|---|', ...rows].join('\n')
  return `${INTRODUCTION}\n${summary}\n\n${sections.map(({ text }) => text).join('\n')}`
}

/** The anchor that code hosts give a heading. */
function anchor(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N} -]/gu, '')
    .replaceAll(' ', '-')
}

const INTRODUCTION = `# The lab

Every study is a small piece of data in \`src/lab/studies/\`: a base run, the one field that varies, what was published, and the
claims that it puts to the test. \`npx selfsame study NAME\` trains what is missing and writes this page.

The scale is small: a convolutional network of four layers, tens of thousands of pictures of about 30 pixels, one to three passes. So
a published figure (ImageNet, ResNet-50, hundreds of epochs) stands beside ours for its order and its gaps, not for its height. The
sentences under a heading are what the articles and papers claim, not what came out here; that stands below them. *Held* means that the whole 95 % interval of what is claimed lies where the claim puts it, *not held* that it lies outside, *open* that these
seeds cannot tell. The intervals come from the spread over seeds, pooled over the rows of a study (or a family of them) that stayed alive; a row that
collapsed has a spread of its own (Student's t, Welch's degrees of freedom), so that an interval about one whose few seeds disagree
can be wider than the scale.

*Linear* is logistic regression on the frozen encoder, with the best of four penalties (not the table's linear probe, which is by
gradient descent), *20-NN* the weighted vote of the 20 nearest neighbours, both with 10,000 labelled training pictures and asked about 10,000 test pictures, where there are so many; *halfway* is the same after half of the steps, with
fewer of both. The cosines are between projections at the end of training, of two views of one picture and of views of different
*others*: both near 1 is collapse; *others, by quarters* says how it came. *Rank* is the number of directions in use. *Ended* is the
verdict of the watch on collapse at the end, both where seeds differ, or *diverged*: a loss or feature was no finite number any more,
training was stopped, and a guess stands in for its accuracies. *Layers up* read the head's layers in place of the encoder.
`

/** The same for a terminal. */
export function inTerminal(study: Study, results: Results): string {
  const found = verdicts(study, results)
  return [
    `${study.name}: ${study.title}`,
    '',
    plainTable(tableOf(study, results)),
    '',
    ...found.map(({ claim, answer, because }) => `${SIGNS[answer]}: ${claim.says} (${because})`),
    conclusion(found),
  ].join('\n')
}

/** One JSON object, keys in snake_case. */
export function inJson(study: Study, results: Results) {
  return {
    study: study.name,
    rows: study.rows.map((row) => ({
      row: row.name,
      results: results.get(row.name) ?? [],
      published: Object.fromEntries(
        study.published.map(({ title }, i) => [title, row.published?.[i] ?? null]),
      ),
    })),
    claims: verdicts(study, results).map(({ claim, answer, because }) => ({
      says: claim.says,
      answer: answer.replace(' ', '_'),
      because,
    })),
    conclusion: conclusion(verdicts(study, results)),
  }
}

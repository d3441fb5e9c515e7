// The page that bench/methods.mjs writes.

const percent = (share) => (100 * share).toFixed(1)

/** Mean and, over several seeds, standard deviation, in percent. */
function inWords(values) {
  const mean = values.reduce((a, b) => a + b, 0) / values.length
  if (values.length < 2) return percent(mean)
  const spread = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1))
  return `${percent(mean)} ± ${percent(spread)}`
}

/** ResNet-18 on CIFAR-10 elsewhere, percent: linear after 1,000 epochs (solo-learn), 200-NN after 200 (lightly, batch 128). */
const PUBLISHED = {
  byol: [92.58, 86.9],
  simclr: [90.74, 84.7],
  supcon: [93.82],
  'moco-v2': [92.94, 83.8],
  simsiam: [90.51, 81.9],
  swav: [89.17, 81.2],
  dino: [89.52, 84.0],
  'moco-v3': [93.1],
  nnclr: [91.88, 83.4],
  'barlow-twins': [92.1, 84.2],
  vicreg: [92.07],
  'w-mse': [88.67],
}

/** Rows of one method or baseline, best *linear* first. */
function rows(results) {
  const groups = new Map()
  for (const result of results) {
    const { method, untrained } = result.wanted
    const name = method ?? `untrained, ${untrained}`
    groups.set(name, [...(groups.get(name) ?? []), result])
  }
  const of = (group, key) => group.map((one) => one[key])
  const mean = (list) => list.reduce((a, b) => a + b, 0) / list.length
  return [...groups]
    .sort(([, a], [, b]) => mean(of(b, 'linear')) - mean(of(a, 'linear')))
    .map(([name, group]) => {
      const states = [...new Set(of(group, 'collapse').filter(Boolean))].join(', ') || '–'
      const seconds = mean(group.map(({ seconds }) => seconds.training))
      const time = group[0].wanted.method ? seconds.toFixed(0) : '–'
      return `| ${name} | ${group[0].encoder} | ${inWords(of(group, 'knn'))} | ${inWords(of(group, 'linear'))} | ${states} | ${time} | ${published(name)} |`
    })
}

function published(name) {
  const [linear, knn] = PUBLISHED[name] ?? []
  return linear ? `${linear.toFixed(2)}${knn ? ` / ${knn.toFixed(1)}` : ''}` : '–'
}

/** docs/results.md. */
export function markdown(results, { command, machine, jobs }) {
  const { data, pictures, epochs, preset } = results[0].wanted
  // runs of earlier versions do not say it
  const precisions = [...new Set(results.map(({ precision = 'bfloat16' }) => precision))].join(' and ')
  const seeds = new Set(results.map(({ wanted }) => wanted.seed)).size
  // of all runs together, also where the command was stopped and started again
  const seconds = results.reduce((sum, { seconds: { training, judging } }) => sum + training + judging, 0)
  const minutes = seconds / 60 / Number(jobs)
  return `# Results: every method, one encoder, one budget

CIFAR-10 (\`${data}\`), the first ${pictures.toLocaleString('en')} training pictures seen ${epochs === 1 ? 'once' : `${epochs} times`} without labels (\`supcon\` alone looks at
them), preset \`${preset}\`, ${precisions}. Judged on the frozen encoder: weighted 20-NN and logistic regression (*linear*), both with the labels of the
first 20,000 training pictures, on all 10,000 test pictures; percent right, mean ± standard deviation over ${seeds} seed${seeds === 1 ? '' : 's'}.

\`\`\`sh
${command}
\`\`\`

Machine: ${machine}, ${jobs} runs at a time with one thread each; ${minutes.toFixed(0)} minutes in all for this command.

| method | encoder | k-NN | linear | verdict | seconds of training | published, long |
|---|---|---|---|---|---|---|
${rows(results).join('\n')}

*Published, long*: a ResNet-18, linear probe after 1,000 epochs (solo-learn) / 200-NN after 200 epochs with batches of 128 (lightly,
best epoch). After one pass over a part of the pictures the order says how quickly a method begins to learn, not how far it
gets; a spread is over seeds and does not include the test set's own half a point. \`mae\` and \`ibot\` need a vision
transformer, whose untrained features have a row of their own. \`simclr-v2\` is judged from the first layer of its head.
`
}

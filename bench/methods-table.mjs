// The page that bench/methods.mjs writes.

const percent = (share) => (100 * share).toFixed(1)

/** Mean and, over several seeds, standard deviation, in percent. */
function inWords(values) {
  const mean = values.reduce((a, b) => a + b, 0) / values.length
  if (values.length < 2) return percent(mean)
  const spread = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1))
  return `${percent(mean)} ± ${percent(spread)}`
}

/** Rows of one method or baseline, best linear probe first. */
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
      return `| ${name} | ${group[0].encoder} | ${inWords(of(group, 'knn'))} | ${inWords(of(group, 'linear'))} | ${states} | ${time} |`
    })
}

/** docs/results.md. */
export function markdown(results, { command, machine, jobs, minutes }) {
  const { data, pictures, epochs, preset } = results[0].wanted
  const seeds = new Set(results.map(({ wanted }) => wanted.seed)).size
  return `# Results: every method, one encoder, one budget

CIFAR-10 (\`${data}\`), the first ${pictures.toLocaleString('en')} training pictures seen ${epochs} time${epochs === 1 ? '' : 's'} without labels (\`supcon\` alone looks at
them), preset \`${preset}\`, bfloat16. Judged on the frozen encoder: weighted 20-NN and a linear probe, both with the labels of the
first 20,000 training pictures, on all 10,000 test pictures; percent right, mean ± standard deviation over ${seeds} seed${seeds === 1 ? '' : 's'}.

\`\`\`sh
${command}
\`\`\`

Machine: ${machine}, ${jobs} runs at a time with one thread each; ${minutes.toFixed(0)} minutes in all for this command. Of the pictures 81 in
train and 23 in test are not the original but a 30 dB JPEG of it.

| method | encoder | k-NN | linear | verdict | seconds of training |
|---|---|---|---|---|---|
${rows(results).join('\n')}
`
}

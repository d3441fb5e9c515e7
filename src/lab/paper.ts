/** The paper's own runs of a study, as config files for a machine that can train them. */
import { basename, join, resolve } from 'node:path'
import type { DataFacts } from '../learn/presets.js'
import { mergeOverrides, type Overrides, resolveSettings } from '../learn/settings.js'
import { writeAtomically } from '../run/index.js'
import { methodOf } from './plan.js'
import type { Row, Study } from './study.js'

/** ImageNet's. */
const PAPER_FACTS: DataFacts = { pictures: 1_281_167, channels: 3, nativeSize: 400 }

/**
 * A config for each row, and a script that trains and judges them all one after the other, going on where it was stopped.
 * @returns the paths of what was written
 */
export function writePaper(study: Study, folder: string): string[] {
  const trained = study.rows.filter(({ untrained }) => !untrained)
  const configs = trained.map((row) => {
    const path = join(folder, `${slug(row.name)}.ts`)
    writeAtomically(path, configOf(study, row))
    return path
  })
  const script = join(folder, 'run.sh')
  writeAtomically(script, scriptOf(study, configs))
  return [...configs, script]
}

/** What the paper changes in a row, without the method and the preset. */
export function paperChange({ base }: Study, row: Row): Overrides {
  const change = mergeOverrides(base.paper.change, row.change ?? {}, row.paper ?? {})
  if (!row.views) return change
  const settings = resolveSettings(methodOf(base, row), base.paper.preset, change, PAPER_FACTS, 'float32')
  return { ...change, views: settings.views.map(row.views) }
}

function configOf(study: Study, row: Row): string {
  const method = row.method ?? study.base.method
  const change = { preset: study.base.paper.preset, ...paperChange(study, row) }
  const rest = JSON.stringify(change, null, 2).slice(2)
  if (typeof method === 'string') {
    return `// ${row.name}\nexport default {\n  "method": ${JSON.stringify(method)},\n${rest}\n`
  }
  const source = study.file
    ? `import study from ${JSON.stringify(resolve(study.file))}`
    : `import { STUDIES } from 'selfsame'\n\nconst study = STUDIES[${JSON.stringify(study.name)}]`
  // a method made of parts holds functions, so the config imports it from its study
  return `// ${row.name}
${source}
const row = study.rows.find(({ name }) => name === ${JSON.stringify(row.name)})
export default {
  "method": row.method ?? study.base.method,
${rest}
`
}

function scriptOf({ name, base }: Study, configs: readonly string[]): string {
  const lines = configs.flatMap((config) => {
    const run = join('runs', `paper-${name}`, basename(config, '.ts'))
    return [
      `if [ -e ${run}/run.json ]; then npx selfsame train --run ${run} --resume`,
      `else npx selfsame train "$data" --config ${config} --run ${run}; fi`,
      `npx selfsame evaluate ${run} --protocol linear,knn`,
    ]
  })
  return `#!/bin/sh
# The runs of '${name}' as the paper made them. The pictures: the first word, or ${base.paper.data}.
set -e
data=\${1:-${base.paper.data}}
${lines.join('\n')}
`
}

/** A name for a file. */
function slug(text: string): string {
  return text
    .toLowerCase()
    .replaceAll(/[^a-z0-9.]+/g, '-')
    .replaceAll(/^-|-$/g, '')
}

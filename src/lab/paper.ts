/** The paper's own runs of a study, as config files for a machine that can train them. */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { writeAtomically } from '../run/index.js'
import { merged } from './plan.js'
import type { Row, Study } from './study.js'

/** A config a row and a script that trains and judges them all, one after the other, going on where it was stopped. */
export function writePaper({ name, base, rows }: Study, folder: string): string[] {
  mkdirSync(folder, { recursive: true })
  const trained = rows.filter(({ untrained }) => !untrained)
  const files = trained.map((row) => {
    const file = join(folder, `${slug(row.name)}.ts`)
    writeAtomically(file, configOf(base, row))
    return file
  })
  const script = join(folder, 'run.sh')
  writeAtomically(script, scriptOf(name, base.paper.data, files))
  return [...files, script]
}

function configOf(base: Study['base'], row: Row): string {
  const change = merged(merged(base.paper.change, row.change ?? {}), row.paper ?? {})
  const config = { method: row.method ?? base.method, preset: base.paper.preset, ...change }
  return `// ${row.name}\nexport default ${JSON.stringify(config, null, 2)}\n`
}

function scriptOf(study: string, data: string, files: readonly string[]): string {
  const lines = files.flatMap((file) => {
    const run = join('runs', `paper-${study}`, slug(file.split('/').at(-1)?.replace(/\.ts$/, '') ?? ''))
    return [
      `if [ -e ${run}/run.json ]; then npx selfsame train --run ${run} --resume; else npx selfsame train "$data" --config ${file} --run ${run}; fi`,
      `npx selfsame evaluate ${run} --protocol linear,knn`,
    ]
  })
  return `#!/bin/sh
# The runs of '${study}' as the paper made them. The pictures: the first word, or ${data}.
set -e
data=\${1:-${data}}
${lines.join('\n')}
`
}

/** A name for a file. */
export function slug(text: string): string {
  return text
    .toLowerCase()
    .replaceAll(/[^a-z0-9.]+/g, '-')
    .replaceAll(/^-|-$/g, '')
}

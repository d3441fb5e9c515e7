/** What a user gets: the packed package in an empty project, by its command and by import. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { beforeAll, expect, test } from 'vitest'
import { temporaryFolder } from './support/cli.js'
import { Project } from './support/packed.js'
import { drawPictures } from './support/pictures.js'

const folder = temporaryFolder()
let project: Project
beforeAll(async () => {
  await drawPictures(join(folder, 'pictures'), 40)
  project = new Project(folder)
})

test('all that is needed is in it, and nothing of tests', () => {
  expect(project.files).toEqual(
    expect.arrayContaining([
      'dist/cli/bin.cjs',
      'dist/index.d.ts',
      'scripts/setup.mjs',
      'scripts/lib/cores.cjs',
      'native/door/addon.cc',
      'bench/peer/lightly_bench.py',
    ]),
  )
  expect(project.files.filter((path) => /[.]test[.]|testing|fixtures|[.]map$|dist\/[.]/.test(path))).toEqual(
    [],
  )
})

const WORDS = ['--epochs', '4', '--size', '16', '--batch', '8', '--precision', 'float32']

test('the first command says what to do, and after set-up it trains, by words and by import alike', () => {
  const train = () =>
    project.run('npx', '--no', 'selfsame', 'train', 'pictures', '--run', 'words', ...WORDS, '--json')
  expect(train()).toMatchObject({ code: 1, stderr: expect.stringContaining("run 'npx selfsame setup'") })
  expect(project.run('npx', '--no', 'selfsame', 'setup', '--check').stdout).toMatch(
    /^addon: compile native\//,
  )
  project.copyAddon()
  const words = train()
  expect(words.stderr).not.toContain('Error')
  const { steps, final_loss: loss } = JSON.parse(words.stdout)
  expect(steps).toBe(20)
  const script = `import { followMetrics, train } from 'selfsame'
const settings = { epochs: 4, size: 16, batch: 8, precision: 'float32', out: 'imported' } as const
const { steps, finalLoss } = await (await train('pictures', settings)).finish()
const { value } = await followMetrics('imported').next()
console.log(JSON.stringify({ steps, finalLoss, first: value && value.type }))
`
  writeFileSync(join(folder, 'mine.ts'), script)
  const modules = fileURLToPath(new URL('../node_modules', import.meta.url))
  const flags = '--strict --skipLibCheck --module nodenext --target es2023 --lib es2023,esnext.disposable'
  const types = ['--types', 'node', '--typeRoots', join(modules, '@types')]
  const compiled = project.run(
    process.execPath,
    join(modules, 'typescript/bin/tsc'),
    ...flags.split(' '),
    ...types,
    'mine.ts',
  )
  expect(compiled).toMatchObject({ code: 0, stdout: '' })
  const imported = project.run(process.execPath, 'mine.js')
  expect(imported.stderr).toBe('')
  expect(JSON.parse(imported.stdout)).toEqual({ steps: 20, finalLoss: loss, first: 'measure' })
}, 120_000)

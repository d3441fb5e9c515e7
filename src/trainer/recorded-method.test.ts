/** Which config of a run folder is run, and which is not: each of these writes a mark when it is. */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, test, vi } from 'vitest'
import { temporaryFolder } from '../../test/support/cli.js'
import { TerminalProgress } from '../cli/progress.js'
import { UsageError } from '../errors.js'
import type { RunRecord } from '../run/index.js'
import { recordedMethod, trustConfig } from './recorded-method.js'

const root = temporaryFolder()
let folder = ''
let run = ''
const at = (name: string) => join(folder, name)
const mark = () => at('mark')

beforeEach(() => {
  folder = join(root, Math.random().toString(36).slice(2))
  run = at('run')
  for (const one of [run, at('mine')]) mkdirSync(one, { recursive: true })
  vi.stubEnv('XDG_STATE_HOME', at('state'))
  return () => void vi.unstubAllEnvs()
})

/** A program that leaves a mark, and what else it says. */
function program(path: string, word: string, more = ''): string {
  const text = `import { appendFileSync } from 'node:fs'\n${more}\nappendFileSync('${mark()}', '${word} ')\nexport default { epochs: 2 }\n`
  writeFileSync(path, text)
  return path
}

const recorded = (config: unknown, trust?: boolean) =>
  recordedMethod(run, { settings: { method: 'dino' }, config } as unknown as RunRecord, trust)
const refusal = (config: unknown) =>
  recorded(config).then(
    () => undefined,
    (error: Error) => error,
  )
const marks = () => (existsSync(mark()) ? readFileSync(mark(), 'utf8') : '')
/** As training does. */
const keep = (config: string) => {
  const source = readFileSync(config)
  trustConfig(config, source, new TerminalProgress())
  writeFileSync(join(run, 'config.ts'), source)
}

describe('a config that came with a run folder', () => {
  test('is not run unless it is trusted by name', async () => {
    program(join(run, 'config.ts'), 'copy')
    const error = await refusal('/elsewhere/mine.ts')
    expect(error).toBeInstanceOf(UsageError)
    expect(error?.message).toBe(
      `${run} was begun with a config file, which is run as a program and is not known to come from you on this machine: look at ${join(run, 'config.ts')}, then add \`trustConfig\``,
    )
    expect(marks()).toBe('')
    expect(await recorded('/elsewhere/mine.ts', true)).toMatchObject({ name: 'dino' })
    expect(marks()).toBe('copy ')
  })

  test('is named where it would be run: beside its neighbours, if it lies there too', async () => {
    const mine = program(at('mine/config.ts'), 'mine')
    writeFileSync(join(run, 'config.ts'), readFileSync(mine))
    expect((await refusal(mine))?.message).toContain(`look at ${mine}, then`)
    expect(marks()).toBe('')
  })

  test('is not run where run.json names one of the user’s own that is another', async () => {
    const mine = program(at('mine/config.ts'), 'mine')
    keep(mine)
    program(join(run, 'config.ts'), 'copy')
    expect(await refusal(mine)).toBeInstanceOf(UsageError)
    expect(marks()).toBe('')
  })

  test('is not run for being the same text as one of the user’s, as it would import other neighbours', async () => {
    writeFileSync(at('mine/part.ts'), 'export const part = 1')
    const mine = program(at('mine/config.ts'), 'mine', "import './part.js'")
    keep(mine)
    mkdirSync(join(run, 'inner'))
    const other = program(join(run, 'inner/config.ts'), 'mine', "import './part.js'")
    program(join(run, 'inner/part.ts'), 'part')
    program(join(run, 'part.ts'), 'part')
    for (const config of [other, join(run, 'config.ts'), './config.ts'])
      expect(await refusal(config)).toBeInstanceOf(UsageError)
    expect(marks()).toBe('')
    // and where it may be run, its neighbours are the user's
    await recorded(mine)
    expect(marks()).toBe('mine ')
  })

  test.each<[string, (path: string) => void]>([
    ['a link to a device without an end', (path) => symlinkSync('/dev/zero', path)],
    ['a folder', (path) => mkdirSync(path)],
    ['nothing', () => {}],
  ])('is missing where %s is in its place', async (_, put) => {
    put(join(run, 'config.ts'))
    expect((await refusal('/elsewhere/mine.ts'))?.message).toBe(
      `${join(run, 'config.ts')} is missing, the config that ${run} was begun with: put it back, or begin another run`,
    )
  })
})

describe('a config that the user gave on this machine', () => {
  test('goes on without a word, also when it was changed or is gone since', async () => {
    const mine = program(at('mine/config.ts'), 'mine')
    keep(mine)
    await recorded(mine)
    program(mine, 'changed')
    await recorded(mine)
    rmSync(mine)
    await recorded(mine)
    expect(marks()).toBe('mine mine mine ')
  })

  test('is refused when what it imports has changed, at any depth, and that file is named', async () => {
    writeFileSync(at('mine/deep.ts'), 'export const deep = 1')
    writeFileSync(at('mine/part.ts'), "export { deep } from './deep'")
    const mine = program(at('mine/config.ts'), 'mine', "const { deep } = await import('./part.ts')")
    keep(mine)
    await recorded(mine)
    program(at('mine/deep.ts'), 'deep')
    expect((await refusal(mine))?.message).toBe(
      `${at('mine/deep.ts')} has changed since ${run} was begun with ${mine}, which names it and is run as a program: put it back as it was, or look at it, then add \`trustConfig\``,
    )
    expect(marks()).toBe('mine ')
  })

  test('a forged or damaged note of it is none', async () => {
    const mine = program(at('mine/config.ts'), 'mine')
    keep(mine)
    const notes = at('state/selfsame/trusted-configs')
    const [name = ''] = readdirSync(notes)
    for (const text of ['', 'null', '{}', '{"neighbours":null}', '[1]']) {
      writeFileSync(join(notes, name), text)
      expect(await refusal(mine)).toBeInstanceOf(UsageError)
    }
    expect(marks()).toBe('')
  })

  test('is noted nowhere in the current folder, and training goes on where it cannot be noted', () => {
    const mine = program(at('mine/config.ts'), 'mine')
    writeFileSync(at('file'), '')
    const said = vi.spyOn(process.stderr, 'write').mockReturnValue(true)
    try {
      vi.stubEnv('HOME', at('home'))
      vi.stubEnv('XDG_STATE_HOME', 'state-here')
      keep(mine)
      expect(existsSync('state-here')).toBe(false)
      expect(readdirSync(at('home/.local/state/selfsame/trusted-configs'))).toHaveLength(1)
      expect(said).not.toHaveBeenCalled()
      vi.stubEnv('XDG_STATE_HOME', at('file'))
      keep(mine)
      expect(said.mock.lastCall?.[0]).toMatch(
        /^Note: .*trusted-configs.* could not be written: .*\. So going on with the run and judging it will want --trust-config to run .*mine\/config\.ts again\.\n$/,
      )
    } finally {
      said.mockRestore()
    }
  })
})

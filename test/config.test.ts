/** Config files: a method and an encoder of one's own, through the command line, resumed and judged. */
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test, vi } from 'vitest'
import { parseSets } from '../src/cli/set-option.js'
import { UsageError } from '../src/errors.js'
import type { EncoderFactory } from '../src/learn/encoder/spec.js'
import { pooled } from '../src/learn/extract/index.js'
import { findMethod } from '../src/learn/methods/index.js'
import { decodeSafetensors } from '../src/nn/index.js'
import { scope, Tensor } from '../src/torch/index.js'
import { loadConfig, methodOf, ownFault } from '../src/trainer/config.js'
import { selfsame, temporaryFolder } from './support/cli.js'
import { drawPictures } from './support/pictures.js'

const folder = temporaryFolder()
const pictures = join(folder, 'pictures')

/** Writes a config and returns its path. */
function write(name: string, text: string): string {
  const path = join(folder, name)
  writeFileSync(path, text)
  return path
}

const NUMBERS = "preset: 'small', size: 16, batch: 8, epochs: 2, warmup: 0"
const METHOD = `
import { ema, extract, METHODS, mlp, predictor, similarity, small, views } from 'selfsame'
import type { loss } from 'selfsame'
import { Tensor } from 'selfsame/torch'

const ours: loss.Loss = {
  name: 'distance of the first views',
  options: { weight: 3 },
  pairs: 'positive',
  build: ({ weight }) => ({
    compute: ({ online, target }, { similarity }) => {
      const [a, b] = [[...online.values()][0]!.prediction, [...target.values()][0]!.vector]
      if (!(a instanceof Tensor)) throw new Error('a tensor of another copy')
      return similarity.rows(a, b).neg().add(1).mean().mul(Number(weight))
    },
  }),
}

export default {
  method: {
    name: 'mine',
    views: views.BYOL_VIEWS,
    extract: extract.pooled,
    projector: mlp(32, 16),
    predictor: predictor(24),
    similarity: similarity.cosine,
    loss: ours,
    target: ema(0.9),
    presets: { small: small({ projector: { hidden: 20, outputs: 12 }, predictor: {} }) },
  },
  loss: { weight: 2 },
  ${NUMBERS},
}
`
const ENCODER = `
import { Linear } from 'selfsame/nn'
import { Tensor } from 'selfsame/torch'

function colours({ channels }: { channels: number }) {
  const linear = new Linear(channels, 6)
  if (!(linear.weight instanceof Tensor)) throw new Error('a tensor of another copy')
  return { linear, features: 6, forward: (x: Tensor) => linear.forward(x.mean([2, 3])) }
}

export default { method: 'simsiam', encoder: colours, ${NUMBERS} }
`

describe('read here', () => {
  test('a config shares our very modules', async () => {
    const { config } = await loadConfig(write('method.ts', METHOD))
    const method = methodOf(config, 'byol')
    expect(method.extract).toBe(pooled)
    expect(method.views).toBe(findMethod('byol').views)
    // what a method may leave out
    expect(method).toMatchObject({ name: 'mine', title: 'mine', predictor: { hidden: 24 } })
  })

  test('nothing is kept in, or taken from, the temporary folder that all users share', async () => {
    vi.stubEnv('TMPDIR', folder)
    try {
      await loadConfig(write('kept.ts', 'export default { epochs: 1 as number }'))
    } finally {
      vi.unstubAllEnvs()
    }
    expect(existsSync(join(folder, 'jiti'))).toBe(false)
  })

  test.each([
    ['a.mjs', 'export default { epochs: 3 }'],
    ['b.cjs', 'module.exports = { epochs: 3 }'],
    ['c.js', "const { join } = require('node:path')\nmodule.exports = { epochs: join('3') * 1 }"],
    ['d.ts', 'const epochs: number = await Promise.resolve(3)\nexport default { epochs }'],
  ])('%s is read', async (name, text) => {
    expect(await loadConfig(write(name, text))).toEqual({ config: { epochs: 3 }, source: Buffer.from(text) })
  })

  test('an encoder of a config makes tensors of ours', async () => {
    const { config } = await loadConfig(write('encoder.ts', ENCODER))
    const method = methodOf(config, 'byol')
    expect(method.name).toBe('simsiam')
    scope(() => {
      const made = (method.encoder as unknown as (options: object) => { linear: { weight: Tensor } })({
        channels: 3,
      })
      expect(made.linear.weight).toBeInstanceOf(Tensor)
      made.linear.weight.dispose()
    })
  })

  test('the method of the config, else the one that is asked for; an own encoder goes into either', () => {
    const encoder = (() => {}) as unknown as EncoderFactory
    expect(methodOf({}, 'vicreg')).toBe(findMethod('vicreg'))
    expect(methodOf({ method: 'dino' }, 'vicreg')).toBe(findMethod('dino'))
    expect(methodOf({ encoder }, 'vicreg')).toEqual({ ...findMethod('vicreg'), encoder })
  })

  test.each<[string, unknown, RegExp]>([
    [
      'one choice',
      { ...findMethod('byol'), name: 'mine', loss: undefined },
      /^the config's method lacks loss: begin with/,
    ],
    ['all but its name', { name: 'mine' }, /lacks views, extract, projector, similarity, loss, target: /],
    ['everything', null, /^the config's method must be a name or an object, got null: /],
    ['everything, being a number', 3, /^the config's method must be a name or an object, got 3: /],
  ])('a method that lacks %s is refused in one sentence', (_, method, message) => {
    const refused = () => methodOf({ method } as Parameters<typeof methodOf>[0], 'byol')
    expect(refused).toThrow(UsageError)
    expect(refused).toThrow(message)
    expect(refused).toThrow(/^[^\n]+$/)
  })

  test.each<[string, string, RegExp]>([
    ['a number', 'export default 3', /must have a default export that is an object/],
    ['a list', 'export default [1]', /must have a default export that is an object/],
    ['a word', "export default 'byol'", /must have a default export that is an object/],
    ['what does not parse', 'export default {', /cannot be read: /],
    ['what throws', "throw new Error('no such thing')\nexport default {}", /cannot be read: no such thing/],
    [
      'what imports nothing',
      "import { nowhere } from './nowhere.js'\nexport default { nowhere }",
      /cannot be read: .*nowhere/,
    ],
  ])('%s is refused in one sentence with the name of the file', async (name, text, message) => {
    const path = write(`${name.replaceAll(' ', '-')}.ts`, text)
    const error = await loadConfig(path).catch((error: Error) => error)
    expect((error as Error).message).toMatch(message)
    expect((error as Error).message).toContain(path)
    expect((error as Error).message).not.toMatch(/\n/)
  })
})

describe('through the command line', () => {
  beforeAll(async () => {
    await drawPictures(pictures, 36, true)
  })

  const weights = (run: string) => readFileSync(join(run, 'encoder.safetensors'))

  async function trained(config: string, ...more: string[]): Promise<string> {
    const run = join(folder, `run-${Math.random().toString(36).slice(2)}`)
    const { code, stderr, stdout } = await selfsame([
      ...['train', pictures, '--config', config, '--run', run, '--checkpoint-every', '3', '--json'],
      ...more,
    ])
    expect(stderr).not.toMatch(/selfsame:/)
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({ status: 'finished', steps: 8 })
    return run
  }

  /** Takes a run back to its checkpoint before the last, as if it had been killed then, and goes on. */
  async function resumed(run: string): Promise<Buffer> {
    const checkpoints = join(run, 'checkpoints')
    for (const name of readdirSync(checkpoints).filter((name) => name.startsWith('step-8')))
      rmSync(join(checkpoints, name))
    for (const name of ['training.json', 'encoder.safetensors']) rmSync(join(run, name))
    const { code, stderr, stdout } = await selfsame(['train', '--run', run, '--resume', '--json'])
    expect(stderr).not.toMatch(/selfsame:/)
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({ status: 'finished', steps: 8 })
    return weights(run)
  }

  async function judged(run: string): Promise<void> {
    const { code, stderr, stdout } = await selfsame(['evaluate', run, '--protocol', 'knn', '--json'])
    expect(stderr).not.toMatch(/selfsame:/)
    expect(code).toBe(0)
    expect(Object.keys(JSON.parse(stdout).knn)).toEqual(
      expect.arrayContaining(['learned', 'pixels', 'untrained']),
    )
  }

  test('a whole method: trained, kept, resumed with the file, changed, and gone', async () => {
    const config = write('own-method.ts', METHOD)
    const run = await trained(config)
    const { settings } = JSON.parse(readFileSync(join(run, 'run.json'), 'utf8'))
    expect(settings).toMatchObject({
      method: 'mine',
      loss: { weight: 2 },
      projector: { hidden: 20, outputs: 12 },
    })
    expect(readFileSync(join(run, 'config.ts'), 'utf8')).toBe(METHOD)
    const whole = weights(run)
    expect((await resumed(run)).equals(whole)).toBe(true)
    writeFileSync(config, 'export default {')
    expect((await resumed(run)).equals(whole)).toBe(true)
    rmSync(config)
    expect((await resumed(run)).equals(whole)).toBe(true)
    await judged(run)
  }, 300_000)

  test('an encoder that is a function: its tensors are trained and saved under their names', async () => {
    const config = write('own-encoder.ts', ENCODER)
    const run = await trained(config)
    const { settings } = JSON.parse(readFileSync(join(run, 'run.json'), 'utf8'))
    expect(settings).toMatchObject({ method: 'simsiam', encoder: { name: 'colours' } })
    const whole = weights(run)
    const { tensors } = decodeSafetensors(whole)
    expect([...tensors.keys()]).toEqual(['linear.weight', 'linear.bias'])
    for (const one of tensors.values()) one.dispose()
    rmSync(config)
    expect((await resumed(run)).equals(whole)).toBe(true)
    await judged(run)
  }, 300_000)

  test('words on the command line come before the file, also when the run is resumed', async () => {
    const config = write('overruled.ts', ENCODER)
    const run = await trained(config, '--method', 'vicreg', '--encoder', 'small')
    const { settings } = JSON.parse(readFileSync(join(run, 'run.json'), 'utf8'))
    expect(settings).toMatchObject({ method: 'vicreg', encoder: { name: 'small' } })
    const whole = weights(run)
    const { tensors } = decodeSafetensors(whole)
    expect([...tensors.keys()][0]).toBe('layers.0.conv.weight')
    for (const one of tensors.values()) one.dispose()
    expect((await resumed(run)).equals(whole)).toBe(true)
    await judged(run)
  }, 300_000)
})

test('an error inside a method of one’s own names its line, and nothing else is blamed on it', () => {
  const own = new TypeError('x is undefined')
  own.stack =
    'TypeError: x is undefined\n    at compute (/home/me/mine.ts:7:12)\n    at step (/lib/step.js:1:1)'
  expect(ownFault(own, '/home/me/mine.ts')).toMatchObject({
    message: '/home/me/mine.ts, line 7: x is undefined',
  })
  const ours = new TypeError('y')
  ours.stack = 'TypeError: y\n    at step (/lib/step.js:1:1)'
  expect(ownFault(ours, '/home/me/mine.ts')).toBe(ours)
})

describe('--set', () => {
  test('pairs become nested settings', () => {
    expect(parseSets(['target.tau=0.9', 'target.start=own', 'predictor=null', 'size=32'])).toEqual({
      target: { tau: 0.9, start: 'own' },
      predictor: null,
      size: 32,
    })
    // what every object has is a key like any other here, and refused as one that no setting has
    expect(Object.entries(parseSets(['constructor.prototype.x=1']))).toEqual([
      ['constructor', { prototype: { x: 1 } }],
    ])
  })

  test.each([
    '__proto__.x=1',
    'target.__proto__.x=1',
    '__proto__=1',
    'a..b=1',
    '.=1',
    '.a=1',
    'a.=1',
    ' =1',
    '=1',
    'a',
  ])('%s is refused and changes nothing', (pair) => {
    expect(() => parseSets([pair])).toThrow(UsageError)
    expect(() => parseSets([pair])).toThrow(
      `--set needs the name of a setting, = and its value, got '${pair}'`,
    )
    expect(({} as Record<string, unknown>).x).toBeUndefined()
  })

  test('a value that is empty is refused', () => {
    expect(() => parseSets(['seed='])).toThrow('the value of --set seed= is empty, perhaps from a variable')
  })
})

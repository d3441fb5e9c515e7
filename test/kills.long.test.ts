/** Killed at random moments, again and again, a run ends with the undisturbed run's weights, bit for bit. */
import { readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { selfsame, temporaryFolder } from './support/cli.js'
import { drawPictures } from './support/pictures.js'

const KILLS = Number(process.env.SELFSAME_TEST_KILLS ?? 200)
/** Kills of one run, before it may end in peace. */
const IN_A_ROW = 4

// so that tests beside it do not make it slow
process.env.SELFSAME_THREADS = '1'
const folder = temporaryFolder()
const pictures = join(folder, 'pictures')
const settings = '--size 16 --batch 8 --epochs 8 --set projector.hidden=32 --set predictor.hidden=32'.split(
  ' ',
)
const outcome = (run: string) => ({
  encoder: readFileSync(join(run, 'encoder.safetensors')),
  state: elementsOf(join(run, 'checkpoints/step-40.safetensors')),
  steps: lines(run).flatMap(({ type, step }) => (type === 'step' ? [step] : [])),
  losses: lines(run).flatMap(({ type, loss }) => (type === 'step' ? [loss] : [])),
})
const lines = (run: string) =>
  readFileSync(join(run, 'metrics.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))

/** The header says how long it took. */
function elementsOf(path: string): Buffer {
  const bytes = readFileSync(path)
  return bytes.subarray(8 + Number(bytes.readBigUInt64LE()))
}

test(`${KILLS} kills`, async () => {
  await drawPictures(pictures, 40)
  const begin = (run: string, every: number) => [
    'train',
    pictures,
    ...settings,
    '--checkpoint-every',
    String(every),
    '--run',
    run,
  ]
  const whole = join(folder, 'whole')
  const began = performance.now()
  expect((await selfsame(begin(whole, 3))).code).toBe(0)
  const length = performance.now() - began
  const undisturbed = outcome(whole)
  const counts = { kills: 0, runs: 0, 'before the start': 0, 'half-written files': 0 }
  while (counts.kills < KILLS) {
    const run = join(folder, `run-${counts.runs}`)
    const every = 1 + (counts.runs % 3)
    let resumed = false
    for (let kill = 0; kill < IN_A_ROW && counts.kills < KILLS; ) {
      const args = resumed ? ['train', '--run', run, '--resume'] : begin(run, every)
      const at = Math.random() * length * 1.05
      const { code, signal, stderr } = await killed(args, at)
      resumed = names(run).includes('run.json')
      if (signal === null) {
        // it was done before
        expect(code, stderr).toBe(0)
        break
      }
      kill++
      counts.kills++
      if (!resumed) counts['before the start']++
      if ([...names(run), ...names(join(run, 'checkpoints'))].some((name) => name.endsWith('.tmp')))
        counts['half-written files']++
    }
    const last = await selfsame(resumed ? ['train', '--run', run, '--resume'] : begin(run, every))
    expect(last.code, last.stderr).toBe(0)
    expect(last.stderr).not.toContain('damaged')
    const { encoder, state, steps, losses } = outcome(run)
    expect(encoder.equals(undisturbed.encoder), `encoder of ${run}`).toBe(true)
    expect(state.equals(undisturbed.state), `state of ${run}`).toBe(true)
    expect(steps).toEqual(undisturbed.steps)
    expect(losses).toEqual(undisturbed.losses)
    expect(names(run).filter((name) => /tmp|lock|reserve/.test(name))).toEqual([])
    expect(names(join(run, 'checkpoints'))).toHaveLength(2)
    rmSync(run, { recursive: true })
    counts.runs++
  }
  console.log(JSON.stringify(counts))
})

function killed(args: string[], after: number) {
  let timer: NodeJS.Timeout | undefined
  return selfsame(args, undefined, (child) => {
    timer = setTimeout(() => child.kill('SIGKILL'), after)
  }).finally(() => clearTimeout(timer))
}

const names = (path: string) => {
  try {
    return readdirSync(path)
  } catch {
    return []
  }
}

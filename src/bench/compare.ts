/** Ours and the peer in turn, each measurement in a process of its own. */
import { spawn } from 'node:child_process'
import { SelfsameError } from '../errors.js'
import type { Measurement } from './measure.js'

/** A program that is measured: its last line of output is a measurement in JSON. */
export interface Side {
  name: string
  command: readonly [string, ...string[]]
  /** On top of this process's own. */
  env?: Readonly<Record<string, string>>
}

export type Figures = Measurement

/** All measurements of each side, in the order of the rounds. */
export type Rounds<F = Figures> = ReadonlyMap<Side, readonly F[]>

export interface CompareOptions<F> {
  rounds: number
  onMeasured?: (side: Side, figures: F) => void
}

/**
 * A B A B …, so that other load on the machine slows all sides alike.
 * @throws SelfsameError when a side cannot be measured
 */
export async function compare<F = Figures>(
  sides: readonly Side[],
  { rounds, onMeasured }: CompareOptions<F>,
): Promise<Rounds<F>> {
  const found = new Map<Side, F[]>(sides.map((side) => [side, []]))
  for (let round = 0; round < rounds; round++) {
    for (const side of sides) {
      const figures = await measured<F>(side)
      found.get(side)?.push(figures)
      onMeasured?.(side, figures)
    }
  }
  return found
}

function measured<F>({ name, command: [program, ...args], env }: Side): Promise<F> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let [out, err] = ['', '']
    child.stdout.on('data', (chunk) => (out += chunk))
    child.stderr.on('data', (chunk) => (err += chunk))
    const fail = (reason: string) => reject(new SelfsameError(`${name} could not be measured: ${reason}`))
    child.on('error', ({ message }) => fail(`${program} did not start (${message})`))
    child.on('close', (code) => {
      if (code !== 0)
        return fail(
          err
            .trim()
            .split('\n')
            .at(-1)
            ?.replace(/^selfsame: /, '') || `it ended with code ${code}`,
        )
      try {
        resolve(JSON.parse(out.trim().split('\n').at(-1) ?? ''))
      } catch {
        fail('it printed no figures')
      }
    })
  })
}

/** The speeds that are compared, in pictures a second, and their titles. */
export const SPEEDS = {
  views_images_per_second: 'views alone',
  step_images_per_second: 'step alone',
  full_images_per_second: 'end to end',
  limit_images_per_second: 'libtorch’s convolutions and products alone',
} as const
export type Speed = keyof typeof SPEEDS

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length / 2
  return sorted.length % 2 === 1
    ? (sorted[Math.floor(middle)] as number)
    : ((sorted[middle - 1] as number) + (sorted[middle] as number)) / 2
}

/** The median of a figure over the rounds; undefined where it was not measured. */
export function medianOf(figures: readonly Figures[], key: Speed | 'peak_rss_mb' | 'first_step_seconds') {
  const values = figures.map((one) => one[key]).filter((value) => value !== undefined)
  return values.length === 0 ? undefined : median(values)
}

/** How many times as fast the first side is as the second: the median of the ratios within a round. */
export function ratioOf(
  ours: readonly Figures[],
  theirs: readonly Figures[],
  key: Speed,
): number | undefined {
  const ratios = ours.flatMap((one, round) => {
    const [a, b] = [one[key], theirs[round]?.[key]]
    return a !== undefined && b !== undefined ? [a / b] : []
  })
  return ratios.length === 0 ? undefined : median(ratios)
}

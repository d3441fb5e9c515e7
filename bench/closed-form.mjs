// Seconds and memory of the closed form (`--method smt`) by number of pictures: CIFAR-10's own, and beyond its 50,000 the same moved by
// a few pixels and mirrored, as one NumPy array. Linux alone, as the highest memory is read from /proc. The table of docs/own-pictures.md.
// usage: node bench/closed-form.mjs --cifar10 FOLDER [--pictures 5000,50000,500000] [--in DIR]
import { spawn } from 'node:child_process'
import { mkdirSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

const { values } = parseArgs({
  options: {
    cifar10: { type: 'string' },
    pictures: { type: 'string', default: '5000,50000,500000' },
    in: { type: 'string', default: '/tmp/closed-form' },
  },
})
const SIDE = 32
const PLANE = SIDE * SIDE
const RECORD = 1 + 3 * PLANE
const FILES = [1, 2, 3, 4, 5].map((i) => join(values.cifar10, `data_batch_${i}.bin`))
/** The first round is CIFAR-10 itself. */
const MOVES = [0, 3, -3, 2, -2, 4, -4, 1, -1, 3]

/** Writes `count` pictures, `[count, 3, 32, 32]`. */
function writeArray(path, count) {
  const file = openSync(path, 'w')
  const text = `{'descr': '|u1', 'fortran_order': False, 'shape': (${count}, 3, ${SIDE}, ${SIDE}), }`
  const header = Buffer.alloc(128, ' ')
  header.write('\x93NUMPY\x01\x00', 'latin1')
  header.writeUInt16LE(118, 8)
  header.write(text, 10)
  header.write('\n', 127)
  writeSync(file, header)
  let left = count
  for (let round = 0; left > 0; round++)
    for (const path of FILES) {
      const records = readFileSync(path)
      const taken = Math.min(left, records.length / RECORD)
      writeSync(file, moved(records, taken, MOVES[round % MOVES.length], round))
      left -= taken
    }
}

/** Pictures without their labels, moved by some pixels with borders reflected, mirrored in odd rounds. */
function moved(records, count, by, round) {
  const pixels = Buffer.alloc(count * 3 * PLANE)
  const reflected = (at) => (at < 0 ? -at : at >= SIDE ? 2 * SIDE - 2 - at : at)
  for (let picture = 0; picture < count; picture++)
    for (let plane = 0; plane < 3; plane++)
      for (let y = 0; y < SIDE; y++)
        for (let x = 0; x < SIDE; x++) {
          const from = reflected((round % 2 ? SIDE - 1 - x : x) + by) + SIDE * reflected(y - by)
          pixels[(picture * 3 + plane) * PLANE + y * SIDE + x] =
            records[picture * RECORD + 1 + plane * PLANE + from]
        }
  return pixels
}

/** Of a second, in which the kernel counts processor time. */
const TICKS = 100

/** The answer of `train`, the processor time of all its threads in seconds, and the highest memory in MB. */
async function trained(array, run) {
  const bin = fileURLToPath(new URL('../dist/cli/bin.cjs', import.meta.url))
  const began = performance.now()
  const words = [bin, 'train', array, '--method', 'smt', '--run', run, '--json']
  const child = spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'inherit'] })
  let [highest, busy] = [0, 0]
  const look = setInterval(() => {
    try {
      const [, found] = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8')) ?? []
      if (found) highest = Number(found) / 1024
      // what follows the name, which may hold spaces: user and system time are the 12th and 13th
      const [, rest = ''] = readFileSync(`/proc/${child.pid}/stat`, 'utf8').split(/\) /)
      const fields = rest.split(' ').map(Number)
      if (found) busy = (fields[11] + fields[12]) / TICKS
    } catch {
      // it has ended meanwhile
    }
  }, 100)
  let text = ''
  for await (const part of child.stdout) text += part
  clearInterval(look)
  return { ...JSON.parse(text), whole: (performance.now() - began) / 1000, busy, highest }
}

mkdirSync(values.in, { recursive: true })
const [array, run] = [join(values.in, 'pictures.npy'), join(values.in, 'run')]
console.log(
  '| pictures | training, s | with start and writing, s | processor, s | pictures/s, each seen twice | highest memory, MB |',
)
console.log('|--:|--:|--:|--:|--:|--:|')
for (const count of values.pictures.split(',').map(Number)) {
  rmSync(run, { recursive: true, force: true })
  writeArray(array, count)
  const { seconds, whole, busy, highest } = await trained(array, run)
  const cells = [
    count,
    Math.round(seconds),
    Math.round(whole),
    Math.round(busy),
    Math.round((2 * count) / seconds),
    Math.round(highest),
  ]
  console.log(`| ${cells.map((cell) => cell.toLocaleString('en')).join(' | ')} |`)
}
rmSync(values.in, { recursive: true, force: true })

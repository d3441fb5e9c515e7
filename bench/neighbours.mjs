// How much of the speed remains beside busy processes and under a quota of processor time: settings in turn, A B A B.
// usage: node bench/neighbours.mjs --photographs DIR [--seconds 8] [--rounds 2] [--workload simclr] [--settings '{"ours":{},"10000":{"GOMP_SPINCOUNT":"10000"}}'] [--beside 0,1,2,4,2n,q1.5]
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, rmdirSync, writeFileSync } from 'node:fs'
import { availableParallelism, cpus } from 'node:os'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

const { values } = parseArgs({
  options: {
    photographs: { type: 'string', default: '' },
    seconds: { type: 'string', default: '8' },
    rounds: { type: 'string', default: '2' },
    workload: { type: 'string', default: 'simclr' },
    settings: { type: 'string', default: '{"ours":{},"libgomp as it is":{"GOMP_SPINCOUNT":"300000"}}' },
    beside: { type: 'string', default: '0,1,2,4,2n,q1.5' },
    one: { type: 'boolean' },
  },
})

/** Prints the pictures a second of this process. */
async function one() {
  const { prepare, timeWhole, WORKLOADS } = await import('../dist/bench/index.js')
  const simclr = {
    ...WORKLOADS.a,
    method: 'simclr',
    preset: 'small',
    change: { size: 32 },
    pictures: 'photographs',
    blur: true,
  }
  const workload = { ...WORKLOADS, simclr }[values.workload]
  const { imagesPerSecond } = await timeWhole(
    await prepare(workload, 'float32', values.photographs),
    Number(values.seconds),
  )
  console.log(imagesPerSecond)
}

const group = '/sys/fs/cgroup/cpu/selfsame-neighbours'

/** A group of processes that may use so many processors' time; needs root. */
function limit(share) {
  const unified = existsSync('/sys/fs/cgroup/cgroup.controllers')
  const folder = unified ? '/sys/fs/cgroup/selfsame-neighbours' : group
  mkdirSync(folder, { recursive: true })
  if (unified) writeFileSync(`${folder}/cpu.max`, `${share * 100_000} 100000`)
  else {
    writeFileSync(`${folder}/cpu.cfs_period_us`, '100000')
    writeFileSync(`${folder}/cpu.cfs_quota_us`, String(share * 100_000))
  }
  return folder
}

function measured(beside, env) {
  const [, quota, count, niced] = /^(q)?([\d.]+)(n)?$/.exec(beside)
  const busy = Array.from({ length: quota ? 0 : Number(count) }, () =>
    spawn('nice', ['-n', niced ? '19' : '0', process.execPath, '-e', 'for (;;);'], { stdio: 'ignore' }),
  )
  const folder = quota && limit(Number(count))
  const file = fileURLToPath(import.meta.url)
  const words = [
    file,
    '--one',
    ...['workload', 'seconds', 'photographs'].flatMap((name) => [`--${name}`, values[name]]),
  ]
  try {
    const script = folder ? `echo $$ > ${folder}/cgroup.procs && exec "$@"` : 'exec "$@"'
    const { stdout, stderr } = spawnSync('sh', ['-c', script, 'sh', process.execPath, ...words], {
      env: { ...process.env, ...env },
      encoding: 'utf8',
    })
    if (!Number(stdout)) throw new Error(stderr)
    return Number(stdout)
  } finally {
    for (const process of busy) process.kill('SIGKILL')
    if (folder) rmdirSync(folder)
  }
}

function report() {
  const settings = Object.entries(JSON.parse(values.settings))
  const rows = values.beside.split(',')
  const found = new Map()
  for (let round = 0; round < Number(values.rounds); round++)
    for (const beside of rows)
      for (const [name, env] of settings) {
        const speed = measured(beside, env)
        found.set(`${beside} ${name}`, [...(found.get(`${beside} ${name}`) ?? []), speed])
        console.error(round, beside, name, speed.toFixed(0))
      }
  const digits = values.workload === 'simclr' ? 0 : 1
  console.log(`| ${values.workload}: beside | ${settings.map(([name]) => name).join(' | ')} |`)
  console.log(`| :-- |${' --: |'.repeat(settings.length)}`)
  for (const beside of rows) {
    const cells = settings.map(([name]) =>
      found
        .get(`${beside} ${name}`)
        .map((x) => x.toFixed(digits))
        .join(', '),
    )
    console.log(`| ${wordsOf(beside)} | ${cells.join(' | ')} |`)
  }
  console.log(
    `\nPictures/s, ${new Date().toISOString().slice(0, 10)}, ${availableParallelism()} cores of ${cpus()[0].model.trim()}`,
  )
}

function wordsOf(beside) {
  if (beside.startsWith('q')) return `nothing, a quota of ${beside.slice(1)} CPUs`
  if (beside === '0') return 'nothing'
  return beside.endsWith('n') ? `${beside.slice(0, -1)} busy, niced` : `${beside} busy`
}

if (values.one) await one()
else report()

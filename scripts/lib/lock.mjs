// One at a time, over processes. The lock is a file that names its owner: on one machine the process itself is asked whether it
// lives, and only where it cannot be asked, on another machine, does its heartbeat count.
import { spawnSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import {
  closeSync,
  openSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { hostname } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { textOf } from './files.mjs'

const lookMs = 200
const beatMs = 10_000
/** A step may take minutes, and a machine may be asleep. */
const silentMs = 30 * 60_000

/**
 * Runs the work while no other process that locks the same path does. `waiting` is told once of an owner that lives, and may
 * throw to wait no longer.
 */
export async function withLock(path, work, waiting = () => {}) {
  let told = false
  let unclear
  for (;;) {
    const own = taken(path)
    if (own) return await holding(path, own, work)
    const text = contentOf(path)
    if (text === undefined) continue
    const owner = ownerIn(text)
    // what names nobody may be half written: it is seen twice before it is nobody's
    if (owner ? !lives(owner, path) : text === unclear) {
      await broken(path, text)
      continue
    }
    unclear = owner ? undefined : text
    if (owner && !told) waiting({ ...owner, here: isHere(owner) })
    told ||= owner !== undefined
    await sleep(lookMs)
  }
}

/** Creates the lock, or gives nothing where there is one. */
function taken(path) {
  // before the file is there: outside Linux this waits for another program, and an empty lock is soon taken for nobody's
  const text = JSON.stringify({ ...self(), token: randomUUID() })
  let file
  try {
    file = openSync(path, 'wx')
  } catch (error) {
    if (error.code === 'EEXIST') return undefined
    throw error
  }
  try {
    writeFileSync(file, text)
    return { file, text }
  } catch (error) {
    closeSync(file)
    rmSync(path, { force: true })
    throw error
  }
}

/** Undefined when it is gone meanwhile. */
function contentOf(path) {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if (error.code === 'ENOENT') return undefined
    throw error
  }
}

async function holding(path, { file, text }, work) {
  // by the clock of the file system, which all machines see
  const beat = setInterval(() => {
    try {
      writeSync(file, text[0], 0)
    } catch {
      // a full disk or a network that is away for a while
    }
  }, beatMs).unref()
  try {
    return await work()
  } finally {
    clearInterval(beat)
    closeSync(file)
    // by now it may be another's
    if (textOf(path) === text) rmSync(path, { force: true })
  }
}

/** Removes a lock that is nobody's; looked at again where no other waiter does: it may be a new one by now. */
async function broken(path, text) {
  await withLock(`${path}.break`, async () => {
    if (textOf(path) === text) rmSync(path, { force: true })
  })
}

/** Undefined when the text names nobody. */
function ownerIn(text) {
  try {
    const owner = JSON.parse(text)
    return Number.isInteger(owner?.pid) ? owner : undefined
  } catch {
    // as it was written before
    const [, pid, host] = /^(\d+) (\S+)$/.exec(text) ?? []
    return pid ? { pid: Number(pid), host } : undefined
  }
}

let known
/** This process, and the place where its number means something. */
function self() {
  known ??= {
    pid: process.pid,
    host: hostname(),
    boot: textOf('/proc/sys/kernel/random/boot_id')?.trim(),
    // a container has numbers of its own
    space: linkOf('/proc/self/ns/pid'),
    started: startOf(process.pid),
  }
  return known
}

function lives(owner, path) {
  if (isHere(owner)) return runs(owner)
  const { host, boot } = self()
  // nothing outlives a restart
  const restarted = owner.host === host && owner.boot !== boot
  return !restarted && beats(path)
}

/** Whether the owner is or was a process that can be asked: of this machine, since its start, and not in another container. */
function isHere(owner) {
  const { host, boot, space } = self()
  // a machine may change its name
  const machine = owner.boot && boot ? owner.boot === boot : (owner.host ?? host) === host
  return machine && (owner.space ?? space) === space
}

function runs({ pid, started }) {
  try {
    process.kill(pid, 0)
  } catch (error) {
    // not being allowed to signal it says that it is there
    if (error.code !== 'EPERM') return false
  }
  const now = startOf(pid)
  // another process may have got the number since; where that cannot be told, the number must do
  return now !== ENDED && (started === undefined || now === undefined || now === started)
}

/** Whether the owner has touched its lock lately, by the clock of the disk that it lies on. */
function beats(path) {
  const probe = `${path}.${process.pid}.clock`
  try {
    writeFileSync(probe, '')
    return statSync(probe).mtimeMs - statSync(path).mtimeMs < silentMs
  } catch (error) {
    // gone meanwhile, or no clock to be had
    return error.path !== path
  } finally {
    rmSync(probe, { force: true })
  }
}

const ENDED = 'ended'

/** When a process began: on Linux in ticks since the start of the machine, elsewhere as `ps` has it. */
function startOf(pid) {
  if (process.platform !== 'linux') {
    const { stdout } = spawnSync('ps', ['-o', 'lstart=', '-p', String(pid)], {
      encoding: 'utf8',
      env: { ...process.env, LC_ALL: 'C', TZ: 'UTC' },
    })
    return stdout?.trim() || undefined
  }
  // the name before it may hold anything
  const fields = textOf(`/proc/${pid}/stat`)?.split(') ').at(-1)?.split(' ')
  // one that nobody has waited for yet
  return fields?.[0] === 'Z' || fields?.[0] === 'X' ? ENDED : fields?.[19]
}

function linkOf(path) {
  try {
    return readlinkSync(path)
  } catch {
    return undefined
  }
}

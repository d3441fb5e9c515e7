// One set-up at a time. The lock is a file that names its owner, so that one left by a killed process is seen as such.
import { linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { makeFolder, textOf } from './files.mjs'
import { say } from './step.mjs'

/** Waits for its turn, runs the work and gives the lock back. */
export async function locked(file, work) {
  makeFolder(dirname(file))
  let told = false
  while (!taken(file)) {
    const owner = ownerOf(file)
    if (!owner) {
      // signals are only heard when the event loop turns
      await sleep(1)
      continue
    }
    if (!alive(owner)) {
      // looked at again where no other waiter drops it: the lock may be a new one by now
      await locked(`${file}.stale`, () => {
        const last = ownerOf(file)
        if (last && !alive(last)) rmSync(file)
      })
      continue
    }
    if (!told) say(`Another set-up is running (process ${owner.pid}); waiting for it.`)
    told = true
    await sleep(200)
  }
  try {
    return await work()
  } finally {
    rmSync(file, { force: true })
  }
}

// linked into place with its content, so that nobody ever reads half a lock
function taken(file) {
  const mine = `${file}.${process.pid}`
  writeFileSync(mine, JSON.stringify({ pid: process.pid, started: startOf(process.pid) }))
  try {
    linkSync(mine, file)
    return true
  } catch (error) {
    if (error.code === 'EEXIST') return false
    throw error
  } finally {
    rmSync(mine, { force: true })
  }
}

// nothing when the lock was given back meanwhile, and an owner without a number when it is damaged
function ownerOf(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch (error) {
    if (error.code === 'ENOENT') return undefined
    // another user's lock is there for ever, as far as can be seen from here
    if (error.code) throw error
    return {}
  }
}

function alive({ pid, started }) {
  try {
    process.kill(pid, 0)
  } catch (error) {
    // not being allowed to signal it says that it is there
    if (error.code !== 'EPERM') return false
  }
  // another process may have got the number since
  return started === startOf(pid)
}

/** When a process began, in ticks since boot, with the boot's own name: Linux only, elsewhere the number must do. */
function startOf(pid) {
  const ticks = textOf(`/proc/${pid}/stat`)?.split(') ').at(-1)?.split(' ')[19]
  return ticks && `${textOf('/proc/sys/kernel/random/boot_id')?.trim()} ${ticks}`
}

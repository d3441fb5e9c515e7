import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { stat } from 'node:fs/promises'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { withLock } from './lock.mjs'

let folder
let path
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lock-'))
  path = join(folder, 'x.lock')
})
afterEach(() => rmSync(folder, { recursive: true }))

const held = () => {
  throw new Error('held')
}
const take = (at = path) => withLock(at, async () => 'mine', held)
/** What a process that has the lock writes. */
async function ownText() {
  let text
  await withLock(path, async () => {
    text = readFileSync(path, 'utf8')
  })
  return JSON.parse(text)
}

/** Several who want one path at once: how many were inside at most, and how many were told to wait. */
async function contend(at) {
  let inside = 0
  let most = 0
  let told = 0
  await Promise.all(
    [0, 1, 2, 3].map(async (turns) => {
      // so that one looks while another acts
      for (; turns > 0; turns--) await stat(at).catch(() => undefined)
      await withLock(
        at,
        async () => {
          most = Math.max(most, ++inside)
          await sleep(20)
          inside--
        },
        () => told++,
      )
    }),
  )
  return { most, told }
}

test('one at a time, the others are told once at most, and nothing is left', async () => {
  const { most, told } = await contend(path)
  expect(most).toBe(1)
  expect(told).toBeGreaterThan(0)
  expect(told).toBeLessThan(4)
  expect(readdirSync(folder)).toEqual([])
})

test('the lock is given back when the work fails', async () => {
  const fails = withLock(path, async () => {
    throw new Error('no')
  })
  await expect(fails).rejects.toThrow('no')
  expect(existsSync(path)).toBe(false)
})

test('a lock whose process has ended is broken by one of those who wait, whichever order they look in', async () => {
  const { pid } = spawnSync(process.execPath, ['--version'])
  const { host, boot, space } = await ownText()
  const texts = [
    JSON.stringify({ pid, host, boot, space, started: '5' }),
    JSON.stringify({ pid, started: 'as set-up wrote it before' }),
    `${pid} ${hostname()}`,
    '',
    '{"pid": 1',
    'null',
  ]
  const paths = Array.from({ length: 60 }, (_, at) => join(folder, `${at}.lock`))
  for (const [at, one] of paths.entries()) writeFileSync(one, texts[at % texts.length])
  const found = await Promise.all(paths.map(contend))
  expect(found.map(({ most }) => most)).toEqual(paths.map(() => 1))
  expect(readdirSync(folder)).toEqual([])
})

test('a number that another process has got since, or before a restart, does not hold the lock', async () => {
  const own = await ownText()
  for (const change of [{ started: '12345' }, { boot: 'another start' }]) {
    writeFileSync(path, JSON.stringify({ ...own, ...change }))
    expect(await take()).toBe('mine')
  }
  // this process, without a time to compare
  writeFileSync(path, `${process.pid} ${hostname()}`)
  await expect(take()).rejects.toThrow('held')
})

test('no clock counts on one machine: the owner lives, however old or new its lock looks', async () => {
  const text = JSON.stringify(await ownText())
  for (const when of [0, Date.now() / 1000 - 3600, Date.now() / 1000 + 1e6]) {
    writeFileSync(path, text)
    utimesSync(path, when, when)
    await expect(take(), String(when)).rejects.toThrow('held')
    expect(readFileSync(path, 'utf8')).toBe(text)
  }
})

const HOLDER = `
import { withLock } from ${JSON.stringify(new URL('./lock.mjs', import.meta.url).href)}
await withLock(process.argv[1], () => new Promise((resolve) => { console.log('in'); setTimeout(resolve, 60_000) }))
`

test('a lock is made only when its owner is known, also where another program must be asked who that is', async () => {
  const seen = join(folder, 'seen')
  writeFileSync(
    join(folder, 'ps'),
    `#!/bin/sh\n[ -e '${path}' ] && echo late >>'${seen}' || echo early >>'${seen}'\n`,
  )
  chmodSync(join(folder, 'ps'), 0o755)
  const elsewhere = "Object.defineProperty(process, 'platform', { value: 'freebsd' })\n"
  const script = elsewhere + HOLDER.replace('60_000', '0')
  const { status, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script, path], {
    encoding: 'utf8',
    env: { ...process.env, PATH: `${folder}:${process.env.PATH}` },
  })
  expect(status, stderr).toBe(0)
  expect(readFileSync(seen, 'utf8')).toBe('early\n')
})

test('a stopped process keeps its lock; killed, it does not, even before its parent has heard of it', async () => {
  const child = spawn(process.execPath, ['--input-type=module', '-e', HOLDER, path])
  try {
    await once(child.stdout, 'data')
    child.kill('SIGSTOP')
    utimesSync(path, 0, 0)
    await expect(take()).rejects.toThrow('held')
    child.kill('SIGKILL')
    await once(child, 'exit')
    expect(await take()).toBe('mine')
  } finally {
    child.kill('SIGKILL')
  }
})

test.runIf(process.platform === 'linux')('a process that nobody waits for any more has ended', async () => {
  // the shell that becomes `sleep` never asks how its child ended
  const shell = spawn('sh', ['-c', 'sleep 1 & echo $!; exec sleep 60'])
  try {
    const [pid] = await once(shell.stdout, 'data')
    while (!/\) Z /.test(readFileSync(`/proc/${Number(pid)}/stat`, 'utf8'))) await sleep(50)
    expect(process.kill(Number(pid), 0)).toBe(true)
    writeFileSync(path, `${Number(pid)} ${hostname()}`)
    expect(await take()).toBe('mine')
  } finally {
    shell.kill('SIGKILL')
  }
})

test.each([
  ['another machine', { host: 'elsewhere', boot: 'another start' }],
  ['another container of this machine', { space: 'pid:[1]' }],
])('a lock of %s holds while it is touched, and is broken when it no longer is', async (_, change) => {
  const other = { ...(await ownText()), ...change, pid: 999_999_999 }
  writeFileSync(path, JSON.stringify(other))
  for (const ago of [0, 29 * 60, -3600]) {
    const when = Date.now() / 1000 - ago
    utimesSync(path, when, when)
    await expect(take(), `${ago} s ago`).rejects.toThrow('held')
  }
  await expect(
    withLock(
      path,
      async () => {},
      (owner) => {
        throw owner
      },
    ),
  ).rejects.toMatchObject({ pid: 999_999_999, here: false })
  const when = Date.now() / 1000 - 31 * 60
  utimesSync(path, when, when)
  expect(await take()).toBe('mine')
  expect(readdirSync(folder)).toEqual([])
})

test('only one’s own lock is removed', async () => {
  const other = JSON.stringify({ pid: 1, token: 'another' })
  await withLock(path, async () => {
    rmSync(path)
    writeFileSync(path, other)
  })
  expect(readFileSync(path, 'utf8')).toBe(other)
})

test('a lock that cannot be written or read is the file system’s error', async () => {
  await expect(take(join(folder, 'missing/x.lock'))).rejects.toMatchObject({ code: 'ENOENT' })
  await expect(take(folder)).rejects.toMatchObject({ code: 'EISDIR' })
})

/** There is no Docker here, so what the Dockerfile says is done by hand, in a folder with what it copies and nothing of libtorch. */
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import sharp from 'sharp'
import { afterAll, expect, test } from 'vitest'
import { tinyModel } from '../src/use/testing/tiny-model.js'
import { temporaryFolder } from './support/cli.js'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const TOKEN = 'not-a-secret-0123456789'
const docker = readFileSync(join(ROOT, 'Dockerfile'), 'utf8').replaceAll('\\\n', ' ')
const words = (instruction: string) =>
  docker
    .split('\n')
    .flatMap((line) =>
      line.trim().startsWith(`${instruction} `) ? [line.trim().slice(instruction.length + 1)] : [],
    )
const listIn = (text: string) => JSON.parse(text.slice(text.indexOf('['))) as string[]

const folder = temporaryFolder()
let server: ChildProcess | undefined
afterAll(() => {
  server?.kill('SIGKILL')
})

/** The packages that `npm ci --omit=dev` brings, as links. */
function linkPackages(into: string): void {
  const lock = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, { dev?: boolean; devOptional?: boolean }>
  }
  for (const [path, { dev }] of Object.entries(lock.packages)) {
    if (path === '' || dev || !existsSync(join(ROOT, path)) || existsSync(join(into, path))) continue
    mkdirSync(dirname(join(into, path)), { recursive: true })
    symlinkSync(join(ROOT, path), join(into, path))
  }
}

test('all that it copies is there, and is let through by .dockerignore', () => {
  const let_through = readFileSync(join(ROOT, '.dockerignore'), 'utf8').split('\n')
  const copied = words('COPY')
    .filter((line) => !line.startsWith('--from'))
    .flatMap((line) => line.split(' ').slice(0, -1))
  expect(copied.length).toBeGreaterThan(4)
  for (const path of copied) {
    expect(existsSync(join(ROOT, path)), path).toBe(true)
    expect(let_through).toContain(`!${path}`)
  }
  expect(words('USER')).toEqual(['node'])
})

test('its command serves, asks for the token, tells its health and ends when told', async () => {
  const app = join(folder, 'app')
  const ours = words('COPY')
    .filter((line) => line.startsWith('--from'))
    .map((line) => line.split(' ').at(-1) as string)
  expect(ours.sort()).toEqual(['./', './dist', './node_modules', './scripts'])
  for (const path of ['package.json', 'scripts', 'dist'])
    cpSync(join(ROOT, path), join(app, path), { recursive: true })
  linkPackages(app)
  expect(existsSync(join(app, 'node_modules/vitest'))).toBe(false)
  mkdirSync(join(folder, 'model'))
  writeFileSync(join(folder, 'model/model.onnx'), tinyModel().bytes)
  writeFileSync(join(folder, 'token'), `${TOKEN}\n`)
  const [program, ...options] = listIn(words('ENTRYPOINT')[0] as string).map(
    (word) =>
      ({ '/model': join(folder, 'model'), '/token': join(folder, 'token'), node: process.execPath })[word] ??
      word,
  )
  server = spawn(program as string, [...options, '--port', '0', '--json'], {
    cwd: app,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const log = collected(server)
  const { port } = JSON.parse(await log.line)

  const [node, ...health] = listIn(words('HEALTHCHECK')[0] as string)
  expect(node).toBe('node')
  const check = health.map((word) => word.replace('8765', `${port}`))
  await promisify(execFile)(process.execPath, check)

  const picture = await sharp({ create: { width: 40, height: 30, channels: 3, background: 'teal' } })
    .jpeg()
    .toBuffer()
  const ask = (headers: Record<string, string>) =>
    fetch(`http://127.0.0.1:${port}/v1/vector`, {
      method: 'POST',
      body: new Uint8Array(picture),
      headers: { 'content-type': 'image/jpeg', ...headers },
    })
  expect((await ask({})).status).toBe(401)
  const answer = await ask({ authorization: `Bearer ${TOKEN}` })
  expect(answer.status).toBe(200)
  expect(((await answer.json()) as { vector: number[] }).vector).toHaveLength(8)

  const ended = new Promise((resolve) => server?.on('exit', (code) => resolve(code)))
  server.kill('SIGTERM')
  expect(await ended).toBe(0)
  const lines = log.stderr().trim().split('\n')
  expect(lines.filter((line) => line.startsWith('{')).map((line) => JSON.parse(line).status)).toEqual([
    200, 401, 200,
  ])
  expect(log.stderr()).not.toContain(TOKEN)
  await expect(promisify(execFile)(process.execPath, check)).rejects.toThrow()
}, 120_000)

/** The first line of what it says, and all of what it tells on standard error. */
function collected(child: ChildProcess): { line: Promise<string>; stderr(): string } {
  let [out, err] = ['', '']
  const line = new Promise<string>((resolve, reject) => {
    child.stdout?.on('data', (data) => {
      out += data
      if (out.includes('\n')) resolve(out)
    })
    child.on('exit', () => reject(new Error(err)))
  })
  child.stderr?.on('data', (data) => {
    err += data
  })
  return { line, stderr: () => err }
}

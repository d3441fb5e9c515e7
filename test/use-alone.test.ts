/** What is for using an encoder works where neither the addon nor libtorch is, and loads nothing that would need them. */
import { spawn } from 'node:child_process'
import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import sharp from 'sharp'
import { expect, test } from 'vitest'
import { tinyModel } from '../src/use/testing/tiny-model.js'
import { temporaryFolder } from './support/cli.js'

const root = fileURLToPath(new URL('..', import.meta.url))
const folder = temporaryFolder()
const copy = join(folder, 'selfsame')

/** Writes down every module that is loaded. */
const HOOKS = `
import { appendFileSync } from 'node:fs'
export async function resolve(name, context, next) {
  const found = await next(name, context)
  appendFileSync(process.env.LOADED, found.url + '\\n')
  return found
}`

const PROGRAM = `
import { loadEncoder, openIndex, openModel, updateIndex } from ${JSON.stringify(join(copy, 'dist/use/index.js'))}
const [model, pictures, index] = process.argv.slice(2)
const encoder = await loadEncoder(model)
const made = await updateIndex(index, encoder, [pictures])
const opened = await openIndex(index)
const again = await openModel(model)
const { rows, scores } = await opened.search(await opened.vectors([1]), 2)
console.log(JSON.stringify({ made: made.size, rows: [...rows], scores: [...scores], same: again.id === encoder.id }))
await again.close()
await encoder.close()
await opened.close()
`

/** The source of a copy without `build/`, and all that it needs. */
function copied(): void {
  for (const name of ['dist', 'scripts/lib', 'package.json'])
    cpSync(join(root, name), join(copy, name), { recursive: true })
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'))
}

function node(
  args: string[],
  env: NodeJS.ProcessEnv,
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  return new Promise((done) => {
    const child = spawn(process.execPath, args, { env: { ...process.env, ...env } })
    const out = { stdout: '', stderr: '' }
    child.stdout.on('data', (data) => (out.stdout += data))
    child.stderr.on('data', (data) => (out.stderr += data))
    child.on('close', (code) => done({ code, ...out }))
  })
}

test('embedding and searching without the addon', async () => {
  copied()
  const pictures = join(folder, 'pictures')
  mkdirSync(pictures)
  for (const [i, background] of ['#a31', '#3a1', '#13a', '#a3a'].entries())
    await sharp({ create: { width: 60 + i, height: 40, channels: 3, background } })
      .toFormat(i % 2 ? 'png' : 'jpeg')
      .toFile(join(pictures, `${i}.${i % 2 ? 'png' : 'jpg'}`))
  const model = join(folder, 'model.onnx')
  writeFileSync(model, tinyModel().bytes)
  writeFileSync(join(folder, 'hooks.mjs'), HOOKS)
  writeFileSync(
    join(folder, 'begin.mjs'),
    "import { register } from 'node:module'\nregister('./hooks.mjs', import.meta.url)\n",
  )
  writeFileSync(join(folder, 'program.mjs'), PROGRAM)
  const loaded = join(folder, 'loaded.txt')
  const args = [
    '--import',
    join(folder, 'begin.mjs'),
    join(folder, 'program.mjs'),
    model,
    pictures,
    join(folder, 'index'),
  ]
  const { code, stdout, stderr } = await node(args, { LOADED: loaded })
  expect(code, stderr).toBe(0)
  const told = JSON.parse(stdout)
  expect(told).toMatchObject({ made: 4, same: true })
  expect(told.rows[0]).toBe(1)
  expect(told.scores[0]).toBeCloseTo(1, 5)
  const own = readFileSync(loaded, 'utf8')
    .split('\n')
    .flatMap((url) => (url.includes('/selfsame/dist/') ? [url.split('/dist/')[1] as string] : []))
  expect(own.length).toBeGreaterThan(30)
  // what decides which decoder there is, and finds none
  const torch = own.filter((path) => path.startsWith('torch/'))
  expect([...new Set(torch)].sort()).toEqual(['torch/crowding.js', 'torch/native.js'])
  expect(
    own.filter((path) => /^(nn|encode|learn|judge|trainer|run|export|library|cli)\//.test(path)),
  ).toEqual([])
  // the command line as well
  const main = join(copy, 'dist/cli/bin.cjs')
  const words = ['embed', model, pictures, '--out', join(folder, 'again'), '--json']
  const embedded = await node([main, ...words], {})
  expect(embedded.code, embedded.stderr).toBe(0)
  expect(JSON.parse(embedded.stdout)).toMatchObject({ pictures: 4, embedded: 4, kind: 'index' })
  const searched = await node([main, 'search', join(folder, 'again'), join(pictures, '0.jpg'), '--json'], {})
  expect(searched.code, searched.stderr).toBe(0)
  expect(JSON.parse(searched.stdout).results[0].neighbours[0]).toMatchObject({ path: '0.jpg', copies: [] })
})

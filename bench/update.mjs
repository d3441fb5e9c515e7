#!/usr/bin/env node
// What it costs to bring an index up to date of which one in a hundred pictures has changed, beside making it: processor time of
// both in one process, by a ResNet-18 at 64 px.
// Usage: node bench/update.mjs FOLDER [--limit 2000]
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { openModel, updateIndex } from '../dist/use/index.js'
import { resnet18 } from './models/resnet18.mjs'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { limit: { type: 'string', default: '2000' } },
})
const [folder] = positionals
if (!folder) throw new Error('give a folder of pictures')
const scratch = mkdtempSync(join(tmpdir(), 'bench-update-'))
try {
  const pictures = join(scratch, 'pictures')
  mkdirSync(pictures)
  const files = readdirSync(folder, { recursive: true }).filter((name) => /\.(jpe?g|png)$/i.test(name))
  const copies = files.slice(0, Number(values.limit)).map((name, i) => {
    const copy = join(pictures, `${i}.${name.split('.').at(-1)}`)
    copyFileSync(join(folder, name), copy)
    return copy
  })
  writeFileSync(join(scratch, 'model.onnx'), resnet18(64))
  const model = await openModel(join(scratch, 'model.onnx'), { many: true })
  const index = join(scratch, 'index')
  // what the first pictures load is not what many take
  mkdirSync(join(scratch, 'warm'))
  for (const [i, copy] of copies.slice(0, 64).entries())
    copyFileSync(copy, join(scratch, 'warm', `${i}.${copy.split('.').at(-1)}`))
  await updateIndex(join(scratch, 'warm-index'), model, [join(scratch, 'warm')])
  const made = await cpu(() => updateIndex(index, model, [pictures]))
  const changed = copies.filter((_, i) => i % 100 === 0)
  // another file with the same pixels: bytes after the end of a picture are passed over
  for (const copy of changed) writeFileSync(copy, Buffer.concat([readFileSync(copy), Buffer.from('changed')]))
  const updated = await cpu(() => updateIndex(index, model, [pictures]))
  const nothing = await cpu(() => updateIndex(index, model, [pictures]))
  await model.close()
  console.log(
    JSON.stringify(
      { pictures: copies.length, changed: changed.length, made, updated, share: updated / made, nothing },
      null,
      1,
    ),
  )
} finally {
  rmSync(scratch, { recursive: true, force: true })
}

/** Seconds of the processor. */
async function cpu(work) {
  const before = process.cpuUsage()
  await work()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1e6
}

// A part of a set that lies in train/CLASS and test/CLASS: what is to be learned from few pictures.
import { readdirSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join, parse } from 'node:path'
import sharp from 'sharp'

const sorted = (folder) => readdirSync(folder).sort()

/**
 * `each` training pictures, evenly spaced, of each of a set's `classes` largest classes (by name among equals), or of all.
 * Test pictures of these classes are taken as they are.
 */
export function subset(from, { each, classes }) {
  const all = sorted(join(from, 'train')).map((name) => ({ name, files: sorted(join(from, 'train', name)) }))
  const kept = all.sort((a, b) => b.files.length - a.files.length).slice(0, classes)
  return kept.flatMap(({ name, files }) => [
    ...pictures(from, 'train', name, spaced(files, each)),
    ...pictures(from, 'test', name, sorted(join(from, 'test', name))),
  ])
}

const spaced = (files, count) =>
  files.length <= count
    ? files
    : Array.from({ length: count }, (_, i) => files[Math.floor((i * files.length) / count)])

function pictures(from, side, name, files) {
  return files.map((file) => ({
    side,
    class: name,
    name: parse(file).name,
    make: () => asPng(join(from, side, name, file)),
  }))
}

const asPng = async (path) =>
  parse(path).ext === '.png' ? readFile(path) : sharp(path).rotate().png().toBuffer()

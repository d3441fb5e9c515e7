// Makes sets of pictures of different kinds, as people have them, for bench/own-pictures.mjs: NAME/train/CLASS/*.png and
// NAME/test/CLASS/*.png. The same command makes the same pictures.
// usage: node bench/sets.mjs --out DIR [cifar-1000] [photos-300] [icons] [textures] [scans]
//        [--cifar10-files DIR] [--photos DIR] [--packages .cache/emoji] [--sheet]
// Without names it makes all whose pictures are at hand; --sheet puts a contact sheet beside each, NAME.png.
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { inRoot } from '../scripts/lib/paths.mjs'
import { Problem, runMain } from '../scripts/lib/problem.mjs'
import { step } from '../scripts/lib/step.mjs'
import { emoji, icons } from './sets/icons.mjs'
import { lackingFonts, scans } from './sets/scans.mjs'
import { contactSheet } from './sets/sheet.mjs'
import { subset } from './sets/subset.mjs'
import { textures } from './sets/textures.mjs'
import { writeSet } from './sets/write.mjs'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    out: { type: 'string' },
    'cifar10-files': { type: 'string' },
    photos: { type: 'string' },
    packages: { type: 'string', default: inRoot('.cache/emoji') },
    sheet: { type: 'boolean', default: false },
  },
})

/** Each set: what gives its pictures. */
const SETS = {
  'cifar-1000': () => subset(given('cifar10-files'), { each: 100 }),
  'photos-300': () => subset(given('photos'), { classes: 10, each: 30 }),
  icons: async () => icons(await emoji(resolve(values.packages))),
  textures: () => textures(),
  scans: () => {
    const lacking = lackingFonts()
    if (lacking.length > 0)
      throw new Problem(
        `Scans are written in fonts of Debian that are not installed: apt-get install ${lacking.join(' ')}`,
      )
    return scans()
  },
}

function given(option) {
  const folder = values[option]
  if (!folder) throw new Problem(`Expected the folder to take pictures from: --${option} DIR.`)
  if (!existsSync(join(folder, 'train')))
    throw new Problem(`Expected a folder with train/CLASS and test/CLASS, got ${folder}.`)
  return folder
}

function wanted() {
  const atHand = Object.keys(SETS).filter(
    (name) => (name !== 'cifar-1000' || values['cifar10-files']) && (name !== 'photos-300' || values.photos),
  )
  for (const name of positionals)
    if (!(name in SETS)) throw new Problem(`Expected ${Object.keys(SETS).join(', ')}, got ${name}.`)
  return positionals.length > 0 ? positionals : atHand
}

await runMain(async () => {
  if (!values.out) throw new Problem('Expected a folder to make the sets in: --out DIR.')
  for (const name of wanted()) {
    const pictures = await SETS[name]()
    const folder = join(values.out, name)
    await step(name, (report) => writeSet(folder, pictures, report))
    if (values.sheet) await contactSheet(pictures, `${folder}.png`)
    const count = (side) => pictures.filter((picture) => picture.side === side).length
    const classes = new Set(pictures.map((picture) => picture.class)).size
    console.log(`${name}: ${count('train')} + ${count('test')} pictures of ${classes} classes in ${folder}`)
  }
})

// Emoji of two makers whose pictures are free, by category: npm's emoji-datasource-google and -twitter.
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import sharp from 'sharp'
import { stream } from '../../dist/encode/random.js'
import { Problem } from '../../scripts/lib/problem.mjs'
import { command, say } from '../../scripts/lib/step.mjs'

const MAKERS = ['google', 'twitter']
const VERSION = '16.0.0'
const TEST_SHARE = 0.2

/** Brings the packages into a folder, once; a maker whose package cannot be had is left out and named. */
export async function emoji(folder) {
  mkdirSync(folder, { recursive: true })
  const makers = []
  for (const maker of MAKERS) {
    try {
      makers.push({ maker, folder: await unpacked(maker, folder) })
    } catch (error) {
      say(`emoji-datasource-${maker} is left out: ${error.message}`)
    }
  }
  if (makers.length === 0)
    throw new Problem('None of the emoji packages could be brought by npm: try again with the internet.')
  return makers
}

async function unpacked(maker, folder) {
  const there = join(folder, maker)
  if (existsSync(there)) return there
  const name = `emoji-datasource-${maker}`
  const archive = `${name}-${VERSION}.tgz`
  await command('npm', ['pack', '--loglevel=error', `${name}@${VERSION}`], {
    cwd: folder,
    failure: 'npm could not bring it.',
  })
  const part = `${there}.part`
  mkdirSync(part, { recursive: true })
  const members = ['package/emoji.json', `package/img/${maker}/64`]
  await command('tar', ['xzf', archive, '-C', part, '--strip-components=1', ...members], { cwd: folder })
  renameSync(part, there)
  rmSync(join(folder, archive))
  return there
}

/**
 * All emoji of all makers on white, skin tones apart; the class is Unicode's category.
 * All pictures of one emoji, and of the woman, the man and the person who do the same, are on one side.
 */
export function icons(makers) {
  return makers.flatMap(({ maker, folder }) =>
    JSON.parse(readFileSync(join(folder, 'emoji.json'), 'utf8'))
      .filter(({ category, [`has_img_${maker}`]: there }) => there && category !== 'Component')
      .map(({ category, unified, image }) => ({
        side: isTest(unified) ? 'test' : 'train',
        class: slug(category),
        name: `${unified.toLowerCase()}-${maker}`,
        make: () =>
          sharp(join(folder, 'img', maker, '64', image))
            .flatten({ background: 'white' })
            .png()
            .toBuffer(),
      })),
  )
}

const slug = (category) => category.toLowerCase().replace(/[^a-z]+/g, '-')

/** Woman, man, person; joiner; female, male; variation; to the right: what tells near copies of one emoji apart. */
const VARIES = new Set(['1F469', '1F468', '1F9D1', '200D', '2640', '2642', 'FE0F', '27A1'])

function isTest(unified) {
  const points = unified.split('-')
  const own = points.filter((point) => !VARIES.has(point))
  const key = (own.length > 0 ? own : points).map((point) => Number.parseInt(point, 16))
  return stream(...key)() < TEST_SHARE
}

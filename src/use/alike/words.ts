/** What was found among an index's pictures, as lines, as JSON and as a page. */
import { printable } from '../../printable.js'
import { contactSheet } from '../search/contact-sheet.js'
import type { PictureIndex } from '../store/index-reader.js'
import { DUPLICATE_LEVELS, type DuplicateGroup, type DuplicateLevel, type Duplicates } from './duplicates.js'

const TITLES: Readonly<Record<DuplicateLevel, string>> = {
  file: 'Same file',
  pixels: 'Same pixels',
  near: 'Near copies',
  burst: 'Bursts, no copies',
  similar: 'Similar, no copies',
}

/** Groups of a level that are listed on a terminal, and members of each. */
const LISTED = 20
const MEMBERS = 6
/** Groups on a page, whose pictures are in it. */
const SHOWN = 1000

/** How copies were told, in a sentence. */
export function thresholdWords({ near, similar }: Duplicates): string {
  const score = near.score.toFixed(2)
  const from = near.given
    ? 'as given'
    : near.copies === 0
      ? 'as no picture could be copied to find another'
      : `which 98 of 100 of ${near.copies} copies made of some of these pictures reach, or the nearest of 0.72 to 0.78`
  const others = similar.given
    ? 'as given'
    : 'which one picture of a hundred has with another that is no copy of it, or 0.8 where that is less'
  return `Near copies score at least ${score}, ${from}: correlation of edges where both lie over one another, the mean of the whole and of the part that agrees least. Similar ones have a cosine of at least ${similar.cosine.toFixed(3)}, ${others}.`
}

export function duplicatesText(found: Duplicates): string {
  const lines = DUPLICATE_LEVELS.map((level) => {
    const groups = found.groups.filter((group) => group.level === level)
    const members = groups.reduce((sum, group) => sum + group.members.length, 0)
    const head = `${`${TITLES[level]}:`.padEnd(22)}${groups.length === 0 ? 'none' : `${count(groups.length, 'group')}, ${count(members, 'picture')} beside those that stand for them`}`
    const more = groups.length > LISTED ? [`    … and ${count(groups.length - LISTED, 'group')} more`] : []
    return [head, ...groups.slice(0, LISTED).flatMap(groupLines), ...more].join('\n')
  })
  const split =
    found.acrossSplit === 0
      ? []
      : [
          '',
          `${count(found.acrossSplit, 'copy', 'copies')} on the other side of the split into training and test than what they are copies of: what is measured there is better than it should be.`,
        ]
  return [...lines, ...split, '', thresholdWords(found)].join('\n')
}

function groupLines({ kept, members }: DuplicateGroup): string[] {
  const shown = members.slice(0, MEMBERS).map(({ path, score, relations }) => {
    return `    ${score.toFixed(3)}  ${printable(path)}  (${relations.join(', ')})`
  })
  const more = members.length > MEMBERS ? [`    … and ${members.length - MEMBERS} more`] : []
  return [`  ${printable(kept.path)}`, ...shown, ...more]
}

export function duplicatesJson({ pictures, groups, near, similar, acrossSplit }: Duplicates) {
  return {
    pictures,
    across_split: acrossSplit,
    near: { score: near.score, made_copies: near.copies, given: near.given },
    similar,
    groups: groups.map(({ level, kept, members }) => ({
      level,
      kept: kept.path,
      members: members.map(({ path, score, relations }) => ({
        path,
        score: Number(score.toFixed(4)),
        relations,
      })),
    })),
  }
}

export async function duplicatesPage(index: PictureIndex, found: Duplicates): Promise<string> {
  const groups = found.groups.slice(0, SHOWN)
  const pages = []
  for (const { level, kept, members } of groups) {
    const rows = await index.rows([kept.row, ...members.map(({ row }) => row)], ['thumbnail', 'path'])
    pages.push({
      title: TITLES[level],
      pictures: rows.map(({ thumbnail, path }, at) => {
        const member = members[at - 1]
        const caption = member
          ? `${member.score.toFixed(3)} ${member.relations.join(', ')}`
          : 'stands for them'
        return { thumbnail, path, caption, first: at === 0 }
      }),
    })
  }
  const more = found.groups.length > SHOWN ? ` The first ${SHOWN} of ${found.groups.length} groups.` : ''
  return contactSheet('Duplicates', `${thresholdWords(found)}${more}`, pages)
}

function count(number: number, what: string, many = `${what}s`): string {
  return `${number.toLocaleString('en')} ${number === 1 ? what : many}`
}

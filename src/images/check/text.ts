/** What a check found, in words. */

import { duration } from '../../duration.js'
import { printableIn } from '../../printable.js'
import { adviceOn } from './advice.js'
import type { Alike, Example } from './alike.js'
import { type Check, SMALL_SIDE } from './check.js'

const INDENT = 17
const CLASSES = 20
const EXAMPLES = 5
const REASONS = 20

/** A plain report: what there is, then what is wrong and what to do. */
export function checkText(checked: Check): string {
  const check = printableIn(checked)
  return [
    `${check.name}: ${count(check.train, 'picture')} for training${check.test === undefined ? '' : `, ${number(check.test)} for testing`}`,
    '',
    ...line('Read', reading(check)),
    ...line('Set aside', aside(check)),
    ...check.notes.map((note) => ' '.repeat(INDENT) + note),
    ...line('Files', endings(check)),
    ...line('Sizes', sizes(check)),
    ...line('Values', values(check)),
    ...line('Mean', check.statistics?.mean.map(digits).join('  ')),
    ...line('Deviation', check.statistics?.std.map(digits).join('  ')),
    ...line('One colour', check.flat.count > 0 ? some(check.flat) : undefined),
    ...line('Classes', classes(check)),
    ...line('Same pixels', copies(check.exact)),
    ...examples(check.exact),
    '',
    ...advice(check),
  ].join('\n')
}

function line(label: string, text: string | undefined): string[] {
  if (text === undefined) return []
  return text.split('\n').map((part, at) => (at === 0 ? label : '').padEnd(INDENT) + part)
}

function reading({ visited, looked, train, test = 0, seconds, interrupted }: Check): string {
  const all = train + test
  const speed = `in ${duration(seconds)}`
  const sampled = looked < all ? `, at even distances among ${number(all)}` : ''
  if (interrupted) return `${number(visited)} of ${number(looked)} pictures ${speed}; stopped before the end`
  return `${looked < all ? number(visited) : `all ${number(visited)}`} pictures ${speed}${sampled}`
}

function aside({ aside: { count: bad, groups }, visited }: Check): string {
  if (bad === 0) return 'none'
  const shown = groups
    .slice(0, REASONS)
    .map(({ reason, count: times, paths }) => `${number(times)}: ${reason}\n  ${listed(paths, times)}`)
  const more = groups.length - shown.length
  return [
    `${count(bad, 'picture')} (${percent(bad / visited)}) cannot be read`,
    ...shown,
    ...(more > 0 ? [`and ${count(more, 'other reason')}`] : []),
  ].join('\n')
}

function endings({ endings: found }: Check): string | undefined {
  const all = Object.entries(found)
  if (all.length === 0) return undefined
  return all
    .map(([ending, times]) => `${number(times)} ${ending ? `.${ending}` : 'without an ending'}`)
    .join(', ')
}

function sizes({ sizes: found }: Check): string | undefined {
  if (!found) return undefined
  const { smallest, median, largest, small } = found
  const px = ([width, height]: [number, number]) => `${width}×${height}`
  if (px(smallest) === px(largest) && px(smallest) === px(median)) return `all ${px(median)} px`
  const under = small > 0 ? `; ${number(small)} with a short side under ${SMALL_SIDE} px` : ''
  return `${px(smallest)} the smallest, ${px(median)} the median, ${px(largest)} the largest, in px${under}`
}

function values({ channels, maximum, grey, read }: Check): string {
  const bits = maximum === 255 ? '8 bits' : `16 bits (0 to ${maximum})`
  const colourless = grey === 0 ? '' : grey === read ? '; all are grey' : `; ${number(grey)} are grey`
  return `${count(channels, 'channel')} of ${bits}${colourless}`
}

function classes({ classes: found, unlabelled, train }: Check): string {
  const testOnly = unlabelled === train
  const size = (one: { train: number; test: number } | undefined) => (testOnly ? one?.test : one?.train) ?? 0
  if (!found?.some((one) => size(one) > 0)) return 'none known; training needs none'
  const ordered = [...found].sort((a, b) => size(b) - size(a))
  const [largest, smallest] = [ordered[0], ordered.at(-1)]
  const shown = ordered.length <= CLASSES ? ordered : [...ordered.slice(0, 5), ...ordered.slice(-5)]
  const width = Math.max(...shown.map(({ name }) => name.length))
  const rows = shown.map(
    (one) =>
      `  ${one.name.padEnd(width)} ${number(size(one)).padStart(9)}${one.test && !testOnly ? ` + ${number(one.test)}` : ''}`,
  )
  if (ordered.length > CLASSES) rows.splice(5, 0, `  … ${ordered.length - 10} more`)
  const balanced = size(largest) === size(smallest)
  const range = balanced
    ? `${number(size(largest))} pictures each`
    : `${number(size(smallest))} to ${number(size(largest))} pictures each`
  const without = testOnly
    ? ' for testing; those for training have none and need none'
    : unlabelled > 0
      ? `; ${number(unlabelled)} pictures without a class`
      : ''
  return [`${found.length}, ${range}${without}`, ...rows].join('\n')
}

function copies({ pictures, groups, testInTrain, labelsDiffer }: Alike): string {
  if (groups === 0) return 'none twice'
  return `${number(pictures)} pictures in ${count(groups, 'group')}${across(testInTrain)}${
    labelsDiffer > 0 ? `; ${count(labelsDiffer, 'group')} with different classes` : ''
  }`
}

function across(testInTrain: number): string {
  return testInTrain > 0 ? `; ${number(testInTrain)} for testing are among those for training` : ''
}

function examples({ examples: all, groups }: Alike): string[] {
  if (groups === 0) return []
  const rows = all.slice(0, EXAMPLES).map((one) => `  ${exampleText(one)}`)
  if (all.length > EXAMPLES) rows.push('  …')
  return line('', rows.join('\n'))
}

function exampleText({ pictures, size }: Example): string {
  const named = pictures.map(({ path, label }) => path + (label === undefined ? '' : ` (${label})`))
  const more = size > named.length ? `, and ${number(size - named.length)} more` : ''
  return named.join(' = ') + more
}

function advice(check: Check): string[] {
  const sentences = adviceOn(check)
  if (sentences.length === 0) return ['Nothing is wrong that would be seen from here.']
  return ['What to do:', ...sentences.map((sentence) => `- ${sentence}`)]
}

function some({ count: times, paths }: { count: number; paths: readonly string[] }): string {
  return `${count(times, 'picture')} (${listed(paths, times)})`
}

function listed(paths: readonly string[], times: number): string {
  return paths.join(', ') + (times > paths.length ? ', …' : '')
}

function count(times: number, what: string): string {
  return `${number(times)} ${what}${times === 1 ? '' : 's'}`
}

function number(value: number): string {
  return value.toLocaleString('en')
}

function percent(share: number): string {
  return `${(100 * share).toFixed(share < 0.1 ? 1 : 0)} %`
}

function digits(value: number): string {
  return value.toFixed(4)
}

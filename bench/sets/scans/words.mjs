// Words and fonts for what is written on paper.
import { chance, pick, whole } from '../draws.mjs'

/** Fonts by what they are for, with Debian's packages that hold them. */
export const FONTS = {
  hand: ['Breip', 'Kristi', 'Dancing Script', 'Rufscript', 'Humor Sans', 'Ecolier_court'],
  serif: ['Liberation Serif', 'Old Standard TT', 'DejaVu Serif'],
  sans: ['Liberation Sans', 'DejaVu Sans', 'Lato', 'Liberation Sans Narrow'],
  mono: ['Liberation Mono', 'DejaVu Sans Mono'],
}

export const PACKAGES = {
  Breip: 'fonts-breip',
  Kristi: 'fonts-kristi',
  'Dancing Script': 'fonts-dancingscript',
  Rufscript: 'fonts-rufscript',
  'Humor Sans': 'fonts-humor-sans',
  Ecolier_court: 'fonts-ecolier-court',
  'Liberation Serif': 'fonts-liberation',
  'Liberation Sans': 'fonts-liberation',
  'Liberation Sans Narrow': 'fonts-liberation',
  'Liberation Mono': 'fonts-liberation',
  'Old Standard TT': 'fonts-oldstandard',
  Lato: 'fonts-lato',
  'DejaVu Serif': 'fonts-dejavu-core',
  'DejaVu Sans': 'fonts-dejavu-core',
  'DejaVu Sans Mono': 'fonts-dejavu-core',
}

const ONSETS = [
  'b',
  'd',
  'f',
  'g',
  'h',
  'k',
  'l',
  'm',
  'n',
  'p',
  'r',
  's',
  't',
  'v',
  'w',
  'st',
  'tr',
  'ch',
  '',
]
const VOWELS = ['a', 'e', 'i', 'o', 'u', 'e', 'a', 'ei', 'ou']
const CODAS = ['', '', 'n', 'r', 's', 't', 'l', 'nd', 'ck']

/** A word that could be one. */
export function word(draw) {
  let text = ''
  for (let syllable = whole(draw, 1, 3); syllable > 0; syllable--)
    text += pick(draw, ONSETS) + pick(draw, VOWELS) + pick(draw, CODAS)
  return chance(draw, 0.2) ? text[0].toUpperCase() + text.slice(1) : text
}

/** A number as it stands in a table or at an axis. */
export const number = (draw) =>
  pick(draw, [
    () => `${whole(draw, 0, 99)}`,
    () => (whole(draw, 0, 999) / 10).toFixed(1),
    () => (whole(draw, 0, 99_999) / 100).toFixed(2),
  ])()

/** Words until a line is about full. */
export function sentence(draw, letters) {
  let text = word(draw)
  while (text.length < letters - 4)
    text += `${chance(draw, 0.12) ? pick(draw, [',', '.', ';']) : ''} ${word(draw)}`
  return text
}

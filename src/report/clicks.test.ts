import { expect, test } from 'vitest'
import { clickSection } from './clicks.js'
import { clickScript } from './clicks-script.js'
import type { ClickData, Thumb } from './types.js'

const thumb = (value: number): Thumb => ({
  bytes: Uint8Array.of(value),
  type: 'image/png',
  width: 1,
  height: 1,
})
const rival = 'the closed <form>'
const questions: ClickData['questions'] = Array.from({ length: 20 }, (_, i) => ({
  query: thumb(i),
  left: [1, 2, 3].map((one) => thumb(20 + one)),
  right: [4, 5, 6].map((one) => thumb(20 + one)),
  learned: i % 3 === 0 ? ('left' as const) : ('right' as const),
}))
const command = 'npx selfsame evaluate runs/<mine> --clicked'
const page = clickSection({ rival, questions, command }).text

/** What the script reads. */
const told = (text: string) =>
  JSON.parse(
    (text.match(/data-clicks="([^"]*)"/)?.[1] ?? '')
      .replaceAll('&quot;', '"')
      .replaceAll('&lt;', '<')
      .replaceAll('&gt;', '>')
      .replaceAll('&amp;', '&'),
  ) as { key: string; learned: string; said: string[][] }

test('both sides of a question differ by their pictures alone, and all questions are hidden until the script shows one', () => {
  const each = [...page.matchAll(/<button type="button" class="set"[\s\S]*?<\/button>/g)].map(([text]) =>
    text.replaceAll(/ src="[^"]*"/g, ''),
  )
  expect(each).toHaveLength(40)
  expect(new Set(each).size).toBe(2)
  const [left, right] = each as [string, string]
  expect(right.replace('data-side="R"', 'data-side="L"').replace('Right →', '← Left')).toBe(left)
  expect(page.match(/<div class="question" hidden>/g)).toHaveLength(20)
  expect(page.match(/<noscript>/g)).toHaveLength(1)
  // no name of a picture, and no sign of whose is whose but what the script counts by
  expect(
    page.replace(/ data-clicks="[^"]*"/, '').replace(/<div class="side">[\s\S]*?<\/div>/, ''),
  ).not.toMatch(/learned|trained|closed/)
})

test('the script is told the sides, and a sentence for every count of answers that there can be', () => {
  const { key, learned, said } = told(page)
  expect(learned).toBe('LRRLRRLRRLRRLRRLRRLR')
  expect(said.map((row) => row.length)).toEqual(Array.from({ length: 21 }, (_, i) => i + 1))
  expect(said[20]?.[15]).toBe(
    'The trained encoder’s neighbours were chosen 15 of 20 times, those of the closed <form> 5 times; by chance alone that or more comes 4 times in 100. To the eyes that judged, training was worth it.',
  )
  expect(said[12]?.[3]).toContain('chosen 3 of 12 times, those of the closed <form> 9 times;')
  expect(key).toMatch(/^selfsame-clicks-[0-9a-f]{16}$/)
  // answers are not taken for those to other questions
  expect(told(clickSection({ rival, questions: questions.toReversed() }).text).key).not.toBe(key)
})

test('the command that takes the answer in stands there where there is one, and every text is escaped', () => {
  expect(page).toContain('<span>--clicked</span> <span>0/20</span>')
  expect(page).toContain('runs/&lt;mine&gt;')
  expect(clickSection({ rival, questions }).text).not.toContain('class="command"')
  expect(page).not.toMatch(/<form>|<mine>/)
})

test('the script asks for nothing from anywhere', () => {
  expect(clickScript).not.toMatch(/http|fetch|XMLHttp|import|navigator|eval|innerHTML/)
  expect(() => new Function(clickScript)).not.toThrow()
})

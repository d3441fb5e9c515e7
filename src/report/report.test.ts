import { describe, expect, it } from 'vitest'
import type { Line, Score } from '../judge/index.js'
import { renderReport } from './report.js'
import { sheet, thumbnail } from './sheet.js'
import type { ReportData, Thumb } from './types.js'

const evil = `<script>alert(1)</script>"' onload=x &`
const noise = (count: number) => new Uint8Array(count).map((_, i) => (i * 2654435761) >>> 24)
const pixels = { data: noise(28 * 28), width: 28, height: 28, channels: 1 as const }

const steps = (count: number): ReportData['steps'] =>
  Array.from({ length: count }, (_, i) => ({
    type: 'step',
    step: i + 1,
    epoch: i / 100,
    loss: 2 * Math.exp(-i / 50) + 0.1,
    learningRate: 0.2,
    tau: 0.99,
    imagesPerSecond: 2500,
    dataWait: 0.01,
  }))
const measures = (count: number): ReportData['measures'] =>
  Array.from({ length: count }, (_, i) => ({
    type: 'measure',
    step: i * 10,
    stdRatio: 0.9,
    positive: 0.9,
    others: 0.1,
    effectiveRank: 60,
    fullRank: 64,
    sentence: '',
    state: i < 3 ? 'narrowing' : 'healthy',
  }))
const score = (mean: number, half = 0.01): Score => ({
  mean,
  spread: half / 1.96,
  values: [mean],
  error: half / 1.96,
  low: mean - half,
  high: mean + half,
})
const line: Line = {
  protocol: 'few',
  name: 'few_10',
  label: '10 labels a class',
  explanation: 'Ten labelled pictures a class.',
  scores: { learned: score(0.724), pixels: score(0.705), untrained: score(0.72) },
}
const measured = { value: 0.5, low: 0.45, high: 0.55 }

async function sample(points = 1200): Promise<ReportData> {
  const thumb: Thumb = await thumbnail(pixels, 96)
  const nearest = Array.from({ length: 8 }, (_, i) => ({ thumb, similarity: 0.9 - i / 100, caption: evil }))
  return {
    title: evil,
    data: evil,
    pictures: 60000,
    setAside: [{ path: evil, reason: evil }],
    method: evil,
    idea: evil,
    usesLabels: false,
    encoder: evil,
    date: evil,
    seconds: { setup: 3, training: 277, judging: 12 },
    verdict: { state: 'healthy', sentence: evil, remedy: evil },
    conclusion: evil,
    judged: evil,
    steps: steps(2000),
    measures: measures(100),
    table: [line, { ...line, name: evil, label: evil, explanation: evil, chosen: { [evil]: evil } }],
    labelFree: [
      {
        name: evil,
        label: evil,
        explanation: evil,
        better: 'high',
        share: true,
        scores: { learned: measured, pixels: measured, untrained: measured },
      },
    ],
    transfer: { sets: [{ set: evil, line: { ...line, label: evil } }], notes: [evil] },
    advice: { action: 'longer', sentence: evil, command: evil },
    pairs: Array.from({ length: 12 }, () => ({ original: thumb, views: [thumb, thumb] })),
    neighbours: Array.from({ length: 6 }, () => ({ query: thumb, caption: evil, nearest })),
    map: {
      points: Array.from({ length: points }, (_, i) => ({
        x: Math.sin(i),
        y: Math.cos(i * 1.7),
        sprite: i,
        caption: evil,
        group: i % 2,
      })),
      sprites: await sheet(
        Array.from({ length: points }, () => pixels),
        28,
        40,
      ),
      columns: 40,
      tile: 28,
      groups: [evil, 'b'],
    },
    settings: {
      [evil]: evil,
      list: ['https://example.org/a', evil],
      nested: { tau: Number.NaN, none: null },
    },
    command: `selfsame train ${evil}`,
    version: evil,
    machine: evil,
  }
}

// a page is too long to be printed by a failing test
const count = (text: string, what: string | RegExp) =>
  typeof what === 'string' ? text.split(what).length - 1 : [...text.matchAll(new RegExp(what, 'g'))].length

const bare = (data: ReportData): ReportData => {
  const { table: _, labelFree: __, map: ___, transfer: ____, ...rest } = data
  return { ...rest, steps: [], measures: [], pairs: [], neighbours: [], setAside: [], settings: {} }
}

describe('renderReport', async () => {
  const data = await sample()
  const page = renderReport(data)

  it('escapes every text, in elements, attributes and data', () => {
    expect(count(page, '<script>alert')).toBe(0)
    expect(count(page, /<script[ >]/)).toBe(2)
    expect(count(page, '</script>')).toBe(2)
    expect(count(page, /<[^>]*["'] onload=x/)).toBe(0)
    expect(count(page, '&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39; onload=x &amp;')).toBeGreaterThan(
      1000,
    )
  })

  it('asks for nothing from anywhere: no address but data:, and http only as text of the settings', () => {
    expect(count(page, 'https://example.org/a')).toBe(1)
    for (const [, address] of page.matchAll(/(?:src|href|url)[=(]"?([^")>]*)/g))
      expect(address).toMatch(/^data:/)
    const text = page.replace(/base64,[A-Za-z0-9+/=]*/g, '').replace('https://example.org/a', '')
    expect(count(text, /http|\/\/[a-z]|@import/)).toBe(0)
  })

  it('is the same text for the same data, and small', async () => {
    expect(renderReport(await sample()) === page).toBe(true)
    expect(page.length).toBeLessThan(3e6)
  })

  it('grows little with a long run', () => {
    const long = renderReport({ ...data, steps: steps(100_000), measures: measures(20_000) })
    expect(long.length - page.length).toBeLessThan(200_000)
  })

  it('sets in bold what is best or may be as good, and nothing where more is not better', () => {
    const bold = (text: string) =>
      [...text.matchAll(/<td class="number best">([\d.]+)/g)].map(([, value]) => value)
    const scored = (learned: number, pixels: number, untrained: number) => {
      const scores = { learned: score(learned), pixels: score(pixels), untrained: score(untrained) }
      return renderReport({ ...bare(data), table: [{ ...line, scores }] })
    }
    expect(bold(scored(0.8, 0.7, 0.6))).toEqual(['80.0'])
    expect(bold(scored(0.6, 0.7, 0.698))).toEqual(['70.0', '69.8'])
    const free = (better: 'high' | 'neither') => {
      const at = (value: number) => ({ value, low: value - 0.01, high: value + 0.01 })
      const scores = { learned: at(0.416), pixels: at(0.483), untrained: at(0.224) }
      const row = { name: 'a', label: 'a', explanation: 'a', better, share: true, scores }
      return renderReport({ ...bare(data), labelFree: [row] })
    }
    expect(bold(free('high'))).toEqual(['48.3'])
    expect(bold(free('neither'))).toEqual([])
  })

  it('names the verdict once, the pictures that were judged, the query, and the end of a long name', () => {
    const verdict = { state: 'healthy', sentence: 'Healthy: pictures keep their directions.' } as const
    const [row] = data.neighbours
    if (!row) throw new Error('there are neighbours')
    const nearest = row.nearest.slice(0, 1).map((one) => ({ ...one, caption: 'of/img_10634.jpg' }))
    const judged = 'Judged on 240 of 1,200 pictures.'
    const neighbours = [{ ...row, caption: 'asked.jpg', nearest }]
    const text = renderReport({ ...bare(data), verdict, judged, neighbours })
    expect(count(text, 'Healthy')).toBe(1)
    expect(count(text, '<p>Pictures keep their directions.</p>')).toBe(1)
    expect(count(text, judged)).toBe(1)
    expect(count(text, '<span class="name" title="asked.jpg"><bdi>asked.jpg</bdi></span>')).toBe(1)
    expect(count(text, '<bdi>of/img_1</bdi><bdi>0634.jpg</bdi>')).toBe(1)
    const map = data.map && { ...data.map, of: 5000 }
    expect(count(renderReport({ ...data, ...(map && { map }) }), '1,200 pictures of 5,000, flattened')).toBe(
      1,
    )
  })

  it('gives a date a line of its own width, and advice its command', () => {
    const text = renderReport({ ...bare(data), date: '2026-11-29 06:30 UTC' })
    expect(count(text, '<div class="wide"><dt>Date</dt>')).toBe(1)
    const advice = { action: 'longer', sentence: 'Train longer.', command: 'npx selfsame train a' } as const
    const told = renderReport({ ...bare(data), advice })
    expect(count(told, '<span>npx</span> <span>selfsame</span> <span>train</span> <span>a</span>')).toBe(1)
  })

  it('sets as code the settings that sentences name', () => {
    const advice = { action: 'longer', sentence: 'Twice (`epochs: 40`, <1>).' } as const
    const verdict = { state: 'narrowing', sentence: 'Narrow.', remedy: 'Lower `tau`.' } as const
    const told = renderReport({ ...bare(data), advice, verdict })
    expect(count(told, 'Twice (<code>epochs: 40</code>, &lt;1&gt;).')).toBe(1)
    expect(count(told, '>Lower <code>tau</code>.<')).toBe(1)
  })

  it('tells the rank and spread of projections from those of features', () => {
    expect(count(page, '<h3>Rank of the projections')).toBe(1)
    expect(count(page, '<h3>Spread of the projections')).toBe(1)
  })

  it('shows the lead over the better of the others, and which may be chance', () => {
    expect(count(page, '72.4 <small>± 1.0</small>')).toBe(3)
    expect(count(page, '<span class="tie">≈ +0.4</span>')).toBe(2)
    const clear = { ...line, scores: { learned: score(0.8), pixels: score(0.7), supervised: score(0.9) } }
    const text = renderReport({ ...bare(data), table: [clear] })
    expect(count(text, '>+10.0</span>')).toBe(1)
    expect(count(text, '<th scope="row">Supervised</th>')).toBe(1)
    expect(count(text, '<th scope="row">Untrained</th>')).toBe(0)
  })

  it('has a section for each protocol, and a heat table where a grid of two settings was searched', () => {
    const grid = [10, 20].flatMap((k) =>
      [0.1, 0.5].map((temperature) => ({ k, temperature, held_out: k / 100 + temperature })),
    )
    const knn: Line = { ...line, protocol: 'knn', name: 'knn', grid: { learned: grid } }
    const text = renderReport({ ...data, table: [line, knn] })
    expect(count(text, /<section id="scores-(few|knn)"/)).toBe(2)
    expect(count(text, /<table class="heat">/)).toBe(1)
    expect(count(text, '<td class="best" style="--s:100%">70.0</td>')).toBe(1)
    expect(count(text, '<td class="" style="--s:0%">20.0</td>')).toBe(1)
    const one = { ...knn, grid: { learned: [{ penalty: 1, held_out: 0.5 }] } }
    expect(count(renderReport({ ...data, table: [one] }), /<table class="heat">/)).toBe(0)
  })

  it('puts published figures below those of a set that has some, and marks them', () => {
    const transfer = {
      sets: [
        { set: 'cifar10', line },
        { set: evil, line },
      ],
      notes: [],
    }
    const text = renderReport({ ...data, transfer })
    expect(count(text, /<tr class="published"><th scope="row">BYOL, ImageNet/)).toBe(1)
    expect(count(text, '>91.3</td>')).toBe(1)
    expect(count(text, 'Rows in grey are published results')).toBe(1)
    expect(count(page, 'published results')).toBe(0)
  })

  it('breaks the line at a loss that is not a number, and says so', () => {
    const broken = steps(20).map((row, i) => (i === 7 ? { ...row, loss: Number.NaN } : row))
    const text = renderReport({ ...data, steps: broken })
    expect(count(text, /not a finite number at 1 of 20 logged steps,\s+first at step 8/)).toBe(1)
    expect(text.match(/class="line main" d="(M[^"]*)"/)?.[1]?.match(/M/g)).toHaveLength(2)
    expect(count(text, /d="[^"]*(NaN|Infinity)/)).toBe(0)
    const lost = renderReport({ ...data, steps: steps(3).map((row) => ({ ...row, loss: Number.NaN })) })
    expect(count(lost, 'There is no value to draw.')).toBe(1)
  })

  it('draws a run of one step as a point', () => {
    const text = renderReport({ ...data, steps: steps(1), measures: measures(1) })
    expect(count(text, /class="dot main" d="M500 [\d.]+h0"/)).toBeGreaterThan(5)
    expect(count(text, /d="[^"]*NaN/)).toBe(0)
  })

  it('leaves out or explains parts without data', () => {
    const text = renderReport(bare(data))
    const ids = [...text.matchAll(/<section id="([^"]+)"/g)].map((match) => match[1])
    expect(ids).toEqual(['loss', 'collapse', 'aside', 'repeat'])
    expect(count(text, 'No step was logged.')).toBe(1)
    expect(count(text, 'None: every picture could be read.')).toBe(1)
    expect(count(text, /undefined|NaN|\[object/)).toBe(0)
  })

  it('draws a dot for every picture, and a tile only where there is room', () => {
    const tiles = count(page, /<i class="g[01]( wide)?" data-n/)
    expect(count(page, /<circle class="g[01]"/)).toBe(1200)
    expect(tiles).toBeGreaterThan(50)
    expect(tiles).toBeLessThan(1200)
    expect(count(page, 'image/webp;base64')).toBe(1)
  })

  it('lists nested settings by dotted names and hides no NaN', () => {
    expect(count(page, 'nested.tau</th><td><bdi>NaN<')).toBe(1)
    expect(count(page, 'nested.none</th><td><bdi>null<')).toBe(1)
  })
})

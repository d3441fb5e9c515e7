import type { Command } from 'commander'
import type { HeadSpec, Method, PredictorSpec, TargetSpec } from '../learn/index.js'
import { findMethod, METHODS } from '../learn/index.js'
import { say } from './say.js'

export function define(command: Command): void {
  command
    .argument('[name]', 'one method, with its presets and where their numbers come from')
    .option('--json', 'print one JSON object')
    .addHelpText('after', '\nExamples:\n  npx selfsame methods\n  npx selfsame methods dino')
    .action((name: string | undefined, { json }: { json?: boolean }) => {
      const methods = name ? [findMethod(name)] : Object.values(METHODS)
      if (json) say(JSON.stringify({ methods: methods.map(describe) }))
      else say(name ? page(methods[0] as Method) : table(methods.map(describe)))
    })
}

/** A method in words: what `--json` prints and the columns show. */
function describe({ presets, ...method }: Method) {
  return {
    name: method.name,
    year: method.year,
    paper: method.paper,
    views: viewsInWords(method.views),
    extract: method.extract.name,
    projector: method.extract.headless ? 'none' : headInWords(method.projector),
    predictor: predictorInWords(method.predictor),
    similarity: method.similarity.name,
    loss: method.loss.name,
    target: targetInWords(method.target),
    title: method.title,
    idea: method.idea,
    presets: Object.fromEntries(Object.entries(presets).map(([preset, { source }]) => [preset, source])),
  }
}

/** "2", "2 + 6 small", "1, masked". */
function viewsInWords(views: Method['views']): string {
  const small = views.filter(({ scale }) => scale !== undefined).length
  const masked = views.some(({ mask }) => mask) ? ', masked' : ''
  return `${views.length - small}${small > 0 ? ` + ${small} small` : ''}${masked}`
}

function headInWords({ hidden, layers, outputs, prototypes }: HeadSpec): string {
  const widths = [...Array.from({ length: layers - 1 }, () => hidden), ...(outputs > 0 ? [outputs] : [])]
  return [...widths, ...(prototypes > 0 ? [prototypes] : [])].join('-')
}

function predictorInWords(predictor: PredictorSpec | null): string {
  if (!predictor) return 'none'
  const { hidden, layers, learningRate, updates } = predictor
  const pace = learningRate === 1 ? '' : `, rate × ${learningRate}`
  return `${Array.from({ length: layers - 1 }, () => hidden).join('-')}${pace}${updates > 1 ? `, ${updates} steps` : ''}`
}

function targetInWords(target: TargetSpec): string {
  if (target.from === 'self') return target.stopGradient ? 'itself, stopped' : 'itself'
  if (target.tau === 1) return 'frozen random'
  if (target.tau === 0) return 'hard copy'
  return `average, tau ${target.tau}${target.schedule === 'cosine' ? ' to 1' : ''}`
}

const COLUMNS = [
  'name',
  'year',
  'paper',
  'views',
  'extract',
  'similarity',
  'loss',
  'target',
  'predictor',
] as const

function table(rows: ReturnType<typeof describe>[]): string {
  const cells = [[...COLUMNS], ...rows.map((row) => COLUMNS.map((column) => String(row[column])))]
  const widths = COLUMNS.map((_, i) => Math.max(...cells.map((line) => (line[i] ?? '').length)))
  return cells
    .map((line) =>
      line
        .map((cell, i) => cell.padEnd(widths[i] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

function page(method: Method): string {
  const { title, idea, presets, ...rows } = describe(method)
  const pad = 12
  return [
    `${title}: ${idea}.`,
    '',
    ...Object.entries(rows).map(([key, value]) => `${key.padEnd(pad)}${value}`),
    ...Object.entries(presets).map(([preset, source]) => `${preset.padEnd(pad)}${source}`),
  ].join('\n')
}

/** Gathers everything a run left behind into report.html and evaluation.json. */
import { existsSync } from 'node:fs'
import type { SetAside } from '../images/index.js'
import type { Row, Table } from '../judge/index.js'
import { encoderName } from '../learn/encoder/encoders.js'
import {
  type MeasureRow,
  type ReportData,
  renderReport,
  type ScoreRow,
  type StepRow,
} from '../report/index.js'
import { type MetricsLine, readJson, readLines, runPaths, writeAtomically, writeJson } from '../run/index.js'
import { augmentedPairs, nearestPictures, pictureMap } from './gallery.js'
import type { Judgement } from './judging.js'
import type { Progress } from './progress.js'
import { openPictures, type TrainingSummary } from './session.js'

/** The rows of the table, in words for a reader. */
export function tableRows({ knn, linear, few }: Table): ScoreRow[] {
  const rows: ScoreRow[] = []
  const add = (protocol: string, label: string, explanation: string, row: Row | undefined) => {
    if (row) rows.push({ protocol, label, explanation, ...row })
  }
  add(
    'few',
    `${few?.learned.perClass ?? 10} labels a class`,
    'A linear classifier learns from a few labelled pictures of each class, drawn several times; it is asked about all test pictures.',
    few,
  )
  add('linear', 'All labels', 'A linear classifier learns from the labels of all training pictures.', linear)
  add(
    'knn',
    'Nearest neighbours',
    'Each test picture takes the class that its 20 nearest training pictures vote for.',
    knn,
  )
  return rows
}

/** evaluation.json, and what `evaluate --json` prints: fractions of 1. */
export function evaluationOf(run: string, { table, labelFree, conclusion, seconds }: Judgement) {
  const scores = ({ learned, pixels, untrained }: Row) => ({
    learned: learned.mean,
    pixels: pixels.mean,
    untrained: untrained.mean,
    spread: { learned: learned.spread, pixels: pixels.spread, untrained: untrained.spread },
  })
  return {
    run,
    knn: table.knn ? scores(table.knn) : null,
    linear: table.linear ? scores(table.linear) : null,
    few: table.few ? { ...scores(table.few), per_class: table.few.learned.perClass } : null,
    retrieval: { ...scores(labelFree.retrieval), pictures: labelFree.pictures },
    effective_rank: labelFree.rank,
    conclusion,
    seconds,
  }
}

/** Writes both files and returns the report's path. */
export async function writeReport(
  run: string,
  judgement: Judgement,
  progress: Progress,
  version: string,
): Promise<string> {
  const paths = runPaths(run)
  const { record, method, settings, labelFree, table } = judgement
  const { train: source } = await openPictures(record.data, settings, progress)
  const training = existsSync(paths.training) ? readJson<TrainingSummary>(paths.training) : undefined
  const lines = readLines<MetricsLine & Record<string, number>>(paths.metrics)
  const { retrieval, rank, pictures } = labelFree
  const map = await pictureMap(judgement, (done, total) => progress.work('Drawing the map', done, total))
  const data: ReportData = {
    title: `${method.name.toUpperCase()} on ${record.data}`,
    data: record.data,
    pictures: record.pictures,
    setAside: readLines<SetAside>(paths.quarantine).map(({ path, reason }) => ({ path, reason })),
    method: method.title,
    idea: method.idea,
    usesLabels: method.loss.needsLabels ?? false,
    encoder: encoderName(settings.encoder),
    date: `${record.created.slice(0, 16).replace('T', ' ')} UTC`,
    seconds: { training: training?.seconds ?? 0, judging: judgement.seconds },
    verdict: training?.collapse ?? { state: 'healthy', sentence: 'Collapse was not measured.' },
    conclusion: judgement.conclusion,
    steps: lines.filter(({ type }) => type === 'step').map(stepRow),
    measures: lines.filter(({ type }) => type === 'measure').map(measureRow),
    table: tableRows(table),
    labelFree: [
      {
        label: 'Finds its other view',
        explanation: `Share of ${pictures.toLocaleString('en')} pictures whose second view is nearest to its own first view among all first views.`,
        learned: retrieval.learned.mean,
        pixels: retrieval.pixels.mean,
        untrained: retrieval.untrained.mean,
        spread: retrieval.learned.spread,
      },
      {
        label: 'Effective rank',
        explanation:
          'Number of independent directions that the vectors really use; 1 means all pictures look the same to the network.',
        learned: rank.learned,
        pixels: rank.pixels,
        untrained: rank.untrained,
      },
    ],
    pairs: await augmentedPairs(source, settings),
    neighbours: await nearestPictures(judgement),
    ...(map && { map }),
    settings: record.settings,
    command: `selfsame ${record.command.join(' ')}`,
    version,
    machine: Object.entries(record.machine)
      .map(([key, value]) => `${key}: ${Array.isArray(value) ? value.join(' ') : value}`)
      .join(', '),
  }
  writeJson(paths.evaluation, evaluationOf(run, judgement))
  writeAtomically(paths.report, renderReport(data))
  return paths.report
}

type Line = MetricsLine & Record<string, number>

function stepRow(line: Line): StepRow {
  return {
    step: line.step,
    epoch: line.epoch ?? Number.NaN,
    loss: line.loss ?? Number.NaN,
    learningRate: line.learning_rate ?? Number.NaN,
    tau: line.tau ?? Number.NaN,
    imagesPerSecond: line.images_per_second ?? Number.NaN,
    dataWait: line.data_wait ?? Number.NaN,
  }
}

function measureRow(line: Line): MeasureRow {
  return {
    step: line.step,
    stdRatio: line.std_ratio ?? Number.NaN,
    positive: line.positive ?? Number.NaN,
    others: line.others ?? Number.NaN,
    effectiveRank: line.effective_rank ?? Number.NaN,
    state: String(line.state),
  }
}

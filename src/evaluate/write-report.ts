/** Gathers everything a run left behind into report.html and evaluation.json. */
import { basename } from 'node:path'
import { encoderName } from '../learn/encoder/encoders.js'
import { picturesFor } from '../learn/pictures.js'
import { type ReportData, renderReport } from '../report/index.js'
import {
  quarantineLine,
  type RunRecord,
  readLines,
  readTraining,
  runPaths,
  writeAtomically,
  writeJson,
} from '../run/index.js'
import { listOf } from '../trainer/open.js'
import type { Progress } from '../trainer/progress.js'
import { askedInWords } from './asked.js'
import { Attempts, failuresInWords } from './attempts.js'
import { begunWith } from './commands.js'
import type { Judgement } from './evaluate.js'
import { augmentedPairs, clickPictures, nearestPictures, pictureMap } from './gallery.js'
import { evaluationOf } from './json.js'

/**
 * Writes both files and returns the report's path, undefined where it could not be written. What fails is added to the
 * judgement's failures: hours of judging are not lost for a picture of the report, or a full disk.
 * @throws the reason of the signal, when it is aborted; the figures are kept then, and the report is as it was
 */
export async function writeReport(
  run: string,
  judgement: Judgement,
  progress: Progress,
  version: string,
  signal?: AbortSignal,
): Promise<string | undefined> {
  const attempts = new Attempts((text) => judgement.notes.push(text), judgement.failures, signal)
  const keep = async () => {
    writeJson(runPaths(run).evaluation, evaluationOf(run, judgement))
    return true
  }
  const kept = await attempts.of('Keeping the figures', keep)
  const before = judgement.failures.length
  const report = await attempts.of('The report', () =>
    write(run, judgement, attempts, progress, version, signal),
  )
  if (kept && judgement.failures.length > before) await attempts.of('Keeping the figures', keep)
  return report
}

async function write(
  run: string,
  judgement: Judgement,
  attempts: Attempts,
  progress: Progress,
  version: string,
  signal: AbortSignal | undefined,
): Promise<string> {
  const paths = runPaths(run)
  const { record, method, settings, lines, labelFree, table } = judgement
  const training = readTraining(run)
  const map = await attempts.of('The map', () =>
    pictureMap(judgement, (done, total) => progress.work('Drawing the map', done, total), signal),
  )
  const neighbours = await attempts.of('Showing neighbours', () => nearestPictures(judgement))
  const { clicks } = judgement
  const asked = clicks && (await attempts.of('Asking eyes', () => clickPictures(clicks)))
  const data: ReportData = {
    title: `${method.name.toUpperCase()} on ${shortNameOf(record)}`,
    data: record.path ?? record.data,
    pictures: record.pictures,
    setAside: readLines(paths.quarantine, quarantineLine).map(({ path, reason }) => ({ path, reason })),
    method: method.title,
    idea: method.idea,
    usesLabels: method.loss.needsLabels ?? false,
    encoder: encoderName(settings.encoder),
    ...(record.init && { given: true }),
    date: `${record.created.slice(0, 16).replace('T', ' ')} UTC`,
    seconds: { training: training?.seconds ?? 0, judging: judgement.seconds },
    verdict: judgement.verdict ?? { state: 'healthy', sentence: 'Collapse was not measured.' },
    conclusion: judgement.conclusion,
    judged: [askedInWords(judgement.asked), ...(judgement.used.why ? [`${judgement.used.why}.`] : [])].join(
      ' ',
    ),
    failures: failuresInWords(judgement.failures),
    advice: judgement.advice,
    steps: lines.filter((line) => line.type === 'step'),
    measures: lines.filter((line) => line.type === 'measure'),
    looks: lines.filter((line) => line.type === 'probe' || line.type === 'views'),
    table,
    labelFree: labelFree.lines,
    ...(judgement.decision && { decision: judgement.decision }),
    ...(asked && { clicks: asked }),
    ...(judgement.transfer && { transfer: judgement.transfer }),
    pairs: await pairsOf(judgement, progress),
    neighbours: neighbours ?? [],
    ...(map && { map }),
    settings: {
      ...(record.names !== undefined && { 'names of pictures': record.names }),
      ...(record.init && { 'begun from': record.init.note }),
      ...record.settings,
    },
    command: begunWith(record),
    version,
    machine: Object.entries(record.machine)
      .map(([key, value]) => `${key}: ${Array.isArray(value) ? value.join(' ') : value}`)
      .join(', '),
  }
  writeAtomically(paths.report, renderReport(data))
  return paths.report
}

/** A folder's own name: '../pictures' says little elsewhere. */
function shortNameOf({ data, path }: RunRecord): string {
  return path === undefined ? data : basename(path) || path
}

/** None where the pictures that it learned from are not to be had any more. */
async function pairsOf(
  { record, settings, listed }: Judgement,
  progress: Progress,
): Promise<ReportData['pairs']> {
  try {
    const { train } = picturesFor(listed ?? (await listOf(record, progress)), settings)
    return await augmentedPairs(train, settings, record.badShare)
  } catch (error) {
    progress.note(`The report shows no augmented pairs: ${(error as Error).message}.`)
    return []
  }
}

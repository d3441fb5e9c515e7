/** What does not belong as lines, as JSON and as a page. */
import { printable } from '../../printable.js'
import { contactSheet } from '../search/contact-sheet.js'
import type { PictureIndex } from '../store/index-reader.js'
import type { Outliers } from './outliers.js'

const LISTED = 30
const SHOWN = 1000

export function outliersText({ outliers, labelErrors, labelled, far, pictures }: Outliers): string {
  const lines = outliers
    .slice(0, LISTED)
    .map(
      ({ path, score, reasons }) =>
        `  ${score.toFixed(2).padStart(6)}  ${printable(path)}  (${reasons.join(', ')})`,
    )
  const wrong = labelErrors
    .slice(0, LISTED)
    .map(
      ({ path, label, likely, share, ownShare }) =>
        `  ${printable(path)}  ${printable(label)} ${percent(ownShare)}, rather ${printable(likely)} ${percent(share)}`,
    )
  return [
    outliers.length === 0
      ? 'Nothing is far from all the others, blank, tiny or of an odd shape.'
      : `${outliers.length} of ${pictures.toLocaleString('en')} pictures stand out; far from all is what is ${far.toFixed(2)} times as far from its neighbours as these are from theirs:`,
    ...lines,
    ...(outliers.length > LISTED ? [`  … and ${outliers.length - LISTED} more`] : []),
    ...(labelled === 0
      ? []
      : [
          '',
          wrong.length === 0
            ? 'No label is contradicted by its neighbours.'
            : `${labelErrors.length} of ${labelled.toLocaleString('en')} labels are contradicted by their neighbours:`,
          ...wrong,
          ...(labelErrors.length > LISTED ? [`  … and ${labelErrors.length - LISTED} more`] : []),
        ]),
  ].join('\n')
}

function percent(share: number): string {
  return `${Math.round(100 * share)} %`
}

export function outliersJson({ outliers, labelErrors, labelled, far, pictures }: Outliers) {
  return {
    pictures,
    far: Number(far.toFixed(4)),
    outliers: outliers.map(({ path, score, reasons }) => ({
      path,
      score: Number(score.toFixed(4)),
      reasons,
    })),
    labelled,
    label_errors: labelErrors.map(({ path, label, likely, share, ownShare }) => ({
      path,
      label,
      likely,
      share: Number(share.toFixed(4)),
      own_share: Number(ownShare.toFixed(4)),
    })),
  }
}

export async function outliersPage(
  index: PictureIndex,
  { outliers, labelErrors }: Outliers,
): Promise<string> {
  const far = outliers.slice(0, SHOWN)
  const wrong = labelErrors.slice(0, SHOWN)
  const thumbnails = async (of: readonly { row: number }[]) =>
    index.rows(
      of.map(({ row }) => row),
      ['thumbnail'],
    )
  const [first, second] = [await thumbnails(far), await thumbnails(wrong)]
  return contactSheet('Outliers', `The first ${SHOWN} at most of each.`, [
    {
      title: 'Standing out',
      note: `${outliers.length}`,
      pictures: far.map(({ path, score, reasons }, at) => ({
        path,
        thumbnail: first[at]?.thumbnail,
        caption: `${score.toFixed(2)} ${reasons.join(', ')}`,
      })),
    },
    {
      title: 'Labels that neighbours contradict',
      note: `${labelErrors.length}`,
      pictures: wrong.map(({ path, label, likely, share }, at) => ({
        path,
        thumbnail: second[at]?.thumbnail,
        caption: printable(`${label}, rather ${likely} ${percent(share)}`),
      })),
    },
  ])
}

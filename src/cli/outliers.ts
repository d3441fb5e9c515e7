import type { Command } from 'commander'
import { writeWhole } from '../images/index.js'
import { printable } from '../printable.js'
import { findOutliers } from '../use/outliers/outliers.js'
import { outliersJson, outliersPage, outliersText } from '../use/outliers/words.js'
import { openIndex } from '../use/store/open-index.js'
import { say } from './say.js'
import { working } from './working.js'

interface OutliersVerbOptions {
  labels?: boolean
  html?: string
  json?: boolean
}

export function define(command: Command): void {
  command
    .argument('<index>', "folder that 'selfsame embed' wrote")
    .option('--labels', 'also look for labels that the neighbours contradict')
    .option('--html <file>', 'write a page with the pictures')
    .option('--json', 'print one JSON object')
    .addHelpText('after', '\nExample:\n  npx selfsame outliers my-index --labels --html outliers.html')
    .action(async (folder: string, { labels, html, json }: OutliersVerbOptions) => {
      const index = await openIndex(folder)
      try {
        const found = await working(async (how) => findOutliers(index, { labels, ...how }))
        if (html !== undefined)
          await writeWhole(html, await outliersPage(index, found), { otherwise: 'give another file' })
        const page = html === undefined ? {} : { html }
        if (json) say(JSON.stringify({ index: folder, ...outliersJson(found), ...page }))
        else
          say([outliersText(found), ...(html === undefined ? [] : [`\nPage: ${printable(html)}`])].join('\n'))
      } finally {
        await index.close()
      }
    })
}

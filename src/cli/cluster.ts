import type { Command } from 'commander'
import { writeWhole } from '../images/index.js'
import { printable } from '../printable.js'
import { clusterIndex } from '../use/groups/cluster.js'
import { clusterJson, clusterPage, clusterTable, clusterText } from '../use/groups/words.js'
import { openIndex } from '../use/store/open-index.js'
import { counting, whole } from './numbers.js'
import { say } from './say.js'
import { working } from './working.js'

interface ClusterVerbOptions {
  k?: number
  out?: string
  html?: string
  seed: number
  json?: boolean
}

const ELSEWHERE = { otherwise: 'give another file' }

export function define(command: Command): void {
  command
    .argument('<index>', "folder that 'selfsame embed' wrote")
    .option('-k <n>', 'groups; found out unless given', counting)
    .option('--out <file>', 'write the group of each picture, as .csv, .parquet or .json')
    .option('--html <file>', 'write a page with the pictures in the middle of each group')
    .option('--seed <n>', 'number that all chance depends on', whole, 0)
    .option('--json', 'print one JSON object')
    .addHelpText('after', '\nExample:\n  npx selfsame cluster my-index --html groups.html --out groups.csv')
    .action(async (folder: string, { k, out, html, seed, json }: ClusterVerbOptions) => {
      const index = await openIndex(folder)
      try {
        const found = await working(async (how) => clusterIndex(index, { k, seed, ...how }))
        if (out !== undefined) await writeWhole(out, await clusterTable(index, found, out), ELSEWHERE)
        if (html !== undefined) await writeWhole(html, await clusterPage(index, found), ELSEWHERE)
        const files = [out, html].flatMap((file) => file ?? [])
        if (json) say(JSON.stringify({ index: folder, ...(await clusterJson(index, found)), files }))
        else say([clusterText(found), ...files.map(printable)].join('\n'))
      } finally {
        await index.close()
      }
    })
}

import { type Command, Option } from 'commander'
import { type SearchOptions, searchIndex } from '../library/search-index.js'
import { counting, decimalIn } from './numbers.js'
import { say } from './say.js'
import { searchJson, searchText } from './search-text.js'

interface SearchVerbOptions extends Omit<SearchOptions, 'k'> {
  neighbours: number
  json?: boolean
}

export function define(command: Command): void {
  command
    .argument('<index>', "folder that 'selfsame embed' wrote")
    .argument('<picture...>', 'files, or paths as the index lists them')
    .option('-k, --neighbours <n>', 'of each picture', counting, 20)
    .option('--model <path>', 'the model of the index, where it is no longer where it was')
    .option('--min-score <cosine>', 'leave out what is less alike', decimalIn({ from: -1, to: 1 }))
    .option('--html <file>', 'write a page with the pictures')
    .addOption(
      new Option('--copies <how>', 'pictures of the same bytes: each, or the first with how many there are')
        .choices(['show', 'fold'])
        .default('fold'),
    )
    .option('--json', 'print one JSON object')
    .addHelpText('after', '\nExample:\n  npx selfsame search my-index holiday.jpg -k 10 --html found.html')
    .action(
      async (index: string, pictures: string[], { neighbours: k, json, ...options }: SearchVerbOptions) => {
        const found = await searchIndex(index, pictures, { ...options, k })
        say(json ? JSON.stringify(searchJson(found)) : searchText(found))
      },
    )
}

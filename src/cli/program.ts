/** The verbs with their options. Each is loaded when it is used, so that help comes at once. */
import { Command, Option } from 'commander'
import { printableLines } from '../printable.js'
import { version } from '../version.js'
import { checkEnvironment, refuseEmptyWords } from './empty-words.js'

export const VERBS: Record<string, () => Promise<{ define(command: Command): void }>> = {
  train: () => import('./train.js'),
  evaluate: () => import('./evaluate.js'),
  study: () => import('./study.js'),
  export: () => import('./export.js'),
  embed: () => import('./embed.js'),
  search: () => import('./search.js'),
  duplicates: () => import('./duplicates.js'),
  cluster: () => import('./cluster.js'),
  label: () => import('./label.js'),
  outliers: () => import('./outliers.js'),
  attention: () => import('./attention.js'),
  data: () => import('./data.js'),
  serve: () => import('./serve.js'),
  methods: () => import('./methods.js'),
  doctor: () => import('./doctor.js'),
  setup: () => import('./setup.js'),
  bench: () => import('./bench.js'),
  quickstart: () => import('./quickstart.js'),
}

const SUMMARIES: Record<string, string> = {
  train: 'train an encoder on a folder of pictures or a named set',
  evaluate: 'judge a trained run, beside the best of what needs no training',
  study: 'run one of the articles’ experiments, measured beside published',
  export: 'write a trained encoder as an ONNX model, or its weights alone',
  embed: 'turn pictures into vectors: an array, a table, or an index to search',
  search: 'find the pictures of an index that are most like others',
  duplicates: 'find copies in an index, and move them out of the way',
  cluster: 'sort the pictures of an index into groups, and name them',
  label: 'label an index from a few examples, and pick what to label next',
  outliers: 'find what does not belong into an index, and wrong labels',
  attention: 'show what a trained vision transformer looks at, as PNG files',
  data: 'check pictures before training, or pack them for speed',
  serve: 'answer with vectors, neighbours and labels of pictures over HTTP',
  methods: 'list the methods with their choices',
  doctor: 'say what was found on this machine and what is wrong',
  setup: 'make this machine ready: libtorch, and the addon compiled for it',
  bench: 'time training on this machine, beside a peer',
  quickstart: 'train and judge in one go, as npm start does',
}

/** Verbs that run networks. */
const COMPUTING = ['train', 'evaluate', 'study', 'embed', 'attention', 'bench', 'quickstart']

/** The device is one for the whole process, and for those that it starts, hence the environment. */
function addDevice(command: Command): void {
  command
    .addOption(
      new Option('--device <device>', 'what computes: cpu, cuda, cuda:1 …')
        .env('SELFSAME_DEVICE')
        .default('cpu'),
    )
    .hook('preAction', async () => {
      const { device } = command.opts() as { device: string }
      process.env.SELFSAME_DEVICE = device
      if (device !== 'cpu') (await import('../torch/index.js')).useDevice(device)
    })
}

/** All verbs by name, with the options of those in `wanted`. */
export async function makeProgram(wanted: readonly string[]): Promise<Command> {
  const program = new Command('selfsame')
    .description('Learns what pictures have in common, from the pictures alone.')
    .version(version)
    .exitOverride()
    .configureOutput({ writeErr: (text) => process.stderr.write(printableLines(text)) })
    .showHelpAfterError('(selfsame --help lists what there is)')
    .addHelpText(
      'after',
      '\nExample:\n  npx selfsame train my-pictures --epochs 20\n  npx selfsame evaluate runs/my-pictures-byol\n',
    )
    .hook('preSubcommand', () => checkEnvironment(process.env))
  for (const [name, load] of Object.entries(VERBS)) {
    const command = program
      .command(name)
      .description(SUMMARIES[name] ?? '')
      .exitOverride()
    if (wanted.includes(name)) {
      ;(await load()).define(command)
      if (COMPUTING.includes(name)) addDevice(command)
    }
  }
  refuseEmptyWords(program)
  return program
}

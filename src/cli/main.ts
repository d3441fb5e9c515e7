/** The command line. Every verb is loaded when it is used, so that help comes at once. */
import { readFileSync } from 'node:fs'
import { Command, Option } from 'commander'
import { printableLines } from '../printable.js'
import { explainWriteError } from '../write-error.js'
import { report } from './fail.js'

const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  version: string
}

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

const VERBS: Record<string, () => Promise<{ define(command: Command): void }>> = {
  train: () => import('./train.js'),
  evaluate: () => import('./evaluate.js'),
  study: () => import('./study.js'),
  attention: () => import('./attention.js'),
  data: () => import('./data.js'),
  methods: () => import('./methods.js'),
  doctor: () => import('./doctor.js'),
  bench: () => import('./bench.js'),
  quickstart: () => import('./quickstart.js'),
}

const SUMMARIES: Record<string, string> = {
  train: 'train an encoder on a folder of pictures or a named set',
  evaluate: 'judge a trained run, beside raw pixels and the untrained encoder',
  study: 'run one of the articles’ experiments, measured beside published',
  attention: 'show what a trained vision transformer looks at, as PNG files',
  data: 'check pictures before training, or pack them for speed',
  methods: 'list the methods with their choices',
  doctor: 'say what was found on this machine and what is wrong',
  bench: 'time training on this machine, beside a peer',
  quickstart: 'train and judge in one go, as npm start does',
}

/** Verbs that run networks. */
const COMPUTING = ['train', 'evaluate', 'study', 'attention', 'bench', 'quickstart']

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

// 'selfsame help train' as well
const [, , first, second] = process.argv
const wanted = first === 'help' ? second : first
for (const [name, load] of Object.entries(VERBS)) {
  const command = program
    .command(name)
    .description(SUMMARIES[name] ?? '')
    .exitOverride()
  if (name === wanted) {
    ;(await load()).define(command)
    if (COMPUTING.includes(name)) addDevice(command)
  }
}

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  // whoever reads has read enough, as `head` does
  process.exit(error.code === 'EPIPE' ? 0 : report(explainWriteError(error, 'the output')))
})
// what cannot be told must not end the work
process.stderr.on('error', () => {})

try {
  await program.parseAsync()
} catch (error) {
  process.exitCode = report(error)
}

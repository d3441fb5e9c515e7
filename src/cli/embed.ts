import { type Command, Option } from 'commander'
import { ENGINES } from '../library/model-for.js'
import { type EmbedOptions, embedVerb } from './embedding.js'
import { embedJson, embedText } from './embedding-text.js'
import { counting, share } from './numbers.js'
import { TerminalProgress } from './progress.js'
import { say } from './say.js'
import { followLinksOption, TRUST_CONFIG } from './shared-options.js'

export function define(command: Command): void {
  command
    .argument('<model>', 'run, model folder or ONNX file; a run is exported first')
    .argument('<data...>', 'folder, tar, array or named set, or several')
    .requiredOption(
      '--out <path>',
      'vectors.npy or vectors.parquet, or a folder for an index, which is updated where it is there',
    )
    .addOption(
      new Option('--engine <name>', 'what computes; auto takes libtorch for a run where it is clearly faster')
        .choices(ENGINES)
        .default('auto'),
    )
    .option('--batch <n>', 'pictures that the network sees at once; 32 unless given', counting)
    .addOption(
      new Option('--quantized [kind]', "a model folder's smaller weights, int8 unless given").choices([
        'int8',
        'fp16',
      ]),
    )
    .addOption(
      new Option('--to <store>', 'write a table for another store into the folder of --out').choices([
        'lancedb',
      ]),
    )
    .addOption(followLinksOption())
    .option('--bad-share <share>', 'share of unreadable pictures at which to stop; default 0.05', share)
    .option('--trust-config', TRUST_CONFIG)
    .option('--force', 'replace a file that is there, or take sets out of an index that are not named')
    .option('--json', 'print one JSON object')
    .addHelpText(
      'after',
      '\nExamples:\n  npx selfsame embed runs/my-pictures-byol my-pictures --out my-index\n' +
        '  npx selfsame embed my-model my-pictures --out vectors.npy',
    )
    .action(async (model: string, data: string[], options: EmbedOptions) => {
      const outcome = await embedVerb(model, data, options, new TerminalProgress())
      say(options.json ? JSON.stringify(embedJson(outcome)) : embedText(outcome))
      if (outcome.status === 'stopped') process.exitCode = 130
    })
}

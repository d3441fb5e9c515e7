/** What sentences from below call a setting, as the options of the command line. */
import { shellWord } from '../shell.js'

const OPTIONS: Readonly<Record<string, string>> = {
  method: '--method',
  preset: '--preset',
  encoder: '--encoder',
  init: '--init',
  epochs: '--epochs',
  batch: '--batch',
  learningRate: '--lr',
  precision: '--precision',
  warmup: '--set warmup',
  data: '--data',
  badShare: '--bad-share',
  trustConfig: '--trust-config',
  followLinks: '--follow-links',
  near: '--near',
  similar: '--similar',
  keep: '--keep',
  trash: '--trash',
  k: '-k',
  shardMb: '--shard-mb',
  decoded: '--decoded',
  size: '--size',
  force: '--force',
  stopEarly: '--stop-early',
  checkpoint: '--checkpoint',
  tokenFile: '--token-file',
  port: '--port',
  format: '--format',
  out: '--out',
  head: '--head',
  quantize: '--quantize',
  clicks: '--clicks',
  clicked: '--clicked',
  peer: '--peer',
  python: '--python',
  engine: '--engine',
  quantised: '--quantized',
  minScore: '--min-score',
  model: '--model',
  photographs: '--photographs',
}

const SETTING = /`(\w+)(?:: '?([^`']+)'?)?`/g
const GOING_ON = /`train\(data, \{ out: ("(?:[^"\\]|\\.)*") \}\)`/g

/** A sentence with the settings that it names as options, and what goes on with a run as its command. */
export function inOptions(text: string): string {
  return text
    .replace(GOING_ON, (_, folder: string) => goOnCommand(JSON.parse(folder)))
    .replace(SETTING, (whole, name: string, value?: string) => {
      const option = Object.hasOwn(OPTIONS, name) ? OPTIONS[name] : undefined
      if (option === undefined) return whole
      return value === undefined ? option : `${option}${option.includes(' ') ? '=' : ' '}${value}`
    })
}

/** What goes on with a run, as it is typed. */
export function goOnCommand(folder: string): string {
  return `npx selfsame train --run ${shellWord(folder)} --resume`
}

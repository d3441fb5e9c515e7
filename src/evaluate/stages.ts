/** What judging does one after the other. */
import type { Source } from '../images/index.js'
import { BANK_PROTOCOLS, type Protocol } from '../judge/index.js'
import type { Stage } from './course.js'
import type { Parts } from './sides.js'
import type { Opened } from './transfer.js'

/** Seconds a stage may take, guessed from the number of pictures. */
export function stagesOf(
  { train, test }: Parts,
  protocols: readonly Protocol[],
  others: readonly Opened[],
  { closes, decides, clicks }: { closes: boolean; decides: boolean; clicks: boolean },
): Stage[] {
  const embed = (source: Source) => 0.5 + source.size / 4000
  const onBanks = BANK_PROTOCOLS.filter((name) => protocols.includes(name))
  const tuned = protocols.includes('finetune')
  return [
    ...(tuned ? [{ name: 'training a supervised network', weight: 30 }] : []),
    ...(closes ? [{ name: 'finding the closed form', weight: 6 + Math.min(train.size, 16_384) / 500 }] : []),
    { name: 'embedding test pictures', weight: embed(test) },
    ...(onBanks.length > 0 ? [{ name: 'embedding training pictures', weight: embed(train) }] : []),
    ...(onBanks.length > 0
      ? [{ name: 'judging features', weight: onBanks.length * (0.8 + train.size / 2000) }]
      : []),
    ...(tuned ? [{ name: 'fine-tuning', weight: 60 }] : []),
    { name: 'measuring without labels', weight: 3 + Math.min(2000, test.size) / 400 },
    ...(decides ? [{ name: 'deciding without labels', weight: 4 + Math.min(2000, test.size) / 50 }] : []),
    ...(clicks
      ? [{ name: 'choosing questions for your eyes', weight: 1 + Math.min(2000, test.size) / 1000 }]
      : []),
    ...others.map(({ set, parts }) => ({
      name: `transfer to ${set}`,
      weight: embed(parts.test) + embed(parts.train) + 0.5 + parts.train.size / 3000,
    })),
  ]
}

/** Labelled pictures to banks: what encoders make of the pictures that a classifier learns from and is asked about. */
import { classCount, Quarantine, type Source } from '../images/index.js'
import type { Tensor } from '../torch/index.js'
import { type Bank, bankOf } from './bank.js'
import { embed } from './embed.js'
import type { Encoder } from './encoder.js'
import type { Preprocess } from './preprocess.js'

export interface SidesOptions {
  /** Where there are more than the pictures of both sides show. */
  classes?: number
  /** Share of unreadable pictures at which to stop; 0.05 unless given. */
  badShare?: number | undefined
  /** Called after every batch; what it throws ends the embedding. */
  onBatch?: () => void
}

/** Frees its tensors at the end of the scope that it is declared in with `using`. */
export interface EmbeddedSides<E extends readonly Encoder[]> extends Disposable {
  /** One for each encoder, in the order given. */
  banks: { readonly [K in keyof E]: { train: Bank; test: Bank } }
  /** What the encoders saw, uint8 `[N, C, h, w]` with sides of at most 32 px. */
  pictures: { train: Tensor; test: Tensor }
}

/**
 * Embeds training and test pictures with several encoders in one pass over them. A row of an unreadable picture is of the one that
 * stands in for it, with that one's class.
 * @param sources every picture has a class
 * @throws SelfsameError when too many pictures cannot be read
 */
export async function embedSides<const E extends readonly Encoder[]>(
  sources: { train: Source; test: Source },
  encoders: E,
  how: Preprocess,
  { classes = classCount(sources.train, sources.test), badShare, onBatch }: SidesOptions = {},
): Promise<EmbeddedSides<E>> {
  const side = async (source: Source) => {
    const quarantine = new Quarantine(source.size, { maxShare: badShare })
    const { features, pictures, used } = await embed(source, encoders, how, {
      quarantine,
      ...(onBatch && { progress: onBatch }),
    })
    return { pictures, banks: features.map((one) => bankOf(one, used, source, classes)) }
  }
  const train = await side(sources.train)
  const free = ({ banks, pictures }: typeof train) => {
    for (const { features } of banks) features.dispose()
    pictures.dispose()
  }
  try {
    const test = await side(sources.test)
    const banks = train.banks.map((bank, i) => ({ train: bank, test: test.banks[i] as Bank }))
    return {
      banks: banks as unknown as EmbeddedSides<E>['banks'],
      pictures: { train: train.pictures, test: test.pictures },
      [Symbol.dispose]: () => [train, test].forEach(free),
    }
  } catch (error) {
    free(train)
    throw error
  }
}

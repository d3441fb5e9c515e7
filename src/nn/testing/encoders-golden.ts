import { readFileSync } from 'node:fs'

/** What make_encoders.py beside the file computed with PyTorch and torchvision. */
// biome-ignore lint/suspicious/noExplicitAny: the shape of a fixture is what the script wrote
export const golden: any = JSON.parse(
  readFileSync(new URL('../../../test/golden/encoders.json', import.meta.url), 'utf8'),
)

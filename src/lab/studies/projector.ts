import { above, level, type Row, type Study } from '../study.js'
import { BYOL_PAPER, GREY, IMAGENET_LINEAR } from './bases.js'

const depth = (projector: number, predictor: number, published: number): Row => ({
  name: `projector ${projector}, predictor ${predictor} ${predictor === 1 ? 'layer' : 'layers'}`,
  change: { projector: { layers: projector }, predictor: { layers: predictor } },
  ...(projector > 1 && { readouts: projector - 1 }),
  published: [published],
})

const width = (outputs: number, published: number): Row => ({
  name: `${outputs} outputs`,
  change: { projector: { outputs } },
  published: [published],
})

export const projector: Study = {
  name: 'projector',
  title: 'how deep and wide should the heads be, and where to read?',
  question:
    'A projector of two layers is much better than one; beyond that neither depth nor width matters much. The encoder itself, below the heads, is the best place to read.',
  base: GREY,
  rows: [
    depth(1, 1, 61.9),
    depth(1, 2, 65.0),
    depth(1, 3, 65.7),
    depth(2, 1, 71.5),
    depth(2, 2, 72.5),
    depth(2, 3, 71.4),
    depth(3, 1, 71.4),
    depth(3, 2, 72.1),
    depth(3, 3, 72.1),
    width(16, 69.9),
    width(32, 71.3),
    width(64, 72.2),
    width(128, 72.5),
    width(512, 72.6),
  ],
  published: [
    { title: 'ImageNet', source: `${BYOL_PAPER}, its tables of head depth and width; ${IMAGENET_LINEAR}` },
  ],
  claims: [
    {
      says: 'A projector of two layers is above one',
      ...above('projector 2, predictor 2 layers', 'projector 1, predictor 2 layers'),
      otherwise:
        'A short run asks little that is alien to the classes of its encoder, so less needs to be kept off it.',
    },
    {
      says: 'A third layer changes less than 2 points',
      ...level('projector 3, predictor 2 layers', 'projector 2, predictor 2 layers', 2),
    },
    { says: '512 outputs are within 2 points of 64', ...level('512 outputs', '64 outputs', 2) },
    { says: '16 outputs are below 128', ...above('128 outputs', '16 outputs') },
    {
      says: 'The encoder is read better than the first layer of the head',
      of: [
        { row: 'projector 3, predictor 2 layers', weight: 1 },
        { row: 'projector 3, predictor 2 layers', weight: -1, measure: 'layer1' },
      ],
      from: 0,
    },
    {
      says: 'and that better than the second',
      of: [
        { row: 'projector 3, predictor 2 layers', weight: 1, measure: 'layer1' },
        { row: 'projector 3, predictor 2 layers', weight: -1, measure: 'layer2' },
      ],
      from: 0,
    },
  ],
  notes: [
    'Hidden layers have 512 units, the paper’s 4,096. SimCLR v2 found the first layer of a three-layer head better than the encoder for few labels and large networks; here all labels are used.',
  ],
  // many rows tell the spread together
  spending: { full: { seeds: 2 } },
}

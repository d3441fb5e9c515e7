import * as views from '../../learn/augment/views.js'
import * as extract from '../../learn/extract/index.js'
import * as loss from '../../learn/loss/index.js'
import type { Method } from '../../learn/method.js'
import { METHODS } from '../../learn/methods/index.js'
import * as similarity from '../../learn/similarity/index.js'
import { above, fallsFurther, type Row, type Study } from '../study.js'
import { COLOUR } from './bases.js'

const base = (name: 'simclr' | 'amdim' | 'yadim' | 'cpc-v2') => METHODS[name]
const [simclr, amdim, yadim, cpc] = [base('simclr'), base('amdim'), base('yadim'), base('cpc-v2')]

const OTHER_ENCODER = 'resnet18x0.25'

/** A method with one of its choices replaced. */
const exchanged = (title: string, from: Method, choice: string, change: Partial<Method>): Row => ({
  name: `${title}, ${choice}`,
  method: { ...from, name: `${from.name}, ${choice}`, ...change },
})

/** @param large the one to exchange for at the paper's size */
const withEncoder = (title: string, from: Method, large: string): Row => ({
  name: `${title}, 2: a ResNet`,
  method: from,
  change: { encoder: OTHER_ENCODER },
  paper: { encoder: large },
})

export const fiveSteps: Study = {
  name: 'five-steps',
  title: 'which of the five choices matters?',
  question:
    'AMDIM, CPC and SimCLR are points in one space of five choices. Exchanging one choice at a time shows what each is worth; YADIM, which compares only last maps under all augmentations, should depend least on encoder and extraction.',
  base: { ...COLOUR, method: simclr },
  rows: [
    { name: 'the random network itself', untrained: true },
    { name: 'a random ResNet', untrained: true, change: { encoder: OTHER_ENCODER } },
    { name: 'SimCLR', method: simclr, published: ['88.5'] },
    exchanged('SimCLR', simclr, '1: AMDIM’s views', { views: views.AMDIM_VIEWS }),
    exchanged('SimCLR', simclr, '1: YADIM’s views', { views: views.YADIM_VIEWS }),
    withEncoder('SimCLR', simclr, 'amdim'),
    exchanged('SimCLR', simclr, '3 and 5: last maps, AMDIM’s loss', {
      extract: extract.lastMap,
      loss: yadim.loss,
      projector: yadim.projector,
      similarity: similarity.scaledDot,
    } as Partial<Method>),
    exchanged('SimCLR', simclr, '4: scaled dot product', { similarity: similarity.scaledDot }),
    { name: 'AMDIM', method: amdim },
    exchanged('AMDIM', amdim, '1: SimCLR’s views', { views: views.SIMCLR_VIEWS }),
    withEncoder('AMDIM', amdim, 'resnet50'),
    exchanged('AMDIM', amdim, '3: last maps only', {
      extract: extract.lastMap,
      loss: yadim.loss,
    } as Partial<Method>),
    exchanged('AMDIM', amdim, '4: cosine', { similarity: similarity.cosine }),
    exchanged('AMDIM', amdim, '5: no penalty, no clipping', {
      loss: loss.depthContrast({ comparisons: '01,02,11', penalty: 0, clip: 1000 }),
    } as Partial<Method>),
    { name: 'YADIM', method: yadim },
    exchanged('YADIM', yadim, '1: SimCLR’s views', { views: views.SIMCLR_VIEWS }),
    withEncoder('YADIM', yadim, 'amdim'),
    exchanged('YADIM', yadim, '3: AMDIM’s depths', {
      extract: extract.depths,
      loss: amdim.loss,
    } as Partial<Method>),
    exchanged('YADIM', yadim, '4: cosine', { similarity: similarity.cosine }),
    { name: 'CPC v2', method: cpc, published: ['84.52'] },
    exchanged('CPC v2', cpc, '4: cosine', { similarity: similarity.cosine }),
  ],
  published: [
    {
      title: 'CIFAR-10, long',
      source:
        'lightning-bolts, which was released with arXiv 2009.00104: CPC v2 1,000 epochs, SimCLR 800, each with its own encoder; the paper’s own ablations could not be had',
    },
  ],
  claims: [
    {
      says: 'Augmentation matters most to SimCLR: with AMDIM’s milder views it is worse',
      ...above('SimCLR', 'SimCLR, 1: AMDIM’s views'),
      otherwise: 'Milder views make an easier task, which is learned sooner.',
    },
    {
      says: 'YADIM depends less on the extraction than AMDIM: exchanging it costs AMDIM more',
      ...fallsFurther(['AMDIM', 'AMDIM, 3: last maps only'], ['YADIM', 'YADIM, 3: AMDIM’s depths']),
    },
    {
      says: 'YADIM depends less on the encoder than AMDIM: exchanging it costs AMDIM more',
      ...fallsFurther(['AMDIM', 'AMDIM, 2: a ResNet'], ['YADIM', 'YADIM, 2: a ResNet']),
    },
    {
      says: 'Whole vectors under strong views beat patches: SimCLR is above CPC v2',
      ...above('SimCLR', 'CPC v2'),
    },
  ],
  notes: [
    'The number is the choice: 1 augment, 2 encoder, 3 extract, 4 similarity, 5 loss. An extraction and a loss that reads maps go together, so SimCLR’s change both. What an exchange does to a method whose temperature and rate were set for another choice is part of what is measured.',
    'The definition of YADIM is by recollection: its text could not be had.',
  ],
  // many rows tell the spread together
  spending: { full: { pictures: 15_000, seeds: 2 }, quick: { pictures: 2000 } },
}

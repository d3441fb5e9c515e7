/** The lines of a table by protocol, in the order of the table, with words for each group. */
import { difference } from '../judge/difference.js'
import type { Contender, Line, Protocol, Score, Table } from '../judge/index.js'

export interface Group {
  protocol: Protocol
  title: string
  /** What it is, for someone who has not read the code. */
  lead: string
  lines: Line[]
}

const WORDS: Record<Protocol, { title: string; lead: string }> = {
  knn: {
    title: 'Nearest neighbours',
    lead: 'Nothing is learned here: pictures whose vectors are near each other are taken to be of one class.',
  },
  linear: {
    title: 'Linear probe',
    lead: 'A linear classifier is put on the frozen vectors and learns from all labels: how much of the class can be read off directly.',
  },
  logistic: {
    title: 'Logistic regression',
    lead: 'The same question as the linear probe’s, answered by a solver that finds the one best classifier for each strength of regularisation.',
  },
  few: {
    title: 'Few labels',
    lead: 'How far a handful of labelled pictures goes. Which pictures those are is drawn by chance, several times.',
  },
  finetune: {
    title: 'Fine-tuning',
    lead: 'The whole network goes on learning from labels, instead of being frozen.',
  },
  retrieval: {
    title: 'Finding the same class',
    lead: 'Each test picture looks for others like it; those of its own class count as found.',
  },
  clustering: {
    title: 'Clustering',
    lead: 'The vectors are put into as many heaps as there are classes, without labels; then heaps and classes are compared.',
  },
}

/** The groups of a table, empty ones left out. */
export function groupsOf(table: Table): Group[] {
  const protocols = [...new Set(table.map(({ protocol }) => protocol))]
  return protocols.map((protocol) => ({
    protocol,
    ...WORDS[protocol],
    lines: table.filter((line) => line.protocol === protocol),
  }))
}

/** What a reader calls each contender. */
const NAMES: Record<Contender, string> = {
  learned: 'Learned',
  pixels: 'Raw pixels',
  whitened: 'Whitened',
  untrained: 'Untrained',
  closed: 'Closed form',
  supervised: 'Supervised',
}

/** The same where training began from given weights: what came before it is the encoder as it was given. */
export function namesOf(given = false): Record<Contender, string> {
  return given ? { ...NAMES, untrained: 'As given' } : NAMES
}

/** Those with the best score, and those whose difference from it may be chance. */
export function leaders(scores: Partial<Record<Contender, Score>>): Set<Contender> {
  const found = (Object.entries(scores) as [Contender, Score][]).filter(([, { mean }]) =>
    Number.isFinite(mean),
  )
  const best = found.reduce<Score | undefined>(
    (most, [, score]) => (most && most.mean >= score.mean ? most : score),
    undefined,
  )
  const near = found.filter(([, score]) => best && difference(best, score).verdict !== 'better')
  return new Set(near.map(([name]) => name))
}

/** Half of the 95 % interval. */
export function half({ low, high }: { low: number; high: number }): number {
  return (high - low) / 2
}

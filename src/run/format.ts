/** What the files of a run hold, snake_case there and camelCase here: `parse` checks what is read, `z.encode` is what is written. */
import { z } from 'zod'
import { jsonOf } from './json.js'
import { inSnakeCase } from './keys.js'

export const RUN_FORMAT = 5

const whole = z.int().min(0)
/** JSON has no NaN: null is written in its place. */
const figure = z.codec(
  z.number().nullable(),
  z.custom<number>((value) => typeof value === 'number'),
  {
    decode: (value) => value ?? Number.NaN,
    encode: (value) => (Number.isFinite(value) ? value : null),
  },
)

/** run.json: everything needed to repeat a run. */
export const runRecord = inSnakeCase(
  z.object({
    format: z.literal(RUN_FORMAT),
    /** When it was begun, to the millisecond; also tells its checkpoints from those of another run. */
    created: z.string(),
    /** The words after `selfsame`. */
    command: z.array(z.string()),
    /** As it was given. */
    data: z.string(),
    /** Where that lay, if it is a path: a run is gone on with from other folders, too. */
    path: z.string().exactOptional(),
    /** Whether links out of it were followed. */
    followLinks: z.boolean().exactOptional(),
    pictures: whole,
    /** A digest of the pictures' names in order. */
    names: z.string().exactOptional(),
    /** Minutes of training asked for, where these and not epochs were. */
    minutes: z.number().min(0).exactOptional(),
    /** Share of unreadable pictures at which to stop, if it was given. */
    badShare: z.number().exactOptional(),
    /** Steps between checkpoints, if they were given. */
    checkpointEvery: whole.exactOptional(),
    /** Epochs between two looks at what the network knows, if they were given. */
    probeEvery: z.number().min(0).exactOptional(),
    /** Looks in a row clearly below the best after which training stops, if they were given; 0 for never. */
    stopEarly: whole.exactOptional(),
    /** As resolved: method, preset and every number. */
    settings: z.record(z.string(), z.unknown()),
    /** Where the preset's numbers come from. */
    source: z.string(),
    /** The weights that the encoder began from, where they were given; init.safetensors has it as it was then. */
    init: z
      .object({
        /** A path, or the name of a published encoder. */
        source: z.string(),
        /** Of that file, and of the copy. */
        sha256: z.string(),
        copy: z.string(),
        /** What of it was taken, and what was changed. */
        note: z.string(),
        /** What it said of the settings. */
        facts: z.record(z.string(), z.unknown()),
      })
      .exactOptional(),
    /** The user's config file, if one was given; config.ts is a copy of it. */
    config: z.string().exactOptional(),
    machine: z.record(z.string(), z.unknown()),
  }),
)
export type RunRecord = z.output<typeof runRecord>

const measures = {
  stdRatio: figure,
  positive: figure.exactOptional(),
  others: figure,
  effectiveRank: figure,
  fullRank: figure,
}
const state = z.enum(['healthy', 'narrowing', 'collapsed'])

const stepLine = z.object({
  type: z.literal('step'),
  step: whole,
  epoch: figure,
  loss: figure,
  learningRate: figure,
  /** Absent where there is no target network. */
  tau: figure.exactOptional(),
  imagesPerSecond: figure,
  dataWait: figure,
})
const measureLine = z.object({
  type: z.literal('measure'),
  step: whole,
  ...measures,
  state,
  sentence: z.string(),
})
/** Small counts, a digit each. */
const digits = z.codec(
  z.string().regex(/^[0-9]*$/),
  z.custom<Uint8Array>((value) => value instanceof Uint8Array),
  {
    decode: (text) => Uint8Array.from(text, Number),
    encode: (counts) => counts.join(''),
  },
)
const probeLine = z.object({
  type: z.literal('probe'),
  step: whole,
  epoch: figure,
  knn: figure,
  linear: figure,
  /** Of each asked picture how many of the two classifiers were right; not in runs of earlier versions. */
  right: digits.exactOptional(),
})
/** Bytes, two digits of 16 each. */
const bytes = z.codec(
  z.string().regex(/^([0-9a-f]{2})*$/),
  z.custom<Uint8Array>((value) => value instanceof Uint8Array),
  {
    decode: (text) => new Uint8Array(Buffer.from(text, 'hex')),
    encode: (values) => Buffer.from(values).toString('hex'),
  },
)
/** Mean reciprocal ranks at which pictures are found by views that no training has, where no classes are known. */
const viewsLine = z.object({
  type: z.literal('views'),
  step: whole,
  epoch: figure,
  /** One half of a picture by the other. */
  halves: figure,
  /** One view as if from elsewhere by another. */
  elsewhere: figure,
  /** Of each asked picture the mean of both, 255 being 1. */
  found: bytes.exactOptional(),
})

/** A line of metrics.jsonl. */
export const metricsLine = inSnakeCase(
  z.discriminatedUnion('type', [stepLine, measureLine, probeLine, viewsLine]),
)
export type MetricsLine = z.output<typeof metricsLine>
export type StepLine = z.output<typeof stepLine>
export type MeasureLine = z.output<typeof measureLine>
export type ProbeLine = z.output<typeof probeLine>
export type ViewsLine = z.output<typeof viewsLine>
/** What a look at a network in training found. */
export type LookLine = ProbeLine | ViewsLine

/** A line of plan.jsonl: after `step` steps the run was given `totalSteps` in all. */
export const planLine = inSnakeCase(z.object({ step: whole, totalSteps: whole }))
export type PlanLine = z.output<typeof planLine>
/** In order, and each with steps that are still to be taken. */
export const planLines = z
  .array(planLine)
  .refine((lines) =>
    lines.every(({ step, totalSteps }, i) => totalSteps > step && step > (lines[i - 1]?.step ?? 0)),
  )

/** A line of quarantine.jsonl: a picture that was set aside. */
export const quarantineLine = z.object({ index: whole, path: z.string(), reason: z.string() })

/** training.json: how training ended. */
export const trainingSummary = inSnakeCase(
  z.object({
    /**
     * `diverged`: a loss or a weight became infinite or no number; the last checkpoint is of before. `stopped_early`: what it knew had sunk.
     */
    status: z.enum(['finished', 'stopped_early', 'interrupted', 'diverged']),
    steps: whole,
    totalSteps: whole,
    /** The step that encoder.safetensors is of, where the last was clearly worse. */
    encoderStep: whole.exactOptional(),
    seconds: z.number(),
    imagesPerSecond: figure,
    /** NaN when no step was taken, too. */
    finalLoss: figure,
    collapse: inSnakeCase(
      z.object({ state, sentence: z.string(), remedy: z.string().exactOptional(), ...measures }),
    ).nullable(),
    setAside: whole,
  }),
)
export type TrainingSummary = z.output<typeof trainingSummary>

const text = z.string()
/** The header of a checkpoint, which holds strings alone. */
export const checkpointNote = z.object({
  run: text,
  step: z.codec(text.regex(/^(0|[1-9]\d*)$/), whole, { decode: Number, encode: String }),
  /** Of training so far. */
  seconds: z.codec(text.regex(/\d/), z.number().min(0), { decode: Number, encode: String }),
  /** What had been decided about the run's length by then. */
  plan: z.codec(text, planLines, {
    decode: (plan) => jsonOf(plan) as z.input<typeof planLines>,
    encode: (plan) => JSON.stringify(plan),
  }),
})

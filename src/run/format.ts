/** What the files of a run hold: each is checked by its schema when it is read. */
import { z } from 'zod'

export const RUN_FORMAT = 5

const whole = z.int().min(0)
/** JSON has no NaN: null is written in its place. */
const figure = z.number().nullable()

/** run.json: everything needed to repeat a run. */
export const runRecord = z.object({
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
  follow_links: z.boolean().exactOptional(),
  pictures: whole,
  /** A digest of the pictures' names in order. */
  names: z.string().exactOptional(),
  /** Minutes of training asked for, where these and not epochs were. */
  minutes: z.number().min(0).exactOptional(),
  /** Share of unreadable pictures at which to stop, if it was given. */
  bad_share: z.number().exactOptional(),
  /** Steps between checkpoints, if they were given. */
  checkpoint_every: whole.exactOptional(),
  /** Epochs between two looks at how well classes can be read off, if they were given. */
  probe_every: z.number().min(0).exactOptional(),
  /** As resolved: method, preset and every number. */
  settings: z.record(z.string(), z.unknown()),
  /** Where the preset's numbers come from. */
  source: z.string(),
  /** The user's config file, if one was given; config.ts is a copy of it. */
  config: z.string().exactOptional(),
  machine: z.record(z.string(), z.unknown()),
})
export type RunRecord = z.infer<typeof runRecord>

const measures = {
  std_ratio: figure,
  positive: figure.exactOptional(),
  others: figure,
  effective_rank: figure,
  full_rank: figure,
}
const state = z.enum(['healthy', 'narrowing', 'collapsed'])

const stepLine = z.object({
  type: z.literal('step'),
  step: whole,
  epoch: figure,
  loss: figure,
  learning_rate: figure,
  /** Absent where there is no target network. */
  tau: figure.exactOptional(),
  images_per_second: figure,
  data_wait: figure,
})
const measureLine = z.object({
  type: z.literal('measure'),
  step: whole,
  ...measures,
  state,
  sentence: z.string(),
})
const probeLine = z.object({
  type: z.literal('probe'),
  step: whole,
  epoch: figure,
  knn: figure,
  linear: figure,
})

/** A line of metrics.jsonl. */
export const metricsLine = z.discriminatedUnion('type', [stepLine, measureLine, probeLine])
export type MetricsLine = z.infer<typeof metricsLine>
export type StepLine = z.infer<typeof stepLine>
export type MeasureLine = z.infer<typeof measureLine>
export type ProbeLine = z.infer<typeof probeLine>

/** A line of plan.jsonl: after `step` steps the run was given `total_steps` in all. */
export const planLine = z.object({ step: whole, total_steps: whole })
export type PlanLine = z.infer<typeof planLine>
/** In order, and each with steps that are still to be taken. */
export const planLines = z
  .array(planLine)
  .refine((lines) =>
    lines.every(({ step, total_steps }, i) => total_steps > step && step > (lines[i - 1]?.step ?? 0)),
  )

/** A line of quarantine.jsonl: a picture that was set aside. */
export const quarantineLine = z.object({ index: whole, path: z.string(), reason: z.string() })

/** training.json: how training ended. */
export const trainingSummary = z.object({
  /** `diverged`: a loss or a weight became infinite or no number; the last checkpoint is of before. */
  status: z.enum(['finished', 'interrupted', 'diverged']),
  steps: whole,
  total_steps: whole,
  seconds: z.number(),
  images_per_second: z.number(),
  /** null when no step was taken. */
  final_loss: figure,
  collapse: z
    .object({ state, sentence: z.string(), remedy: z.string().exactOptional(), ...measures })
    .nullable(),
  set_aside: whole,
})
export type TrainingSummary = z.infer<typeof trainingSummary>

/** The header of a checkpoint. */
export const checkpointNote = z.object({
  run: z.string(),
  step: z
    .string()
    .regex(/^(0|[1-9]\d*)$/)
    .transform(Number)
    .pipe(whole),
  seconds: z.string().regex(/\d/).transform(Number).pipe(z.number().min(0)),
  /** What had been decided about the run's length by then. */
  plan: z
    .string()
    .optional()
    .transform((text): unknown => JSON.parse(text ?? '[]'))
    .pipe(planLines),
})

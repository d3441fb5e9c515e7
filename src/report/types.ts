import type { Advice, Decision, LabelFreeLine, Line, Table } from '../judge/index.js'
import type { LookLine, MeasureLine, StepLine } from '../run/index.js'

/** An encoded picture with its size in pixels. */
export interface Thumb {
  bytes: Uint8Array
  type: 'image/png' | 'image/jpeg' | 'image/webp'
  width: number
  height: number
}

/** Pictures laid out on a plane. */
export interface MapData {
  /** Pictures that the points are of, where they are a part. */
  of?: number
  points: { x: number; y: number; sprite: number; caption?: string; group?: number }[]
  /** One sheet with all tiles, row by row; see {@link sheet}. */
  sprites: Thumb
  columns: number
  /** Side of a tile in the sheet, in pixels. */
  tile: number
  groups?: string[]
}

/** A picture and the pictures whose vectors point most nearly the same way. */
export interface NeighbourRow {
  query: Thumb
  /** Its name or class. */
  caption?: string
  nearest: { thumb: Thumb; similarity: number; caption?: string }[]
}

/** What eyes are asked: pictures with two sets of neighbours, and nothing that tells whose they are. */
export interface ClickData {
  /** Whose neighbours stand beside the learned ones, as a sentence has it. */
  rival: string
  questions: { query: Thumb; left: Thumb[]; right: Thumb[]; learned: 'left' | 'right' }[]
  /** What takes the answer in, as it is typed but for the answer; absent where labels decide. */
  command?: string
}

/** The encoder on sets that it was not trained on. */
export interface TransferData {
  sets: { set: string; line: Line }[]
  notes: string[]
}

/** All that a report shows. */
export interface ReportData {
  title: string
  /** Folder or name of the set. */
  data: string
  pictures: number
  setAside: { path: string; reason: string }[]
  method: string
  /** What the method does, in one clause; empty where nobody says. */
  idea: string
  /** Whether it was shown the classes in training. */
  usesLabels: boolean
  encoder: string
  /** Whether training began from given weights: what is called untrained elsewhere is the encoder as given. */
  given?: boolean
  date: string
  seconds: { setup?: number; training: number; judging: number }
  verdict: { state: 'healthy' | 'narrowing' | 'collapsed'; sentence: string; remedy?: string }
  /** One honest sentence on whether it worked. */
  conclusion: string
  /** Which pictures were judged, of how many, and whether training had seen them, in one sentence. */
  judged?: string
  /** What was asked for and failed, a sentence each. */
  failures?: string[]
  /** What to do next, in one sentence. */
  advice?: Advice
  steps: StepLine[]
  measures: MeasureLine[]
  /** Looks at classes, or at views where none were known; empty or absent where nothing was asked. */
  looks?: LookLine[]
  table?: Table
  labelFree?: LabelFreeLine[]
  /** Whether training was worth it, without labels. */
  decision?: Decision
  clicks?: ClickData
  transfer?: TransferData
  pairs: { original: Thumb; views: Thumb[] }[]
  neighbours: NeighbourRow[]
  map?: MapData
  settings: Record<string, unknown>
  command: string
  version: string
  machine: string
}

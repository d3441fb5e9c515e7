/** Whether work is being recorded: then no value may come to the host, nor one from it, since neither would be repeated. */
import { OperatorError } from './errors.js'

let recording = false

export function isRecording(): boolean {
  return recording
}

export function setRecording(now: boolean): void {
  recording = now
}

/** @throws OperatorError while work is being recorded */
export function notRecorded(what: string): void {
  if (recording) throw new OperatorError(`${what} cannot be repeated without the host`)
}

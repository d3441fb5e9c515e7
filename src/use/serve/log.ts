/** A line for each request. */
import { printable } from '../../printable.js'

export interface Logged {
  method: string
  /** Without what stands behind the question mark. */
  path: string
  /** 499 where whoever asked hung up before the answer. */
  status: number
  milliseconds: number
  /** Of the request's body. */
  bytes: number
  pictures: number
  /** Address of whoever asked. */
  from: string
}

export const HUNG_UP = 499
const LONGEST = 200

/** As text or JSON, on one line, with nothing in it that a terminal would obey. */
export function logLine(logged: Logged, form: 'text' | 'json', now = new Date()): string {
  const { method, status, milliseconds, bytes, pictures, from } = logged
  const path = printable(logged.path.slice(0, LONGEST))
  const time = now.toISOString()
  const ms = Math.round(milliseconds * 10) / 10
  if (form === 'json')
    return JSON.stringify({ time, method, path, status, milliseconds: ms, bytes, pictures, from })
  return `${time} ${from} ${method} ${path} ${status} ${ms} ms, ${bytes} bytes, ${pictures} ${pictures === 1 ? 'picture' : 'pictures'}`
}

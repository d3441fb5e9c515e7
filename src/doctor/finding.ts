/** One thing that was looked at on this machine. */
export interface Finding {
  what: string
  value: string
  problem?: string
}

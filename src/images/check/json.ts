/** What a check found, as JSON has it. */
import { adviceOn } from './advice.js'
import type { Check } from './check.js'

/** All that was found, with what should be done. */
export function checkJson(check: Check) {
  return { ...(snake(check) as Record<string, unknown>), advice: adviceOn(check) }
}

/** Keys in snake_case, at every depth but where they are the data's own words. */
function snake(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(snake)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [
      key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
      key === 'endings' ? item : snake(item),
    ]),
  )
}

/** What is snake_case on disk is camelCase in code: one schema reads the one and writes the other. */
import { z } from 'zod'

const onDisk = z.record(z.string(), z.unknown())

/** The name on disk of a property. */
export const snake = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
const camel = (name: string): string => name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())

/** An object whose own keys, not those within it, are snake_case on disk. */
export function inSnakeCase<T extends z.ZodType<object, object>>(schema: T) {
  return z.codec(onDisk, schema, {
    decode: (value) => renamed(value, camel) as z.input<T>,
    encode: (value) => renamed(value, snake),
  })
}

function renamed(value: object, name: (key: string) => string): Record<string, unknown> {
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [name(key), item]))
}

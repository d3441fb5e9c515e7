/** Seeded numbers that are the same on every machine and libtorch. */
export interface Random {
  /** A real number from 0 up to 1. */
  next(): number
  /** A whole number from 0 up to `n`. */
  below(n: number): number
  /** 0 … n - 1 in random order. */
  order(n: number): Int32Array
}

/** T. Ettinger's mulberry32, seeded from any list of whole numbers, so that streams with different keys differ. */
export function random(...key: number[]): Random {
  let state = 0x9e3779b9
  for (const part of key) state = mix(state ^ mix(part | 0))
  const next = () => {
    state = (state + 0x6d2b79f5) | 0
    return mix(state) / 4294967296
  }
  const below = (n: number) => Math.floor(next() * n)
  return {
    next,
    below,
    order(n) {
      const list = Int32Array.from({ length: n }, (_, i) => i)
      for (let i = n - 1; i > 0; i--) {
        const j = below(i + 1)
        const held = list[i] as number
        list[i] = list[j] as number
        list[j] = held
      }
      return list
    },
  }
}

function mix(value: number): number {
  let t = Math.imul(value ^ (value >>> 15), value | 1)
  t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
  return (t ^ (t >>> 14)) >>> 0
}

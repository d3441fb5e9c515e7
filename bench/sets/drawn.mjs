// A set that is drawn by rule: one generator a class, and every picture a pure function of its number.
import { stream } from '../../dist/encode/random.js'

/**
 * The pictures of a drawn set.
 * @param kinds the generators by class
 * @param counts pictures a class, `{ train, test }`
 * @param make (class, draw) → the bytes of a PNG
 * @param seed what sets one set's draws apart from another's
 */
export function drawnSet(kinds, counts, make, seed) {
  return Object.entries(counts).flatMap(([side, count], sideNumber) =>
    Object.keys(kinds).flatMap((kind, number) =>
      Array.from({ length: count }, (_, i) => ({
        side,
        class: kind,
        name: `${i}`.padStart(5, '0'),
        make: () => make(kind, stream(seed, sideNumber, number, i)),
      })),
    ),
  )
}

/** A perceptually even colour map, dark blue over green to yellow: matplotlib's viridis (Smith & van der Walt 2015) at ten points. */
const POINTS = [
  [0x44, 0x01, 0x54],
  [0x48, 0x28, 0x78],
  [0x3e, 0x49, 0x89],
  [0x31, 0x68, 0x8e],
  [0x26, 0x82, 0x8e],
  [0x1f, 0x9e, 0x89],
  [0x35, 0xb7, 0x79],
  [0x6e, 0xce, 0x58],
  [0xb5, 0xde, 0x2b],
  [0xfd, 0xe7, 0x25],
] as const

/** The colour of a value from 0 to 1, as sRGB bytes; values outside count as the nearest end. */
export function viridis(value: number): [number, number, number] {
  const at = Math.min(1, Math.max(0, value)) * (POINTS.length - 1)
  const low = Math.min(Math.floor(at), POINTS.length - 2)
  const [from, to] = [POINTS[low], POINTS[low + 1]] as [readonly number[], readonly number[]]
  const mixed = from.map((byte, i) => Math.round(byte + ((to[i] as number) - byte) * (at - low)))
  return mixed as [number, number, number]
}

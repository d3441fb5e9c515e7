/** A place on the map, both coordinates in its units. */
export interface Place {
  x: number
  y: number
}

/**
 * Chooses, in order, the places that keep at least `apart` from all chosen before (in x and in y, as squares do), so that
 * tiles drawn there do not cover one another.
 *
 * @param fixed indices chosen beforehand
 */
export function spreadOut(places: readonly Place[], apart: number, fixed: readonly number[] = []): number[] {
  const cells = new Map<string, Place[]>()
  const chosen: number[] = []
  const cell = (place: Place, dx: number, dy: number) =>
    `${Math.floor(place.x / apart) + dx},${Math.floor(place.y / apart) + dy}`
  const free = (place: Place): boolean => {
    for (let dx = -1; dx <= 1; dx++) {
      for (let dy = -1; dy <= 1; dy++) {
        const near = cells.get(cell(place, dx, dy)) ?? []
        if (near.some((other) => Math.max(Math.abs(other.x - place.x), Math.abs(other.y - place.y)) < apart))
          return false
      }
    }
    return true
  }
  const put = (index: number, place: Place) => {
    const key = cell(place, 0, 0)
    cells.set(key, [...(cells.get(key) ?? []), place])
    chosen.push(index)
  }
  for (const index of fixed) put(index, places[index] as Place)
  places.forEach((place, index) => {
    if (free(place)) put(index, place)
  })
  return chosen
}

/**
 * Fits points into a box of the given width with one scale for both directions, so that distances stay true.
 *
 * @returns places and the height of the box; `undefined` for a point that is not finite
 */
export function fitBox(
  points: readonly Place[],
  width: number,
  margin: number,
): { places: (Place | undefined)[]; height: number } {
  const sound = points.filter((point) => Number.isFinite(point.x) && Number.isFinite(point.y))
  const side = (pick: (point: Place) => number) => {
    const values = sound.map(pick)
    const low = values.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY)
    const high = values.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY)
    return { middle: (low + high) / 2, length: Math.max(high - low, 1e-12) }
  }
  const x = side((point) => point.x)
  const y = side((point) => point.y)
  const height = Math.round(Math.min(1, Math.max(0.6, y.length / x.length)) * width)
  const scale = Math.min((width - 2 * margin) / x.length, (height - 2 * margin) / y.length)
  const places = points.map((point) =>
    Number.isFinite(point.x) && Number.isFinite(point.y)
      ? { x: width / 2 + (point.x - x.middle) * scale, y: height / 2 - (point.y - y.middle) * scale }
      : undefined,
  )
  return { places, height }
}

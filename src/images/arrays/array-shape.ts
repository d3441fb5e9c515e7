/** How an array's pictures lie. */
export interface ArrayShape {
  count: number
  height: number
  width: number
  channels: number
  /** each channel is a plane of its own (`[N, C, H, W]`), not interleaved (`[N, H, W, C]`) */
  planes: boolean
}

/**
 * Says which axis of an array of pictures is which. `[N, H, W]` is grey. Of four axes the channels are the second or
 * the last: the one that is 1 to 4 where the other is not, else the one that leaves pictures square.
 * @param channels where they are known
 * @returns one clause that says what is wrong, where that leaves it open
 */
export function arrayShape(shape: readonly number[], channels?: number): ArrayShape | string {
  const text = `[${shape.join(', ')}]`
  if (shape.some((side) => side === 0)) return `has the shape ${text}, which is nothing`
  const [count = 0, a = 0, b = 0, c = 0] = shape
  if (shape.length === 3) return { count, height: a, width: b, channels: 1, planes: false }
  if (shape.length !== 4)
    return `has the shape ${text} where [N, H, W], [N, H, W, C] or [N, C, H, W] is expected`
  const last: ArrayShape = { count, height: a, width: b, channels: c, planes: false }
  const second: ArrayShape = { count, height: b, width: c, channels: a, planes: true }
  if (c === channels) return last
  const few = (channels: number) => channels >= 1 && channels <= 4
  if (few(a) !== few(c)) return few(c) ? last : second
  if ((a === b) !== (b === c)) return a === b ? last : second
  return `has the shape ${text}, in which either axis may be the channels`
}

/**
 * One clause where three axes, which are read as `[N, H, W]`, look as if they were one picture and its channels.
 * @param name of the array
 */
export function oddShape(name: string, shape: readonly number[]): string | undefined {
  const [a = 0, b = 0, c = 0] = shape
  const few = (side: number) => side >= 1 && side <= 4
  if (shape.length !== 3 || few(b) || few(a) === few(c)) return undefined
  return `'${name}' has the shape [${shape.join(', ')}] and is read as ${a} grey ${a === 1 ? 'picture' : 'pictures'} of ${c} × ${b}: if it is one picture of ${few(c) ? c : a} channels, save it as [1, ${shape.join(', ')}]`
}

/** Copies a picture of planes to one with interleaved channels. */
export function interleave(
  planes: ArrayLike<number>,
  into: { [at: number]: number; readonly length: number },
  channels: number,
): void {
  const plane = into.length / channels
  for (let channel = 0; channel < channels; channel++) {
    for (let from = channel * plane, to = channel; to < into.length; from++, to += channels)
      into[to] = planes[from] as number
  }
}

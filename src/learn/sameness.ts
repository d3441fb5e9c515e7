import { wholePictures } from '../encode/crops.js'
import { allAlike } from '../encode/same.js'
import type { Packed } from '../images/batches.js'
import { scope, tensor } from '../torch/index.js'

/** Side in pixels that pictures are compared at. */
const SIDE = 32

/** Whether the pictures of a run differ at all. They are looked at until two do, which is one batch of a usual set. */
export class Sameness {
  #first: number[] | undefined
  #differ = false

  /** All that were seen are one picture. */
  get alike(): boolean {
    return this.#first !== undefined && !this.#differ
  }

  see(batch: Packed): void {
    if (this.#differ) return
    scope(() => {
      const views = wholePictures(batch, SIDE).flatten(1)
      this.#first ??= views.select(0, 0).toArray()
      this.#differ = !allAlike(views, tensor(this.#first))
    })
  }
}

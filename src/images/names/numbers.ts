/** Whole numbers of 32 bits, one after another, without an object for any. */
export class Numbers {
  #values = new Int32Array(16)
  #length = 0

  get length(): number {
    return this.#length
  }

  push(value: number): void {
    if (this.#length === this.#values.length) {
      const larger = new Int32Array(2 * this.#length)
      larger.set(this.#values)
      this.#values = larger
    }
    this.#values[this.#length++] = value
  }

  /** All of them, in memory of their own size. */
  taken(): Int32Array {
    return this.#values.slice(0, this.#length)
  }
}

/** Numbers in one typed array that grows. */
export class Column<T extends Float64Array | Uint32Array | Int32Array> {
  readonly #make: (length: number) => T
  #values: T
  length = 0

  constructor(make: (length: number) => T) {
    this.#make = make
    this.#values = make(64)
  }

  /** Adds a number at the end. */
  push(value: number): void {
    if (this.length === this.#values.length) {
      const larger = this.#make(2 * this.length)
      larger.set(this.#values)
      this.#values = larger
    }
    this.#values[this.length++] = value
  }

  /** The numbers in an array of their own. */
  done(): T {
    return this.#values.slice(0, this.length) as T
  }
}

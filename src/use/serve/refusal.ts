/** A request that is not answered as it was asked: its status and one sentence for whoever sent it. */
export class Refusal extends Error {
  override name = 'Refusal'
  readonly status: number
  readonly headers: Readonly<Record<string, string>>

  constructor(status: number, sentence: string, headers: Readonly<Record<string, string>> = {}) {
    super(sentence)
    this.status = status
    this.headers = headers
  }
}

/** Whoever asked has hung up, so there is nobody to answer. */
export class Gone extends Error {
  override name = 'Gone'
}

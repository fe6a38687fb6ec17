/** The answer of a job that is paid for breaks off here. */
export class ReplyCut extends Error {
  override readonly name = 'ReplyCut'
  /** One of the causes of a `partial` outcome. */
  readonly why: string
  /** What the sink, or any other part of ours, threw; only with `reader`. */
  readonly thrown: unknown

  constructor(why: string, thrown?: unknown) {
    super(`the answer breaks off: ${why}`)
    this.why = why
    this.thrown = thrown
  }
}

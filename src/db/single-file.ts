/** Lets one through at a time, in the order in which they came. */
export class SingleFile {
  #last: Promise<void> = Promise.resolve()

  /** Resolves when everybody before has left; whoever is in leaves by disposing of what they got. */
  async enter(): Promise<Disposable> {
    const { promise: left, resolve } = Promise.withResolvers<void>()
    const before = this.#last
    this.#last = left
    await before
    return { [Symbol.dispose]: resolve }
  }
}

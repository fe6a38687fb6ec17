/** A point on the way to the client that lets bytes pass or keeps them, in order. */
export class Gate {
  readonly #next: (bytes: Buffer) => void
  #isOpen = true
  #held: Buffer[] = []
  #heldBytes = 0

  /** @param next where bytes go once they are let through */
  constructor(next: (bytes: Buffer) => void) {
    this.#next = next
  }

  get isOpen(): boolean {
    return this.#isOpen
  }

  /** Bytes kept back now. */
  get heldBytes(): number {
    return this.#heldBytes
  }

  pass(bytes: Buffer): void {
    if (this.#isOpen) return void this.#next(bytes)
    this.#held.push(bytes)
    this.#heldBytes += bytes.length
  }

  /** Keeps everything from here on. */
  shut(): void {
    this.#isOpen = false
  }

  /** Lets go of what was kept and of everything after it. */
  open(): void {
    this.#isOpen = true
    const held = this.#held
    this.clear()
    for (const bytes of held) this.#next(bytes)
  }

  /** Forgets what was kept. */
  clear(): void {
    this.#held = []
    this.#heldBytes = 0
  }
}

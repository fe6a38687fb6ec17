/** What happens at a moment. */
export interface TimedEvent<Value> {
  at: number
  value: Value
}

/** Events by their time; those of one moment in the order they were added. */
export class EventHeap<Value> {
  readonly #heap: (TimedEvent<Value> & { order: number })[] = []
  #added = 0

  add(at: number, value: Value): void {
    const heap = this.#heap
    heap.push({ at, value, order: this.#added++ })
    for (let child = heap.length - 1; child > 0; ) {
      const parent = (child - 1) >> 1
      if (!this.#isBefore(child, parent)) return
      this.#swap(child, parent)
      child = parent
    }
  }

  /** The next one; null when nothing is left. */
  take(): TimedEvent<Value> | null {
    const heap = this.#heap
    const first = heap[0]
    const last = heap.pop()
    if (first === undefined || last === undefined) return null
    if (heap.length > 0) {
      heap[0] = last
      this.#sink()
    }
    return first
  }

  #sink(): void {
    for (let parent = 0; ; ) {
      const child = this.#earlier(2 * parent + 1, 2 * parent + 2)
      if (child >= this.#heap.length || !this.#isBefore(child, parent)) return
      this.#swap(child, parent)
      parent = child
    }
  }

  #earlier(left: number, right: number): number {
    return right < this.#heap.length && this.#isBefore(right, left) ? right : left
  }

  #isBefore(one: number, other: number): boolean {
    const [a, b] = [this.#heap[one]!, this.#heap[other]!]
    return a.at < b.at || (a.at === b.at && a.order < b.order)
  }

  #swap(one: number, other: number): void {
    const kept = this.#heap[one]!
    this.#heap[one] = this.#heap[other]!
    this.#heap[other] = kept
  }
}

/** Thrown inside a task when the picture, not the program, is at fault: the order fails as `refused` with this code and message. */
export class RefusedPixels extends Error {
  override readonly name = 'RefusedPixels'
  readonly code: string

  /** @param code machine-readable, snake case @param message what was found, for people; shows no path */
  constructor(code: string, message: string) {
    super(message)
    this.code = code
  }
}

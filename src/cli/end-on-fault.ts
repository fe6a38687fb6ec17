/** As `sysexits.h` calls a fault of the program itself: a service manager starts it anew. */
export const SOFTWARE_FAULT = 70

/** What of the running program is needed here. */
export type FaultyProcess = Pick<NodeJS.Process, 'on' | 'exit'>

/**
 * Ends the program at the first error that nobody caught: what it was in the middle of is not known, so it does not go on. What is under way
 * is journalled before; further errors on the way are noted and change nothing.
 * @param journal what must not be lost; it is to take seconds at most
 */
export function endOnFault(program: FaultyProcess, { note, journal }: { note(error: unknown): void; journal(): Promise<void> }): void {
  let isEnding = false
  const end = (error: unknown) => {
    note(error)
    if (isEnding) return
    isEnding = true
    const exit = () => void program.exit(SOFTWARE_FAULT)
    journal().then(exit, exit)
  }
  program.on('uncaughtException', end)
  program.on('unhandledRejection', end)
}

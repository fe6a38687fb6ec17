/** As `sysexits.h` calls a fault of the program itself: a service manager starts it anew. */
export const SOFTWARE_FAULT = 70

const MOST_NOTED = 10

/** What of the running program is needed here. */
export type FaultyProcess = Pick<NodeJS.Process, 'on' | 'exit'>

/**
 * Ends the program at the first error that nobody caught: what it was in the middle of is not known, so it does not go on. What is under way
 * is journalled before; further errors on the way are noted, some of them, and change nothing.
 * @param journal what must not be lost; it is to take seconds at most
 */
export function endOnFault(program: FaultyProcess, { note, journal }: { note(error: unknown): void; journal(): Promise<void> }): void {
  let faults = 0
  const end = (error: unknown) => {
    faults += 1
    // Noting one may be what the next comes from.
    if (faults <= MOST_NOTED) note(error)
    if (faults > 1) return
    const exit = () => void program.exit(SOFTWARE_FAULT)
    journal().then(exit, exit)
  }
  program.on('uncaughtException', end)
  program.on('unhandledRejection', end)
}

/** What something happened to. */
export type SignalTopic =
  /** A job, by its id: what happened to it is on record. */
  | 'job'
  /** A generation has ended, by its id. */
  | 'ended'
  /** Jobs wait that nobody has begun. */
  | 'waiting'
  /** Sets of jobs, or batches, may go on. */
  | 'sets'
  | 'batches'
  /** What is known of routes, and of their keys. */
  | 'routes'
  | 'vault'
  /** Keys and projects. */
  | 'access'
  /** The health of a route: its id, a space, and what it is told of as JSON. */
  | 'health'

/**
 * Wakes other processes that share the database. A signal is a hint: what happened stands in the database, a signal may be lost with its process or
 * come twice, and whoever waits for one looks by themselves from time to time.
 */
export interface Signals {
  /** Tells all other processes; never this one. */
  send(topic: SignalTopic, subject?: string): void
  /** Hears what others tell. */
  on(topic: SignalTopic, heard: (subject: string) => void): void
  /** Told when signals may have been missed. */
  onGap(missed: () => void): void
  close(): Promise<void>
}

/** For a database of one process. */
export const noSignals: Signals = { send: () => undefined, on: () => undefined, onGap: () => undefined, close: async () => undefined }

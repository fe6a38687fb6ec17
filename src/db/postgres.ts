/** What of the shared database loads its client: imported only where one is named. */

export { openPostgresDatabase } from './postgres-database.ts'
export { openPostgresSignals } from './postgres-signals.ts'

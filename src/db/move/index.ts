// Moving the records of a data folder into a PostgreSQL database. Loads the database's client: imported only by what moves.

export { databaseName, removeMovedMarker, writeMovedMarker } from './moved-marker.ts'
export { openMove, type RecordsMove, type TableProgress } from './records-move.ts'
export type { LedgerSum, VerifiedTable } from './verify-move.ts'

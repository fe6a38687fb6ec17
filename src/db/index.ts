export { activeHolds } from './active-holds.ts'
export { AUDIT_ROWS, type AuditQuery, type AuditRow } from './audit-query.ts'
export { backup } from './backup.ts'
export type { BackupManifest } from './backup-manifest.ts'
export { readDatabaseConfig, type SharedDatabaseConfig } from './config.ts'
export { type CopiedFile, hashFile } from './copy-file.ts'
export {
  type DataFolderPaths,
  dataFolderPaths,
  folderStoreName,
  makePrivateFolder,
  newFolderId,
  outboxFile,
  syncFolder,
  writePrivateFile,
} from './data-folder.ts'
export { type DataFolderLock, type DataFolderOwner, findDataFolderOwner, lockDataFolder } from './data-folder-lock.ts'
export type { Database, DatabaseFigures, Queries, RowsOf, Statement, StatementResult } from './database.ts'
export { deletedImages } from './deleted-images.ts'
export { inFewLengths } from './in-few-lengths.ts'
export { type MovedMarker, readMovedMarker, refuseMoved, refuseUnmoved } from './move/moved-marker.ts'
export { type DatabaseObserver, observeDatabase } from './observed-database.ts'
export type { PostgresDatabase, PostgresFigures, PostgresOptions } from './postgres-database.ts'
export { restore } from './restore.ts'
export { schemaStanding } from './schema-standing.ts'
export { noSignals, type Signals, type SignalTopic } from './signals.ts'
export { type DatabaseLogger, openSqliteDatabase, type SqliteDatabase, type SqliteOptions } from './sqlite-database.ts'
export type { WriterFigures } from './sqlite-protocol.ts'
export { rawQuery, type StatementContext, statementContext } from './statement-builder.ts'
export { StatementError } from './statement-error.ts'
export { storageFailure } from './storage-failure.ts'
export type {
  ApiKeyRow,
  AttemptRow,
  BatchItemRow,
  BatchRow,
  BudgetAlertRow,
  BudgetHoldRow,
  BudgetPeriodRow,
  BudgetRow,
  CallAttachmentRow,
  CallIdentityRow,
  CredentialReportRow,
  DriftReportRow,
  DutyRow,
  EventRow,
  FileRow,
  GateRunRow,
  GenerationInputRow,
  GenerationRow,
  GuardTextsRow,
  GuardVerdictRow,
  HandoffRow,
  IdempotencyKeyRow,
  ImageCallRow,
  ImageRow,
  JobOrderRow,
  JobRow,
  JobSetItemRow,
  JobSetRow,
  LedgerEntryRow,
  LedgerSumRow,
  LegalHoldRow,
  NodeRow,
  ObjectLockRow,
  ObjectRow,
  ProjectRow,
  PromptRow,
  PromptVersionRow,
  PromptWordRow,
  PublicationRow,
  ResponseTurnRow,
  ReviewChangeRow,
  ReviewDecisionRow,
  ReviewDueRow,
  ReviewItemRow,
  ReviewReadRow,
  RolloutRow,
  RouteGrantRow,
  RouteWatchRow,
  SharedSecretRow,
  StoredReplyRow,
  Tables,
  TurnDocumentRow,
  UnknownEvidenceRow,
  UpstreamSecretRow,
  WebhookAttemptRow,
  WebhookEndpointRow,
  WebhookMessageRow,
} from './tables.ts'

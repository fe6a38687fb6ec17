import type { HttpRoute } from '../http-route.ts'
import { adviseRoute } from './advise.ts'
import { batchesRoute, batchRoute } from './batches.ts'
import { checkRoute, estimateRoute } from './before-paying.ts'
import { budgetRoute, changeBudgetRoute, createBudgetRoute, endBudgetRoute, listBudgetsRoute } from './budgets.ts'
import {
  bulkArchiveRoute,
  bulkItemsRoute,
  bulkManifestRoute,
  bulkRoute,
  bulksRoute,
  cancelBulkRoute,
  checkBulkRoute,
  pauseBulkRoute,
  resumeBulkRoute,
  submitBulkRoute,
} from './bulk.ts'
import { deadLettersRoute, redriveRoute } from './dead-letters.ts'
import { errorsRoute, stylesRoute, welcomeRoute } from './documents.ts'
import { deleteFileRoute, fetchFileRoute, fileContentRoute, fileRoute, listFilesRoute, uploadFileRoute } from './files.ts'
import { enableRouteRoute, gateListRoute, gateReportRoute, grantGateRoute, runGateRoute, withdrawGrantRoute } from './gate.ts'
import { deleteGenerationImagesRoute, generationRoute, threadRoute, traceRoute } from './generations.ts'
import { cancelHandoffRoute, handoffResultRoute, handoffRoute, handoffsRoute, openHandoffRoute } from './handoffs.ts'
import { deleteImageRoute, heatMapRoute, imageDriftRoute, imageRoute, lineageRoute, signedImageRoute, thumbnailRoute } from './images.ts'
import { imagesEditsRoute } from './images-edits.ts'
import { imagesGenerationsRoute } from './images-generations.ts'
import { cancelJobRoute, followJobsRoute, jobEventsRoute, jobRoute, jobsRoute, retryJobRoute, submitJobRoute } from './jobs.ts'
import { createKeyRoute, listKeysRoute, revokeKeyRoute, rotateKeyRoute } from './keys.ts'
import { ledgerCallsRoute, ledgerEntriesRoute, ledgerRoute } from './ledger.ts'
import { legalHoldRoute, listLegalHoldsRoute, placeLegalHoldRoute, releaseLegalHoldRoute } from './legal-holds.ts'
import { mcpRoute } from './mcp.ts'
import { migrationScanRoute } from './migration.ts'
import { capabilitiesRoute, modelRoute, modelsRoute } from './models.ts'
import { auditRoute, doctorRoute, healthRoute, metricsRoute, readyRoute, verifyObjectsRoute } from './operations.ts'
import { changeProjectRoute, createProjectRoute, listProjectsRoute, projectRoute } from './projects.ts'
import {
  addPromptVersionRoute,
  archivePromptRoute,
  createPromptRoute,
  lintPromptRoute,
  promptDiffRoute,
  promptRoute,
  promptsRoute,
  promptVersionRoute,
  promptVersionsRoute,
  renderDraftRoute,
  renderPromptRoute,
  restorePromptRoute,
} from './prompts.ts'
import { providerWebhookRoute } from './provider-webhooks.ts'
import { publicImageRoute, publishImageRoute, unpublishImageRoute } from './publications.ts'
import { listQuarantineRoute, quarantinedAnswerRoute } from './quarantine.ts'
import { cancelResponseRoute, createResponseRoute, deleteResponseRoute, responseRoute } from './responses.ts'
import { resultOfKeyRoute, resultRoute } from './results.ts'
import {
  bulkDecisionsRoute,
  claimReviewRoute,
  decideReviewRoute,
  editForReviewRoute,
  exportReviewsRoute,
  releaseReviewRoute,
  reviewImageRoute,
  reviewRoute,
  reviewsRoute,
  revokeApprovalRoute,
} from './reviews.ts'
import { routesRoute } from './routes.ts'
import { picturesRoute } from './search.ts'
import { listSecretsRoute, removeSecretRoute, setSecretRoute } from './secrets.ts'
import { sessionRoute, signInRoute, signOutRoute } from './session.ts'
import { taskRoute } from './tasks.ts'
import { checkUnknownsRoute, resolveUnknownRoute, runAgainRoute, unknownsRoute } from './unknowns.ts'
import {
  changeWebhookRoute,
  createWebhookRoute,
  deleteWebhookRoute,
  listWebhooksRoute,
  replayWebhookRoute,
  rotateWebhookRoute,
  testWebhookRoute,
  webhookDeliveriesRoute,
  webhookDeliveryRoute,
  webhookRoute,
} from './webhooks.ts'

/** Every route of the gateway. Each states its policy; the API description is made from this list. */
export const httpRoutes: readonly HttpRoute[] = [
  imagesGenerationsRoute,
  imagesEditsRoute,
  submitJobRoute,
  jobsRoute,
  followJobsRoute,
  jobRoute,
  cancelJobRoute,
  retryJobRoute,
  jobEventsRoute,
  taskRoute,
  submitBulkRoute,
  checkBulkRoute,
  bulksRoute,
  bulkRoute,
  pauseBulkRoute,
  resumeBulkRoute,
  cancelBulkRoute,
  bulkItemsRoute,
  bulkManifestRoute,
  bulkArchiveRoute,
  batchesRoute,
  batchRoute,
  deadLettersRoute,
  redriveRoute,
  createResponseRoute,
  responseRoute,
  cancelResponseRoute,
  deleteResponseRoute,
  uploadFileRoute,
  fetchFileRoute,
  listFilesRoute,
  fileRoute,
  fileContentRoute,
  deleteFileRoute,
  modelsRoute,
  modelRoute,
  capabilitiesRoute,
  routesRoute,
  enableRouteRoute,
  gateListRoute,
  gateReportRoute,
  runGateRoute,
  grantGateRoute,
  withdrawGrantRoute,
  checkRoute,
  estimateRoute,
  adviseRoute,
  mcpRoute,
  promptsRoute,
  createPromptRoute,
  lintPromptRoute,
  renderDraftRoute,
  promptRoute,
  promptVersionsRoute,
  addPromptVersionRoute,
  promptVersionRoute,
  promptDiffRoute,
  renderPromptRoute,
  archivePromptRoute,
  restorePromptRoute,
  generationRoute,
  deleteGenerationImagesRoute,
  threadRoute,
  traceRoute,
  resultRoute,
  resultOfKeyRoute,
  openHandoffRoute,
  handoffsRoute,
  handoffRoute,
  cancelHandoffRoute,
  handoffResultRoute,
  picturesRoute,
  imageRoute,
  thumbnailRoute,
  lineageRoute,
  deleteImageRoute,
  signedImageRoute,
  imageDriftRoute,
  heatMapRoute,
  publishImageRoute,
  unpublishImageRoute,
  publicImageRoute,
  reviewsRoute,
  exportReviewsRoute,
  bulkDecisionsRoute,
  reviewRoute,
  reviewImageRoute,
  claimReviewRoute,
  releaseReviewRoute,
  decideReviewRoute,
  editForReviewRoute,
  revokeApprovalRoute,
  ledgerRoute,
  ledgerCallsRoute,
  ledgerEntriesRoute,
  listLegalHoldsRoute,
  placeLegalHoldRoute,
  legalHoldRoute,
  releaseLegalHoldRoute,
  unknownsRoute,
  checkUnknownsRoute,
  resolveUnknownRoute,
  runAgainRoute,
  providerWebhookRoute,
  listWebhooksRoute,
  createWebhookRoute,
  webhookRoute,
  changeWebhookRoute,
  deleteWebhookRoute,
  rotateWebhookRoute,
  testWebhookRoute,
  replayWebhookRoute,
  webhookDeliveriesRoute,
  webhookDeliveryRoute,
  listBudgetsRoute,
  createBudgetRoute,
  budgetRoute,
  changeBudgetRoute,
  endBudgetRoute,
  listProjectsRoute,
  createProjectRoute,
  projectRoute,
  changeProjectRoute,
  listKeysRoute,
  createKeyRoute,
  rotateKeyRoute,
  revokeKeyRoute,
  sessionRoute,
  signInRoute,
  signOutRoute,
  migrationScanRoute,
  listSecretsRoute,
  setSecretRoute,
  removeSecretRoute,
  doctorRoute,
  auditRoute,
  verifyObjectsRoute,
  listQuarantineRoute,
  quarantinedAnswerRoute,
  healthRoute,
  readyRoute,
  metricsRoute,
  welcomeRoute,
  errorsRoute,
  stylesRoute,
]

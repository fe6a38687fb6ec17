import type { HttpRoute } from '../http-route.ts'
import { checkRoute, estimateRoute } from './before-paying.ts'
import { errorsRoute, stylesRoute, welcomeRoute } from './documents.ts'
import { generationRoute } from './generations.ts'
import { imageRoute } from './images.ts'
import { imagesGenerationsRoute } from './images-generations.ts'
import { createKeyRoute, listKeysRoute, revokeKeyRoute } from './keys.ts'
import { ledgerEntriesRoute, ledgerRoute } from './ledger.ts'
import { capabilitiesRoute, modelRoute, modelsRoute } from './models.ts'
import { doctorRoute, healthRoute, metricsRoute, readyRoute } from './operations.ts'

/** Every route of the gateway. Each states its policy; the API description is made from this list. */
export const httpRoutes: readonly HttpRoute[] = [
  imagesGenerationsRoute,
  modelsRoute,
  modelRoute,
  capabilitiesRoute,
  checkRoute,
  estimateRoute,
  generationRoute,
  imageRoute,
  ledgerRoute,
  ledgerEntriesRoute,
  listKeysRoute,
  createKeyRoute,
  revokeKeyRoute,
  doctorRoute,
  healthRoute,
  readyRoute,
  metricsRoute,
  welcomeRoute,
  errorsRoute,
  stylesRoute,
]

import { z } from 'zod'
import { failure } from '../../contract/failure.ts'
import type { ModelRow } from '../../contract/model-row.ts'
import { modelCapabilities, modelsReplySchema, modelsV2ReplySchema } from '../../contract/record.ts'
import type { GatewayParts } from '../../flows/index.ts'
import { findPriceCard } from '../../pricing/index.ts'
import { errorReplies } from '../error-replies.ts'
import { keyRoute } from '../http-route.ts'

const openAiModel = (row: ModelRow) => ({
  id: row.id,
  object: 'model' as const,
  created: Date.parse(`${row.from}T00:00:00Z`) / 1000,
  owned_by: 'openai',
})

/** The models in OpenAI's shape, for clients that list before they call. */
export const modelsRoute = keyRoute({
  method: 'GET',
  path: '/v1/models',
  tenant: 'none',
  tag: 'models',
  summary: 'List models',
  replies: { 200: { description: 'The models that are served today.', schema: modelsReplySchema }, ...errorReplies(401) },
  handle: ({ parts }) => ({ object: 'list', data: parts.catalogue.list(parts.clock.nowMs()).map(openAiModel) }),
})

/** One model in OpenAI's shape. */
export const modelRoute = keyRoute({
  method: 'GET',
  path: '/v1/models/{id}',
  tenant: 'none',
  tag: 'models',
  summary: 'Look a model up',
  replies: { 200: { description: 'The model.', schema: modelsReplySchema.shape.data.element }, ...errorReplies(401, 404) },
  handle({ parts, request }) {
    const { id } = request.params as { id: string }
    const found = parts.catalogue.find(id, parts.clock.nowMs())
    if (!found || found.retired)
      throw failure('not_found', {
        publicCode: 'model_not_found',
        param: 'model',
        message: 'The model does not exist or has been shut down. GET /v1/models lists what is served.',
      })
    return { ...openAiModel(found.row), id }
  },
})

/** What each model accepts, on which routes, at which price. */
export const capabilitiesRoute = keyRoute({
  method: 'GET',
  path: '/v2/models',
  tenant: 'none',
  tag: 'models',
  summary: 'List typed capabilities, routes and price cards by model',
  query: z.strictObject({}),
  replies: { 200: { description: 'Models with what they accept and who serves them.', schema: modelsV2ReplySchema }, ...errorReplies(401) },
  handle: ({ parts }) => ({ models: parts.catalogue.list(parts.clock.nowMs()).map((row) => capabilitiesOf(row, parts)) }),
})

function capabilitiesOf(row: ModelRow, parts: GatewayParts) {
  const { id, aliases, family, state, from, until, successor } = row
  return { id, aliases, family, state, from, until, successor, capabilities: modelCapabilities(row), routes: routesOf(row, parts) }
}

function routesOf(row: ModelRow, parts: GatewayParts) {
  return parts.routes.list().map((route) => {
    const card = findPriceCard(parts.priceCards, { model: row.id, owner: route.owner, id: route.priceCard, atMs: parts.clock.nowMs() })
    return {
      route_id: route.id,
      route_owner: route.owner,
      kind: route.kind,
      grade: route.grade,
      model_sent: route.models[row.id] ?? row.id,
      price_card: card && { id: card.id, date: card.date, source: card.source },
    }
  })
}

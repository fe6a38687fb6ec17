import { deleteAfterMs } from '../../contract/retention.ts'
import type { JsonObject } from '../../primitives/json.ts'
import {
  type DocumentKey,
  DocumentUnreadable,
  findTurnDocuments,
  type NewTurnDocument,
  openSealed,
  sealDocument,
  type TurnDocument,
} from '../../threads/index.ts'
import type { GatewayParts } from '../gateway-parts.ts'
import { retentionFor } from '../retention/retention-for.ts'
import type { ResponseRun } from './response-run.ts'

/** What opening needs. */
type Opener = Pick<GatewayParts, 'database' | 'clock' | 'logger'> & { documentKey: DocumentKey }

/**
 * Seals what was asked and answered, so that the conversation can go on wherever upstream forgets it. Null for a turn too large to be told
 * again.
 */
export async function sealTurn(parts: GatewayParts, run: ResponseRun, response: JsonObject | null): Promise<NewTurnDocument | null> {
  const { body, pictures } = run.own
  const document: TurnDocument = {
    request: {
      input: body['input'] ?? null,
      instructions: body['instructions'] ?? null,
      pictures: pictures.map(({ place, sha256 }) => ({ place, sha256 })),
    },
    response,
    replayedImages: [...run.sent.replayedImages],
    ...(run.request.background && { run: resumable(run) }),
  }
  const sealed = await sealDocument(parts.documentKey, run.id, document)
  if (sealed === null) return null
  const { prompts } = await retentionFor(parts, run.principal.projectId)
  return { generationId: run.id, sealed, deleteAfterMs: deleteAfterMs(prompts, 0) }
}

/** What another process needs to settle the call: it is data through and through. */
function resumable({ request, call }: ResponseRun): JsonObject {
  return JSON.parse(JSON.stringify({ request, call }))
}

/** Opens what was said in some turns; one that was not kept, or cannot be opened with this key, is missing. */
export async function openTurnDocuments(parts: Opener, generationIds: readonly string[]): Promise<Map<string, TurnDocument>> {
  const rows = await findTurnDocuments(parts.database, { generationIds, nowMs: parts.clock.nowMs() })
  const opened = new Map<string, TurnDocument>()
  for (const { generation_id: id, sealed } of rows) {
    try {
      opened.set(id, await openSealed(parts.documentKey, id, sealed))
    } catch (error) {
      if (!(error instanceof DocumentUnreadable)) throw error
      parts.logger.error({ generation_id: id, reason: error.reason }, 'what was said in a turn cannot be read')
    }
  }
  return opened
}

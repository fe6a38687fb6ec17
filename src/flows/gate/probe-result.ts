import { mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { AttemptRow } from '../../db/index.ts'
import { credentialSignals, readContentCredentials } from '../../evidence/index.ts'
import type { Probe, ProbeCredentials, ProbeResult } from '../../gate/index.ts'
import { type FoundImage, findGeneration } from '../../generations/index.ts'
import type { Evidence } from '../../images/index.ts'
import { type ImageFacts, inspectImageFile } from '../../pixels/index.ts'
import { outputTokenCandidates } from '../../pricing/index.ts'
import type { JsonObject } from '../../primitives/json.ts'
import type { GatewayParts } from '../gateway-parts.ts'
import { localCopy } from '../local-copy.ts'
import type { PricedRequest } from '../price-call.ts'

type Asked = Pick<PricedRequest, 'request' | 'choice'>

/** A probe that was not made. */
export function notRun(probe: Probe, asked: Asked | null): ProbeResult {
  return {
    probe: probe.name,
    sent: false,
    ended: 'not_run',
    httpStatus: null,
    errorCode: null,
    errorIsEnvelope: false,
    requestId: null,
    asked: asked ? askedOf(asked) : { size: null, quality: null, format: null, model: null, background: null },
    got: null,
    reported: { model: null, size: null, quality: null, outputFormat: null },
    usage: null,
    expectedImageOut: null,
    usageOnFormula: null,
    credentials: null,
    costNanos: 0n,
    generationId: null,
  }
}

/** What became of a probe, read from the record of the generation that it was. */
export async function probeResult(parts: GatewayParts, probe: Probe, asked: Asked, generationId: string): Promise<ProbeResult> {
  const rows = await findGeneration(parts.database, { id: generationId, projectId: null })
  const attempt = rows?.attempts.at(-1)
  if (!rows || !attempt) return notRun(probe, asked)
  const [image] = rows.images
  const evidence = image ? (JSON.parse(image.evidence_json) as Evidence) : null
  const picture = image ? await examine(parts, image) : null
  const error = rows.generation.error_json === null ? null : (JSON.parse(rows.generation.error_json) as JsonObject)
  const imageOut = reportedOutput(rows.generation)
  return {
    ...notRun(probe, asked),
    sent: attempt.state !== 'not_sent',
    ended: endOf(attempt, image !== undefined),
    httpStatus: attempt.http_status,
    errorCode: typeof error?.['code'] === 'string' ? error['code'] : null,
    errorIsEnvelope: attempt.state === 'rejected' && !ownWords.has(String(error?.['code'])),
    requestId: attempt.upstream_request_id,
    got: picture?.facts ?? null,
    reported: {
      model: evidence?.got.model ?? null,
      size: evidence?.got.size ?? null,
      quality: evidence?.got.quality ?? null,
      outputFormat: evidence?.got.output_format ?? null,
    },
    usage: imageOut === null ? null : { imageOut },
    expectedImageOut: picture?.facts ? expectedOutput(asked, picture.facts) : null,
    usageOnFormula: usageOf(evidence),
    credentials: picture?.credentials ?? null,
    costNanos: rows.generation.settled_nanos,
    generationId,
  }
}

/** Codes that Darkroom chose because the answer had no words of its own. */
const ownWords: ReadonlySet<string> = new Set(['upstream_refused', 'body_too_large'])

/** What says something about the account, or about the moment, is no refusal of what was asked. */
const aboutTheAccount: ReadonlySet<string | null> = new Set(['auth', 'quota', 'rate_limit'])

function endOf({ state, retry_reason }: AttemptRow, hasPicture: boolean): ProbeResult['ended'] {
  if (hasPicture) return 'picture'
  return state === 'rejected' && !aboutTheAccount.has(retry_reason) ? 'refused' : 'failed'
}

function askedOf({ request: { wire }, choice }: Asked): ProbeResult['asked'] {
  const text = (name: string) => (typeof wire[name] === 'string' ? wire[name] : null)
  return {
    size: text('size'),
    quality: text('quality'),
    format: text('output_format'),
    model: choice.modelSent,
    background: text('background'),
  }
}

function reportedOutput({ usage_json, usage_source }: { usage_json: string | null; usage_source: string | null }): number | null {
  if (usage_json === null || usage_source === 'estimated') return null
  const { image_out } = JSON.parse(usage_json) as { image_out?: number }
  return image_out ?? null
}

/** By the formula of the model that was declared, for the pixels that came at the quality that was asked. */
function expectedOutput({ request }: Asked, size: { width: number; height: number }): number | null {
  const { model, quality } = request
  if (quality === 'auto' || model.tokenFormula === 'unknown') return null
  return outputTokenCandidates(model.tokenFormula, quality, size, 1).largest
}

function usageOf(evidence: Evidence | null): boolean | null {
  const verdict = evidence?.findings.find(({ signal }) => signal === 'usage')?.verdict
  return verdict === 'for' ? true : verdict === 'against' ? false : null
}

/** The bytes themselves: what they are, and who says to have made them. Null where they cannot be read any more. */
async function examine(
  parts: GatewayParts,
  image: FoundImage,
): Promise<{ facts: ProbeResult['got']; credentials: ProbeCredentials | null } | null> {
  if (image.path === null) return null
  const folder = await mkdtemp(join(parts.spoolFolder, 'gate-'))
  try {
    const path = await localCopy(parts, image.path, folder, 'picture')
    const [facts, credentials] = await Promise.all([inspectImageFile(path), readContentCredentials(parts.pixels, path)])
    const { present, valid, claim_generator } = credentials
    return { facts: facts && factsOf(facts), credentials: { present, valid, claim_generator, signals: credentialSignals(credentials) } }
  } catch (error) {
    parts.logger.error({ image_id: image.id, err: error }, 'the picture of a probe could not be examined')
    return null
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

function factsOf({ width, height, format, alpha }: ImageFacts): ProbeResult['got'] {
  return { width, height, format, alpha }
}

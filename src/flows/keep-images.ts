import { Failure } from '../contract/failure.ts'
import { type Comparison, compareWithRequest, type Evidence } from '../images/index.ts'
import { type ImageFacts, inspectImageFile, mediaTypes } from '../pixels/index.ts'
import type { RelayImage } from '../relay/index.ts'
import type { ObjectRecord, SpooledObject, StoredObject } from '../store/index.ts'
import type { AnsweredCall } from './call-upstream.ts'
import type { GatewayParts } from './gateway-parts.ts'
import type { GenerationRun } from './generation-run.ts'
import { reportedFacts } from './reported-facts.ts'
import { faultCode } from './storage-health.ts'

/** A picture that came, inspected, and where its bytes are; `object` is null when they could not be kept. */
export interface KeptImage {
  id: string
  index: number
  sha256: string
  bytes: number
  facts: ImageFacts | null
  evidence: Evidence
  object: ObjectRecord | null
}

/** What is compared beside the bytes. */
interface AnswerFacts {
  call: Pick<AnsweredCall, 'reply' | 'requestId'>
  usageOnFormula: (facts: ImageFacts | null) => boolean | null
}

/**
 * Inspects every picture that came whole and moves it into the store under its hash. A picture that cannot be kept is still a
 * picture that was paid for and delivered: it is recorded as not stored, nothing is thrown.
 */
export async function keepImages(parts: GatewayParts, run: GenerationRun, answer: AnswerFacts): Promise<KeptImage[]> {
  return Promise.all(answer.call.reply.images.map((image) => keepImage(parts, image, expectation(run, image, answer))))
}

/** Keeps the previews of a stream, if the caller asked for it. They are no results: their usage is not compared, they earn no remarks. */
export async function keepPreviews(parts: GatewayParts, run: GenerationRun, call: AnswerFacts['call']): Promise<KeptImage[]> {
  const answer = { call, usageOnFormula: () => null }
  const previews = call.reply.partials.images.map((image, place) => ({ ...image, index: call.reply.images.length + place }))
  const kept = (image: RelayImage) =>
    keepImage(parts, image, expectation(run, image, answer), parts.livePreviews.take(run.id, image.sha256))
  return Promise.all(previews.map(kept))
}

function expectation(run: GenerationRun, image: RelayImage, { call, usageOnFormula }: AnswerFacts): Expectation {
  const reported = reportedFacts(call.reply.documents[image.index] ?? call.reply.documents[0])
  return { request: run.request, modelSent: run.choice.modelSent, reported, requestId: call.requestId, usageOnFormula }
}

/** What a picture is compared with. */
export type Expectation = Pick<Comparison, 'request' | 'modelSent' | 'reported' | 'requestId'> & Pick<AnswerFacts, 'usageOnFormula'>

/** Inspects one picture and keeps it. Never rejects for what the store says. @param knownId the id that it was told of with */
export async function keepImage(
  parts: GatewayParts,
  image: RelayImage,
  expected: Expectation,
  knownId: string | null = null,
): Promise<KeptImage> {
  // What our own disk refused says nothing of the route.
  const seen = image.path === null ? undefined : await inspectImageFile(image.path).catch(() => undefined)
  const facts = seen ?? null
  const { usageOnFormula, ...said } = expected
  const evidence = compareWithRequest({ ...said, facts: seen, usageOnFormula: usageOnFormula(facts) })
  const object = await storeBytes(parts, image, facts)
  return { id: knownId ?? parts.newId('img'), index: image.index, sha256: image.sha256, bytes: image.bytes, facts, evidence, object }
}

async function storeBytes(parts: GatewayParts, image: RelayImage, facts: ImageFacts | null): Promise<ObjectRecord | null> {
  parts.storageHealth.noteFault(image.error)
  if (image.path === null) return null
  try {
    const { store, path, bytes } = await putPaid(parts, { spoolPath: image.path, sha256: image.sha256, extension: facts?.format ?? 'bin' })
    const mediaType = facts ? mediaTypes[facts.format] : 'application/octet-stream'
    return { sha256: image.sha256, store, path, bytes, mediaType }
  } catch (error) {
    parts.storageHealth.noteFault(faultCode(error))
    parts.logger.error({ sha256: image.sha256, err: error }, 'a picture could not be stored')
    return null
  }
}

/** Moves bytes that were paid for into the store; on a full disk the emergency reserve makes room for them. @throws Failure as `put` does */
export async function putPaid(parts: Pick<GatewayParts, 'store' | 'storageHealth'>, object: SpooledObject): Promise<StoredObject> {
  try {
    return await parts.store.put(object)
  } catch (error) {
    if (!(error instanceof Failure) || error.code !== 'storage_full') throw error
    await parts.storageHealth.makeRoom()
    return parts.store.put(object)
  }
}

import type { GenerationRecord, ReviewReply } from '../../src/contract/record.ts'
import { callAs, makeKey, makeProject } from './admin-calls.ts'
import { postGeneration, readRecord, seeReply } from './generation-calls.ts'
import type { TestGateway } from './test-gateway.ts'
import { fetchWith } from './two-tenants.ts'

/** A project in which some make pictures and others decide about them. */
export interface ReviewedProject {
  projectId: string
  /** Makes pictures. */
  maker: TestGateway
  /** Two keys that decide, neither the maker's. */
  first: TestGateway
  second: TestGateway
  keyIds: { maker: string; first: string; second: string }
}

let projects = 0

/** Makes a project with such settings (`review`, `publish` …). */
export async function reviewedProject(gateway: TestGateway, settings: object = {}): Promise<ReviewedProject> {
  const { project, key, keyId } = await makeProject(gateway, `reviewed ${projects++}`, settings)
  const [first, second] = [await makeKey(gateway, project.id), await makeKey(gateway, project.id)]
  const as = (credential: string): TestGateway => ({ ...gateway, key: credential, fetch: fetchWith(gateway, credential) })
  return {
    projectId: project.id,
    maker: as(key),
    first: as(first.key),
    second: as(second.key),
    keyIds: { maker: keyId, first: first.keyId, second: second.keyId },
  }
}

/** A small picture and its record, once it could be put into the queue. */
export async function pictureOf(
  gateway: TestGateway,
  change: object = {},
  headers: Record<string, string> = {},
): Promise<GenerationRecord> {
  const seen = await seeReply(postGeneration(gateway, change, { headers }))
  if (seen.status !== 200) throw new Error(`expected a picture, found ${seen.text}`)
  await gateway.gateway.parts.reviewRounds.run()
  return readRecord(gateway, seen.generationId!)
}

/** The review of a picture; null when nobody is to look at it. */
export async function reviewOf(gateway: TestGateway, imageId: string): Promise<ReviewReply | null> {
  const page = (await (await gateway.fetch(`/v2/reviews?image_id=${imageId}`)).json()) as { reviews: ReviewReply[] }
  return page.reviews[0] ?? null
}

/** POSTs to a review, or to anything else, with a gateway's own key. */
export async function post<Answer>(gateway: TestGateway, path: string, body: object = {}) {
  return callAs<Answer>(gateway, gateway.key, 'POST', path, body)
}

/** Answers every question of a review with yes. */
export function allYes({ checklist }: Pick<ReviewReply, 'checklist'>): Record<string, 'yes'> {
  return Object.fromEntries(checklist.map(({ id }) => [id, 'yes'] as const))
}

/** Opens a picture at full size and approves it. */
export async function approve(gateway: TestGateway, review: ReviewReply, why = 'as asked') {
  await (await gateway.fetch(`/v2/reviews/${review.id}/image`)).arrayBuffer()
  return post<{ review: ReviewReply }>(gateway, `/v2/reviews/${review.id}/decision`, { decision: 'approved', why, answers: allYes(review) })
}

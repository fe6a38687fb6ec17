import { keyIdentities, type Principal } from '../../access/index.ts'
import { failure } from '../../contract/failure.ts'
import { noReview, type OwnApproval } from '../../contract/review-policy.ts'
import type { ReviewItemRow } from '../../db/index.ts'
import type { DecidingPerson } from '../../review/index.ts'
import type { GatewayParts } from '../gateway-parts.ts'

type KeyParts = Pick<GatewayParts, 'database' | 'access'>

/**
 * Who calls, as reviews know people: a key by its name, and by the chain of keys that it goes on from; the administrator by the name that was said.
 * @throws Failure `missing_required_parameter` where the administrator names nobody, `invalid_value` where a key says another name
 */
export async function reviewerOf({ database }: KeyParts, { keyId }: Principal, said: string | undefined): Promise<DecidingPerson> {
  if (keyId === null) {
    if (said === undefined) throw failure('missing_required_parameter', { param: 'reviewer', message: unnamed })
    return { kind: 'admin', keyId: null, name: said, person: `admin:${said.toLowerCase()}` }
  }
  if (said !== undefined) throw failure('invalid_value', { param: 'reviewer', message: otherName })
  const known = (await keyIdentities(database, [keyId])).get(keyId)
  return { kind: 'key', keyId, name: known?.name ?? keyId, person: personOfKey(known?.chain ?? keyId) }
}

const unnamed =
  "The administrator's token is nobody's own, so the body (or the query) must say who it is: 'reviewer'. Nothing was decided or charged."
const otherName = "A key decides under its own name. Nothing was decided or charged; leave 'reviewer' out."

const personOfKey = (chain: string) => `key:${chain}`

/** Whether this person asked for the picture. Keys that replace one another are one person's, and so is the administrator's token. */
export async function isSubmitter({ database }: KeyParts, { submitter_key_id: id }: ReviewItemRow, by: DecidingPerson): Promise<boolean> {
  if (id === null) return by.kind === 'admin'
  return by.person === personOfKey((await keyIdentities(database, [id])).get(id)?.chain ?? id)
}

/**
 * Who lets this person approve a picture that they asked for; null where nobody does. Keys never may, so that no program approves what it made;
 * where two people are wanted, the administrator may not either.
 */
export async function ownApprovalOf(
  { access }: Pick<GatewayParts, 'access'>,
  { project_id, approvals_needed }: Pick<ReviewItemRow, 'project_id' | 'approvals_needed'>,
  { kind }: DecidingPerson,
): Promise<OwnApproval | null> {
  if (kind !== 'admin' || approvals_needed > 1) return null
  const { settings } = await access.projects.settingsOf(project_id)
  return settings.review?.ownApproval ?? null
}

/** @throws Failure `not_a_reviewer` where the project names who decides, and this key is not named */
export async function assertReviewer(parts: KeyParts, projectId: string, by: DecidingPerson): Promise<void> {
  const { settings } = await parts.access.projects.settingsOf(projectId)
  const { reviewers } = settings.review ?? noReview
  if (reviewers === null || by.kind !== 'key') return
  const named = await keyIdentities(parts.database, reviewers)
  if (![...named.values()].some(({ chain }) => personOfKey(chain) === by.person)) throw failure('not_a_reviewer')
}

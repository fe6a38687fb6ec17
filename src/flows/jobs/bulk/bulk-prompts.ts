import type { Principal } from '../../../access/index.ts'
import type { BulkItem } from '../../../contract/bulk-request.ts'
import type { DarkroomHeaders } from '../../../contract/darkroom-headers.ts'
import { Failure, failure } from '../../../contract/failure.ts'
import type { GatewayParts } from '../../gateway-parts.ts'
import { type KnownVersions, withStoredPrompt } from '../../prompts/with-stored-prompt.ts'

/**
 * Items of a bulk with the stored prompts that they name put in, all as they stand now: a version that is made while the bulk waits does not
 * change the half that is left.
 * @throws Failure `invalid_bulk` naming the first item whose prompt cannot be used
 */
export async function bulkPrompts(
  parts: Pick<GatewayParts, 'database' | 'promptKey'>,
  { principal, headers, items }: { principal: Principal; headers: DarkroomHeaders; items: readonly BulkItem[] },
): Promise<BulkItem[]> {
  const known: KnownVersions = new Map()
  const filled: BulkItem[] = []
  for (const [place, item] of items.entries()) {
    const { label, operation, body } = await withStoredPrompt(parts, { ...item, principal, headers }, known).catch(namingItem(place))
    filled.push({ label, operation, body })
  }
  return filled
}

function namingItem(place: number): (error: unknown) => never {
  return (error) => {
    if (!(error instanceof Failure)) throw error
    throw failure('invalid_bulk', {
      param: `items[${place}]${error.param === null ? '' : `.${error.param}`}`,
      message: `Item ${place + 1}: ${error.message}`,
    })
  }
}

import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { dataFolderPaths } from '../../src/db/index.ts'
import type { GatewayUnderTest } from './gateway-under-test.ts'
import { serialOf } from './noise-answer.ts'

interface LedgerReply {
  totals_by_owner: { calls: number; images: number; reserved: { nanos: string }; held_unknown: { nanos: string } }[]
}

/**
 * Holds a gateway to what it promises of calls that were made: each picture stands in the store under the hash of its bytes, each call in
 * the ledger, and no money is still reserved or held.
 * @returns one line that says so
 * @throws Error naming what is missing: figures of a gateway that loses pictures mean nothing
 */
export async function verifyRecords(gateway: GatewayUnderTest, calls: number): Promise<string> {
  const serials = await verifyStore(dataFolderPaths(gateway.dataFolder).objects)
  if (serials.size !== calls) throw new Error(`${calls} calls were answered, ${serials.size} different pictures are stored`)
  const ledger = (await gateway.read('/v2/ledger')) as LedgerReply
  const [total] = ledger.totals_by_owner
  if (total?.calls !== calls || total.images !== calls) throw new Error(`the ledger has ${JSON.stringify(total)} of ${calls} calls`)
  if (total.reserved.nanos !== '0' || total.held_unknown.nanos !== '0') throw new Error(`money is left over: ${JSON.stringify(total)}`)
  const left = await readdir(dataFolderPaths(gateway.dataFolder).spool)
  if (left.length > 0) throw new Error(`${left.length} files are left in the spool`)
  return `${calls} calls, ${serials.size} stored pictures whose bytes have the hash they are named by, ${total.calls} calls in the ledger, nothing left reserved`
}

/** Hashes every stored file again. @returns the serial numbers of the pictures */
async function verifyStore(folder: string): Promise<Set<number>> {
  const serials = new Set<number>()
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue
    const bytes = await readFile(join(entry.parentPath, entry.name))
    const sha256 = createHash('sha256').update(bytes).digest('hex')
    if (entry.name !== `${sha256}.png`) throw new Error(`${entry.name} holds bytes of the hash ${sha256}`)
    serials.add(serialOf(bytes))
  }
  return serials
}

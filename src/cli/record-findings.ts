import type { AuditFinding, DoctorFinding, VerifiedObjects } from '../flows/index.ts'
import type { Output } from './command.ts'
import type { GatewayClient } from './gateway-client.ts'
import { sayWrapped } from './layout.ts'

const marks: Record<DoctorFinding['level'], string> = { ok: 'ok      ', note: 'note    ', warning: 'WARNING ', error: 'ERROR   ' }
const BELOW_MARK = '        '

/** Says a finding with its mark, and what to do about it below. */
export function sayFinding(output: Output, { name, level, found, advice }: DoctorFinding): void {
  sayWrapped(output, `${marks[level]}${name}: ${found}`, BELOW_MARK)
  if (advice) sayWrapped(output, `${BELOW_MARK}→ ${advice}`, BELOW_MARK)
}

/** Holds the records of a gateway against one another, and every kept picture against its hash. */
export async function recordFindings(client: GatewayClient): Promise<DoctorFinding[]> {
  const { checks } = await client.json<{ checks: AuditFinding[] }>({ method: 'GET', path: '/v2/audit' })
  return [...checks.map(auditFinding), await verified(client)]
}

/** What one audit found, as a finding with what to do about it. */
export function auditFinding({ name, holds, wrong }: AuditFinding): DoctorFinding {
  if (wrong.length === 0) return { name, level: 'ok', found: holds, advice: null }
  const named = wrong.map(({ id, expected, found }) => (expected === null ? id : `${id} is $${found}, should be $${expected}`))
  return {
    name,
    level: 'error',
    found: `it does not hold that ${holds}: ${named.join(', ')}`,
    advice: 'This never happens by itself. Keep the data folder as it is, restore the last backup that passes a drill, and report it.',
  }
}

/** Every kept object, a part at a time: no single call takes longer than a proxy waits. */
async function verified(client: GatewayClient): Promise<DoctorFinding> {
  const totals = { checked: 0, bytes: 0, missing: [] as string[], damaged: [] as string[] }
  for (let after: string | null = ''; after !== null; ) {
    const part: VerifiedObjects = await client.json({ method: 'POST', path: `/v2/objects/verify?after=${after}` })
    totals.checked += part.checked
    totals.bytes += part.bytes
    totals.missing.push(...part.missing)
    totals.damaged.push(...part.damaged)
    after = part.next
  }
  const { checked, bytes, missing, damaged } = totals
  const looked = `${checked} kept objects read, ${Math.ceil(bytes / 2 ** 20)} MiB`
  if (missing.length + damaged.length === 0) return { name: 'kept bytes', level: 'ok', found: `${looked}, all as they were`, advice: null }
  const named = [...missing.map((hash) => `${hash} is missing`), ...damaged.map((hash) => `${hash} is damaged`)]
  return {
    name: 'kept bytes',
    level: 'error',
    found: `${looked}: ${named.join(', ')}`,
    advice: 'Restore these from a backup (docs/backup.md).',
  }
}

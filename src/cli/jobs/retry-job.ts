import type { EstimateReply, GenerationRecord, Job } from '../../contract/record.ts'
import { type GatewayClient, RefusedError } from '../gateway-client.ts'
import { assertMoneyMeant, isPlayMoney } from '../image-call.ts'
import { jobPath, readJob } from './job-sheet.ts'

/** A job that was accepted. */
export interface AcceptedJob {
  jobId: string
  state: Job['state']
}

/**
 * Makes a job again, as a new one.
 * @throws CommandError where somebody else's gateway would spend money unsaid; RefusedError where the first was or may have been charged and that is not accepted
 */
export async function retryJob(
  client: GatewayClient,
  id: string,
  { live, acceptsDoubleCharge }: { live: boolean; acceptsDoubleCharge: boolean },
): Promise<AcceptedJob> {
  if (!client.isOurs) await assertMoneyMeant(client, { ...(await spendingOf(client, id)), live })
  return client.json<AcceptedJob>({ method: 'POST', path: jobPath(id, '/retry'), body: { accept_double_charge: acceptsDoubleCharge } })
}

interface Draws {
  usd: string
  where: string
  owner: string
}

/** By the route that made it, and by the one that such a call would be made by now: whichever of them is paid. */
async function spendingOf(client: GatewayClient, id: string): Promise<Draws> {
  const job = await readJob(client, id)
  const record = await client.json<GenerationRecord>({ method: 'GET', path: `/v2/generations/${encodeURIComponent(id)}` })
  const before: Draws = { usd: job.cost.estimated.usd, where: `${record.route_id} (${record.route_owner})`, owner: record.route_owner }
  const now = await drawsNow(client, record)
  return now !== null && !(await isPlayMoney(now.owner)) ? now : before
}

/** Null where a call of that shape is not priced now. */
async function drawsNow(
  client: GatewayClient,
  { model_mapping, request_shape: { size, quality, n } }: GenerationRecord,
): Promise<Draws | null> {
  const request = { model: model_mapping.requested, prompt: 'x', size: size ?? 'auto', quality: quality ?? 'auto', n: n ?? 1 }
  try {
    const { expected, route_id, route_owner } = await client.json<EstimateReply>({
      method: 'POST',
      path: '/v2/estimate',
      body: { request },
    })
    return { usd: expected.usd, where: `${route_id} (${route_owner})`, owner: route_owner }
  } catch (error) {
    if (error instanceof RefusedError) return null
    throw error
  }
}

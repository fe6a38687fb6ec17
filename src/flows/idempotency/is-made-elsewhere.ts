import { liveMakerOf } from '../../generations/index.ts'
import type { GatewayParts } from '../gateway-parts.ts'

/** True while another process that lives makes a generation. */
export async function isMadeElsewhere(parts: GatewayParts, generationId: string): Promise<boolean> {
  // A data folder with a database of its own has one process.
  if (parts.database.dialect === 'sqlite') return false
  const maker = await liveMakerOf(parts.database, generationId)
  return maker !== null && maker !== parts.bootId
}

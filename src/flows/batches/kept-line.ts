import { deserialize, serialize } from 'node:v8'
import type { OpenItem } from '../../batches/index.ts'
import { openSealedText, sealText } from '../../primitives/sealed-text.ts'
import { SIDECAR_FORMAT } from '../../relay/index.ts'
import type { GatewayParts } from '../gateway-parts.ts'
import type { GenerationRun } from '../generation-run.ts'
import { noPlace, portableGeneration, type SidecarSubject } from '../recovery/portable-run.ts'

/** What settling needs of a line, as a sidecar keeps it of a call: the line comes back a day later, to another process or release. */
interface KeptLine {
  format: typeof SIDECAR_FORMAT
  subject: SidecarSubject
}

/** Encrypts a call for its line alone. @throws Error for one that is larger than what can be sealed; bodies are bounded far below */
export async function sealLine(parts: Pick<GatewayParts, 'orderKey' | 'clock'>, run: GenerationRun): Promise<string> {
  const kept: KeptLine = { format: SIDECAR_FORMAT, subject: portableGeneration(run, parts.clock.nowMs()) }
  const sealed = await sealText(parts.orderKey, placeOf(run.attemptId), serialize(kept))
  if (sealed === null) throw new Error('a line of a batch is too large to be kept')
  return sealed
}

/**
 * Opens what `sealLine` made: the call as it was decided, priced and put on record, whatever the configuration says by now. Its route has no key.
 * @throws SealBroken, or Error for a line that another release kept in another form: it stays where it is, for a release that can read it
 */
export async function openLine(parts: GatewayParts, { attempt_id, sealed }: OpenItem): Promise<GenerationRun> {
  const { format, subject } = deserialize(await openSealedText(parts.orderKey, placeOf(attempt_id), sealed)) as KeptLine
  if (format !== SIDECAR_FORMAT || subject.kind !== 'images') throw new Error(`the line of ${attempt_id} was kept by another release`)
  const { clock } = parts
  const startedMonotonicMs = clock.monotonicMs() - (clock.nowMs() - subject.startedAtMs)
  return { ...subject.run, startedMonotonicMs, place: noPlace }
}

const placeOf = (attemptId: string) => `darkroom batch line ${attemptId}`

import type { Nanos } from '../../primitives/money.ts'
import type { Charge } from '../billing/invoice.ts'
import type { SandboxState } from '../sandbox-state.ts'
import { AnyModelCatalogue } from './any-model-catalogue.ts'
import type { Face } from './face.ts'

/** The sandbox as the endpoints see it behind a face: its models, and its invoice, which names the face. */
export function sandboxBehind(face: Face | null, sandbox: SandboxState): SandboxState {
  if (face === null) return sandbox
  const { settings, invoice } = sandbox
  const { modelForAnyId, nanosPerCall } = face
  const catalogue = modelForAnyId === undefined ? settings.catalogue : new AnyModelCatalogue(settings.catalogue, modelForAnyId)
  return {
    ...sandbox,
    settings: { ...settings, catalogue },
    invoice: {
      totals: () => invoice.totals(),
      lines: () => invoice.lines(),
      flushed: () => invoice.flushed(),
      add: (charge) => invoice.add(nanosPerCall === undefined ? charge : chargedPerCall(charge, nanosPerCall), face.name),
    },
  }
}

/** A call that is not charged by tokens. Of a Responses call the line of the main model has the price: there is exactly one. */
function chargedPerCall(charge: Charge, nanosPerCall: Nanos): Charge {
  const nanos = charge.book === 'image_tool' ? 0n : nanosPerCall
  const noTokens = { text_in: 0, text_cached_in: 0, image_in: 0, image_cached_in: 0, image_out: 0, text_out: 0 }
  return { ...charge, ...noTokens, nanos: String(nanos) }
}

import type { FaultScript } from '../faults/fault-script.ts'
import type { Face } from './face.ts'

const signedByApi: FaultScript = { finish: { kind: 'signed', claimGenerator: 'OpenAI-API c2pa-rs/0.36.1' } }
const signedByChatGpt: FaultScript = { finish: { kind: 'signed', claimGenerator: 'ChatGPT c2pa-rs/0.36.1' } }
const reEncoded: FaultScript = { finish: { kind: 're-encoded' } }
/** What relays of subscriptions were seen to do (reports of 2026 about sub2api, CLIProxyAPI and openai/codex). */
const autoForced: FaultScript = { sizeRule: 'auto', quality: 'low', format: 'png', says: { size: 'auto', quality: 'auto' } }

/** All faces of a fixed name, in the order docs/sandbox.md lists them (held equal by test). */
export const faceTable: readonly Face[] = [
  { name: 'honest', plays: 'A token-priced reseller that is exactly what it says, with signed pictures.', script: signedByApi },
  {
    name: 'two-five-signed-two',
    plays: 'The same, for routes of gpt-image-2.5: the manifests of its pictures say 2.0, as those of every model do.',
    script: signedByApi,
  },
  { name: 'cdn-reencoding', plays: 'Honest, behind a CDN that re-encodes every picture without loss.', script: reEncoded },
  {
    name: 'laozhang-per-call',
    plays: 'A reseller at $0.03 a call, whatever is asked: takes size and quality and ignores them, reports no usage.',
    script: { ...signedByApi, sizeRule: 'auto', quality: 'low', usage: 'missing' },
    nanosPerCall: 30_000_000n,
  },
  { name: 'laozhang-official', plays: 'The same reseller at official token prices, with everything supported.', script: signedByApi },
  {
    name: 'size-ignoring',
    plays: 'Draws about 1.57 megapixels in the shape that was asked, and says the size that was asked.',
    script: { ...signedByApi, sizeRule: 'shape-asked', says: { size: 'asked' } },
  },
  {
    name: 'quality-ignoring',
    plays: 'Always works at low, and says the quality that was asked.',
    script: { ...signedByApi, quality: 'low', says: { quality: 'asked' } },
  },
  {
    name: 'any-model',
    plays: 'Takes any image model id; those nobody serves are drawn and billed as gpt-image-2.',
    script: signedByApi,
    modelForAnyId: 'gpt-image-2',
  },
  { name: 'usage-less', plays: 'Reports no usage.', script: { ...signedByApi, usage: 'missing' } },
  { name: 'requestid-less', plays: 'Sends no x-request-id, with errors neither.', script: signedByApi, hidesRequestId: true },
  { name: 're-encoding', plays: 'Re-encodes every picture without loss, as a CDN that nobody declared.', script: reEncoded },
  { name: 'chatgpt-signed', plays: 'Manifests name ChatGPT as their claim generator.', script: signedByChatGpt },
  {
    name: 'auto-forcing',
    plays: 'Asks for auto size and quality and for PNG whatever was asked, works at low, and says auto.',
    script: { ...signedByApi, ...autoForced },
  },
  {
    name: 'session-relay',
    plays: 'A relayed subscription: forces auto, signed by ChatGPT, takes any model, no usage, no x-request-id.',
    script: { ...signedByChatGpt, ...autoForced, usage: 'missing' },
    modelForAnyId: 'gpt-image-2',
    hidesRequestId: true,
  },
  { name: 'apiframe', plays: 'The job API as it is without a face, so that every protocol can be reached the same way.', script: {} },
]

/** The faces `slow-swap-0` … `slow-swap-999999`, which are one row: N is how many charged calls they stay honest. */
export const slowSwapRow = {
  name: 'slow-swap-N',
  plays: 'Honest for N charged calls; then gpt-image-2.5-flare does and bills the work, and the answer says what was asked.',
  script: signedByApi,
  model: 'gpt-image-2.5-flare',
} as const

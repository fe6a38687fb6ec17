/** Process of the benches: the sandbox as an upstream that answers at once with small plain pictures, so that records weigh more than bytes. */
import { type Sandbox, startSandbox } from '../src/sandbox/index.ts'
import { answerOrders } from './support/bench-process.ts'

/** What the bench may ask. */
export interface SandboxOrders {
  /** Starts it on a free port. */
  listen(): Promise<{ url: string }>
}

/** A gateway keeps to what upstream says in its headers. */
const PLENTY = 1_000_000_000

let sandbox: Sandbox | null = null

answerOrders<SandboxOrders>(
  {
    async listen() {
      sandbox = await startSandbox({
        latencyMs: 0,
        flat: true,
        limits: { requestsPerMinute: PLENTY, imagesPerMinute: PLENTY, tokensPerMinute: PLENTY },
      })
      return { url: sandbox.url }
    },
  },
  () => sandbox?.close(),
)

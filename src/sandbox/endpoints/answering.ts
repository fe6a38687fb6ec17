import { type Call, waitFor } from '../call.ts'
import type { FaultCall } from '../faults/fault-call.ts'
import { chargePhase, type FaultScript, replacesAnswer } from '../faults/fault-script.ts'
import type { SandboxState } from '../sandbox-state.ts'
import { answerInstead, sendJson } from '../scripted-answer.ts'

/** What a call does. Throws a Refusal for an answer in the error envelope. @returns what is answered as JSON */
type Work = (call: Call, sandbox: SandboxState) => Promise<unknown>
type Serve = (call: Call, sandbox: SandboxState) => Promise<void>

/**
 * A call without a prompt, with the faults that lie in wait for it. One that is refused does nothing; one whose answer is lost (or that
 * fails although a script has it `charged`) was done all the same.
 */
export function answering(name: FaultCall, work: Work): Serve {
  return async (call, sandbox) => {
    const script = takeCallFaults(name, call, sandbox)
    const isReplaced = replacesAnswer(script)
    const isDone = !isReplaced || chargePhase(script) !== null
    const answer = isDone ? await work(call, sandbox) : null
    if (isReplaced) return answerInstead(call, script.latencyMs ?? 0)
    await waitFor(call, script.latencyMs ?? 0)
    await sendJson(call, 200, answer)
  }
}

/** The same for a call that writes its answer itself. */
export function sending(name: FaultCall, serve: Serve): Serve {
  return async (call, sandbox) => {
    const script = takeCallFaults(name, call, sandbox)
    if (replacesAnswer(script)) return answerInstead(call, script.latencyMs ?? 0)
    await waitFor(call, script.latencyMs ?? 0)
    await serve(call, sandbox)
  }
}

function takeCallFaults(name: FaultCall, call: Call, { faults }: SandboxState): FaultScript {
  call.script = faults.takeCall(name)
  return call.script
}

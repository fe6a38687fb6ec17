import { parentPort } from 'node:worker_threads'

/** What the moody thread can be told to do: answer, fail in words, die on purpose, or die of an error nobody caught. */
export type Mood = { say: string } | { complain: string } | { leaveWith: number } | { breakDown: string }

parentPort?.on('message', (mood: Mood) => {
  if ('say' in mood) parentPort?.postMessage({ result: mood.say })
  else if ('complain' in mood) parentPort?.postMessage({ failure: mood.complain })
  else if ('leaveWith' in mood) process.exit(mood.leaveWith)
  else throw new TypeError(mood.breakDown)
})

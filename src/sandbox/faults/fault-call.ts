/** The calls without a prompt that a fault can lie in wait for, named as the official client names them. */
export const faultCalls = [
  'files.create',
  'files.list',
  'files.retrieve',
  'files.content',
  'files.delete',
  'batches.create',
  'batches.list',
  'batches.retrieve',
  'batches.cancel',
] as const

/** One of them. */
export type FaultCall = (typeof faultCalls)[number]

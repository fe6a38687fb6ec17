const LOOK_AT_LEAST_EVERY_MS = 15_000

/** Waits until something changed, somebody left, or it is time to look again. */
export async function someChange(changed: Promise<void>, signal: AbortSignal): Promise<void> {
  const { promise: over, resolve } = Promise.withResolvers<void>()
  const timer = setTimeout(resolve, LOOK_AT_LEAST_EVERY_MS)
  const leave = () => resolve()
  signal.addEventListener('abort', leave, { once: true })
  await Promise.race([changed, over])
  signal.removeEventListener('abort', leave)
  clearTimeout(timer)
}

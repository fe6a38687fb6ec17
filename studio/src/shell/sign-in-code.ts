/**
 * The code of the link that start-up prints, once: it is taken off the address at once, so that no history and no second look uses it again.
 * @returns null where the address has none
 */
export function takeCode(): string | null {
  const code = location.hash.slice(1)
  if (code === '') return null
  history.replaceState(history.state, '', location.pathname + location.search)
  return code
}

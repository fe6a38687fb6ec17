import type { UntrustedDetail } from './outbound.ts'

/**
 * An untrusted call that gave no (whole) answer. The message is the same for every reason and fit for the caller; the
 * reason is in fields that only our logs may show. Neither holds the address.
 */
export class UntrustedRefusal extends Error {
  readonly purpose: string
  readonly detail: UntrustedDetail
  /** Error code of the system or the HTTP library (`ECONNREFUSED`), or upstream's status with detail `status`; null where the detail says it all. */
  readonly code: string | null

  constructor(purpose: string, detail: UntrustedDetail, code: string | null = null) {
    super('the address could not be fetched')
    this.name = 'UntrustedRefusal'
    this.purpose = purpose
    this.detail = detail
    this.code = code
  }
}

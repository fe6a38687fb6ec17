export { Quarantine, type QuarantinedAnswer, type QuarantineEntry } from './quarantine.ts'

export { createOutbound, type OutboundConfig } from './create-outbound.ts'
export type { HostLookup } from './guarded-connector.ts'
export type {
  ConfiguredRequest,
  Outbound,
  OutboundCall,
  OutboundCause,
  OutboundFailure,
  OutboundHandler,
  OutboundHead,
  OutboundHeaders,
  OutboundRequest,
  StreamedBody,
  UntrustedAnswer,
  UntrustedDetail,
  UntrustedRequest,
  UntrustedUrlVerdict,
} from './outbound.ts'
export { UntrustedRefusal } from './untrusted-refusal.ts'

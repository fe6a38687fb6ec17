export { createOutbound, type OutboundConfig } from './create-outbound.ts'
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
} from './outbound.ts'

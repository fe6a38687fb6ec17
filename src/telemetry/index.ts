export { createLogger, type Logger, type LoggerConfig, type LogLevel } from './create-logger.ts'
export { type BookedAmount, createMetrics, type GenerationEnd, type HttpReply, type Metrics, type UpstreamCall } from './create-metrics.ts'
export { type LogField, type LogFields, logFields } from './log-fields.ts'

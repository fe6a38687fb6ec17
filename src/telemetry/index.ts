export { createLogger, type Logger, type LoggerConfig, type LogLevel } from './create-logger.ts'
export { type LogField, type LogFields, logFields } from './log-fields.ts'
export { createMetrics, type Metrics } from './metrics/create-metrics.ts'

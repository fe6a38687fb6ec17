/**
 * Names a log line may carry beside `level`, `time` and `msg`; the value of anything else is dropped. A list of what is
 * allowed, because lists of what is forbidden always miss one: no body, header, prompt, key or address with a query has
 * a name here. Values are text, numbers, flags or null; an object is no value, a list of
 * texts is joined.
 */
export const logFields = [
  // Whose line it is.
  'request_id',
  'generation_id',
  'attempt_id',
  'image_id',
  'project_id',
  'key_id',
  'budget_id',
  'set_id',
  'webhook_id',
  'message_id',
  'event_id',
  'batch_id',
  'boot_id',
  'client_request_id',
  // Of the trace that the request belongs to: the caller's, or one that was begun here.
  'trace_id',
  'span_id',
  'upstream_request_id',
  // What was asked, by shape.
  'operation',
  'surface',
  'model',
  'model_sent',
  'model_reported',
  'size',
  'quality',
  'output_format',
  'n',
  'stream',
  'partial_images',
  'prompt_sha256',
  // Who served it and what became of it.
  'route_id',
  'route_owner',
  'route_kind',
  'from_route_id',
  'actor',
  'probe',
  'verdict',
  'restrictions',
  'status',
  'http_status',
  'outcome',
  'outcome_class',
  'cause',
  'code',
  'retry_reason',
  'next_action',
  'situation',
  'param',
  'detail',
  'warnings',
  // How long, how much.
  'duration_ms',
  'first_byte_ms',
  'processing_ms',
  'total_ms',
  'bytes',
  'images',
  'count',
  'free_bytes',
  'sha256',
  'usage_source',
  'price_card',
  'estimated_nanos',
  'reserved_nanos',
  'settled_nanos',
  'held_unknown_nanos',
  'cost_nanos',
  'budget_period',
  'percent',
  // HTTP: the pattern of the route, never the address.
  'method',
  'http_route',
  // The process.
  'component',
  'event',
  'state',
  'from',
  'to',
  'until_ms',
  'reason',
  'setting',
  'signal',
  'version',
  'node',
  'host',
  'port',
  'path',
  'migrations',
  // Errors, taken apart.
  'err_name',
  'err_code',
  'err_message',
  'err_stack',
] as const

/** A name a log line may carry. */
export type LogField = (typeof logFields)[number]

/** Fields of a log line. A bigint is written as text: a reader of the log may read numbers as doubles. */
export type LogFields = Partial<Record<LogField, string | number | boolean | bigint | readonly string[] | null>>

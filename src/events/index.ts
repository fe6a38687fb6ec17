export {
  eventsAfter,
  eventsBetween,
  eventsEnd,
  eventsOf,
  eventsToHandOut,
  forgetOldEvents,
  handedOut,
  lastEventOf,
  traceParentOfEvent,
} from './read-events.ts'
export { type EventType, eventTypes, type NewEvent, recordEvent } from './record-event.ts'

export { eventsBetween, eventsOf, eventsToHandOut, forgetOldEvents, handedOut, lastEventOf } from './read-events.ts'
export { type EventType, eventTypes, type NewEvent, recordEvent } from './record-event.ts'

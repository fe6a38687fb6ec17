export { type SignedMessage, verifyWebhook } from './verify-webhook.ts'

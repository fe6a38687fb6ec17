export { openVault, type StoredSecret, type Vault } from './vault.ts'

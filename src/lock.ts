/** One at a time, over processes: the same lock as that of the set-up, which must work before anything is compiled. */
export { type Owner, withLock } from '../scripts/lib/lock.mjs'

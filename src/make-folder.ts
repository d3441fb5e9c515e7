/** Making a folder, as the set-up does, which must work before anything is compiled. */
export { makeFolder } from '../scripts/lib/make-folder.mjs'

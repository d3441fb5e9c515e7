/** How many processors there are for us. */
export { availableCores } from '../scripts/lib/cores.cjs'

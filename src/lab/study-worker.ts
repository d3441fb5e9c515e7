/** A process that trains networks of studies; its words are the files of the user's own studies. */
import { studiesWith } from './own-studies.js'
import { serve } from './worker.js'

serve(await studiesWith(process.argv.slice(2)))

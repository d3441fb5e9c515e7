/** Names of what other programs keep in a folder of pictures: thumbnails, what was thrown away, halves of macOS files. */
const FOREIGN =
  /^(?:@eadir|@recycle|@recently-snapshot|#recycle|#snapshot|\.@__thumb|\.thumbnails|\.picasaoriginals|\.dtrash|\.trash(?:es|-\d+)?|\.appledouble|__macosx|\$recycle\.bin|recycler|lost\+found|system volume information|\._.*)$/i

/** True for the name of a file or folder that another program put there for itself. */
export function isForeign(name: string): boolean {
  return FOREIGN.test(name)
}

/** True for a path with '/' where a part of it is such a name. */
export function isForeignPath(path: string): boolean {
  return path.split('/').some(isForeign)
}

/** True for the name of what is not listed as a picture: hidden, or another program's. */
export function isPassedOver(name: string): boolean {
  return name.startsWith('.') || isForeign(name)
}

/** What is said of pictures that were passed over for that. */
export const FOREIGN_WHY = 'another program that keeps it for itself'

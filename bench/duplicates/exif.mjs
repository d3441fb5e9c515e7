/** The time of taking, put into a JPEG file as cameras do, its pixels untouched. */

/** @param time ms since 1970, taken as the camera's own clock */
export function withTime(jpeg, time) {
  const text = new Date(time).toISOString().slice(0, 19).replaceAll('-', ':').replace('T', ' ')
  // TIFF: one directory with a pointer to the Exif one, which holds DateTimeOriginal
  const tiff = Buffer.alloc(8 + 18 + 18 + 20)
  tiff.write('II*\0', 0, 'latin1')
  tiff.writeUInt32LE(8, 4)
  entry(tiff, 8, 0x8769, 4, 1, 26)
  entry(tiff, 26, 0x9003, 2, 20, 44)
  tiff.write(`${text}\0`, 44, 'latin1')
  const head = Buffer.from([0xff, 0xe1, 0, 0, ...Buffer.from('Exif\0\0', 'latin1')])
  head.writeUInt16BE(tiff.length + 8, 2)
  return Buffer.concat([jpeg.subarray(0, 2), head, tiff, jpeg.subarray(2)])
}

function entry(tiff, at, tag, type, count, value) {
  tiff.writeUInt16LE(1, at)
  tiff.writeUInt16LE(tag, at + 2)
  tiff.writeUInt16LE(type, at + 4)
  tiff.writeUInt32LE(count, at + 6)
  tiff.writeUInt32LE(value, at + 10)
}

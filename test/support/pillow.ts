/** Pictures as Pillow reads them: a reader that shares no code of ours, though some of the libraries beneath. */
import { execFileSync, spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

const PYTHON = '/usr/bin/python3'

/** Why there is no Pillow to compare with, or undefined where there is one. */
export function withoutPillow(): string | undefined {
  const { status, error } = spawnSync(PYTHON, ['-c', 'import PIL.Image, PIL.ImageCms, numpy'])
  if (error) return `there is no ${PYTHON}`
  return status === 0 ? undefined : `${PYTHON} has no Pillow with numpy`
}

/** A picture as Pillow reads it, upright, its alpha flattened on white. */
export interface PillowPicture {
  width: number
  height: number
  /** `[height, width, 3]`, 8 bits */
  rgb: Uint8Array
  /** `[height, width]`, the values of 16-bit grey as they are stored */
  deep?: Uint16Array
}

// by the profile to sRGB, as Selfsame does; what XMP says of the orientation is not followed, and Pillow turns TIFFs itself
const SCRIPT = `
import io, json, sys, warnings
import numpy
from PIL import Image, ImageCms, ImageFile, ImageOps
warnings.simplefilter('ignore')
folder, out, names = sys.argv[1], sys.argv[2], json.load(sys.stdin)
srgb = ImageCms.createProfile('sRGB')
found = []
for number, name in enumerate(names):
    try:
        image = Image.open(folder + '/' + name)
        image.load()
        entry = {'file': name}
        profile = image.info.get('icc_profile')
        if 'xmp' not in name and image.format != 'TIFF':
            image = ImageOps.exif_transpose(image)
        if image.mode.startswith('I'):
            deep = numpy.array(image).astype(numpy.uint16)
            deep[deep == image.info.get('transparency', -1)] = 65535
            deep.tofile(out + '/%d.deep' % number)
            grey = numpy.rint(deep / 257).astype(numpy.uint8)
            rgb = numpy.repeat(grey[:, :, None], 3, axis=2)
            entry['deep'] = True
        else:
            rgba = image.convert('RGBA')
            if profile and image.mode in ('RGB', 'RGBA', 'CMYK'):
                try:
                    image = image.convert('RGB') if image.mode == 'RGBA' else image
                    colour = ImageCms.profileToProfile(image, io.BytesIO(profile), srgb, outputMode='RGB')
                    rgba = Image.merge('RGBA', (*colour.split(), rgba.getchannel('A')))
                except ImageCms.PyCMSError:
                    pass
            values = numpy.array(rgba).astype(numpy.float64)
            opacity = values[:, :, 3:] / 255
            rgb = numpy.rint(values[:, :, :3] * opacity + 255 * (1 - opacity)).astype(numpy.uint8)
        rgb.tofile(out + '/%d.rgb' % number)
        entry.update(width=rgb.shape[1], height=rgb.shape[0])
        found.append(entry)
    except Exception as error:
        found.append({'file': name, 'error': str(error)})
json.dump(found, sys.stdout)
`

interface Entry {
  file: string
  width: number
  height: number
  deep?: boolean
  error?: string
}

/**
 * Reads pictures with Pillow, all in one process.
 * @param out an empty folder that may be filled
 * @returns what it can read, by file
 */
export function readByPillow(
  folder: string,
  files: readonly string[],
  out: string,
): Map<string, () => PillowPicture> {
  const told = execFileSync(PYTHON, ['-c', SCRIPT, folder, out], {
    input: JSON.stringify(files),
    maxBuffer: 2 ** 26,
    stdio: ['pipe', 'pipe', 'ignore'],
  })
  const pictures = new Map<string, () => PillowPicture>()
  for (const [number, { file, width, height, deep, error }] of (
    JSON.parse(String(told)) as Entry[]
  ).entries()) {
    if (error !== undefined) continue
    pictures.set(file, () => {
      const rgb = new Uint8Array(readFileSync(join(out, `${number}.rgb`)))
      if (!deep) return { width, height, rgb }
      const bytes = Uint8Array.from(readFileSync(join(out, `${number}.deep`)))
      return { width, height, rgb, deep: new Uint16Array(bytes.buffer) }
    })
  }
  return pictures
}

/** A member of a made tar. */
export interface MadeMember {
  name: string
  content?: string | Uint8Array
  /** the format's letter */
  type?: string
  /** written instead of the content's length */
  size?: number
  base256?: boolean
  magic?: string
  prefix?: string
}

/** A tar, written byte by byte and not by the code that is tested. */
export function madeTar(members: readonly MadeMember[], end = true): Buffer {
  return Buffer.concat([...members.map(madeMember), ...(end ? [Buffer.alloc(1024)] : [])])
}

/** A header and its padded content. */
export function madeMember(member: MadeMember): Buffer {
  const { name, content = '', type = '0', base256 = false, magic = 'ustar\x0000', prefix = '' } = member
  const bytes = Buffer.from(content as string)
  const size = member.size ?? bytes.length
  const header = Buffer.alloc(512)
  header.write(name, 0, 100)
  header.write('0000644\0', 100)
  if (base256) {
    header.writeBigUInt64BE(BigInt(size), 128)
    header[124] = 0x80
  } else header.write(`${size.toString(8).padStart(11, '0')}\0`, 124)
  header.write(type, 156)
  header.write(magic, 257, 'latin1')
  header.write(prefix, 345)
  header.write('        ', 148)
  const sum = header.reduce((total, byte) => total + byte, 0)
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
  return Buffer.concat([header, bytes, Buffer.alloc((512 - (bytes.length % 512)) % 512)])
}

/** Records of an extended header. */
export function madePax(records: Record<string, string>): string {
  return Object.entries(records)
    .map(([key, value]) => {
      const rest = ` ${key}=${value}\n`
      const digits = (length: number) => String(length).length
      let length = Buffer.byteLength(rest) + 1
      while (length !== Buffer.byteLength(rest) + digits(length)) length++
      return `${length}${rest}`
    })
    .join('')
}

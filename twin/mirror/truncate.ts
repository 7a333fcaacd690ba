/**
 * The program that cuts copies to a session's packet length, as an object file that tc loads. It is six instructions, of
 * which one holds the length: written here byte by byte, so that nothing has to be compiled on the machine.
 *
 *   r1 = skb at entry
 *   r6 = skb->len; if (r6 <= length) goto out; bpf_skb_change_tail(skb, length, 0); out: return TC_ACT_OK
 */
const BPF_SKB_CHANGE_TAIL = 38; // linux/bpf.h
const EM_BPF = 247;
const SECTION = "classifier";

const instruction = (code: number, registers: number, offset: number, value: number): Buffer => {
  const bytes = Buffer.alloc(8);
  bytes.writeUInt8(code, 0);
  bytes.writeUInt8(registers, 1); // source << 4 | destination
  bytes.writeInt16LE(offset, 2);
  bytes.writeInt32LE(value, 4);
  return bytes;
};

/** "BPF Instruction Set Architecture" (RFC 9669). */
const program = (length: number): Buffer =>
  Buffer.concat([
    instruction(0x61, 0x16, 0, 0), // r6 = *(u32 *)(r1 + 0), skb->len
    instruction(0xb5, 0x06, 3, length), // if r6 <= length goto +3
    instruction(0xb7, 0x02, 0, length), // r2 = length
    instruction(0xb7, 0x03, 0, 0), // r3 = 0
    instruction(0x85, 0x00, 0, BPF_SKB_CHANGE_TAIL), // call
    instruction(0xb7, 0x00, 0, 0), // r0 = TC_ACT_OK
    instruction(0x95, 0x00, 0, 0), // exit
  ]);

interface Section {
  readonly name: string;
  readonly type: number;
  readonly flags?: number;
  readonly link?: number;
  /** Index of the first global symbol, in the table of symbols. */
  readonly info?: number;
  readonly entrySize?: number;
  readonly content: Buffer;
}

const PROGBITS = 1;
const SYMTAB = 2;
const STRTAB = 3;
const ALLOC = 2;
const EXECUTE = 4;
const GLOBAL_FUNCTION = 0x12;

const symbol = (name: number, info: number, section: number, size: number): Buffer => {
  const bytes = Buffer.alloc(24);
  bytes.writeUInt32LE(name, 0);
  bytes.writeUInt8(info, 4);
  bytes.writeUInt16LE(section, 6);
  bytes.writeBigUInt64LE(BigInt(size), 16);
  return bytes;
};

/** A relocatable ELF file of 64 bits ("System V Application Binary Interface", chapter 4). */
const elf = (sections: readonly Section[]): Buffer => {
  const all: Section[] = [{ name: "", type: 0, content: Buffer.alloc(0) }, ...sections];
  const names = Buffer.from(`${all.map(({ name }) => name).join("\0")}\0.shstrtab\0`);
  all.push({ name: ".shstrtab", type: STRTAB, content: names });
  const headers = all.map((section, index) => {
    const at =
      64 + all.slice(0, index).reduce((sum, { content }) => sum + Math.ceil(content.length / 8) * 8, 0);
    const bytes = Buffer.alloc(64);
    const nameAt = all.slice(0, index).reduce((sum, { name }) => sum + name.length + 1, 0);
    bytes.writeUInt32LE(nameAt, 0);
    bytes.writeUInt32LE(section.type, 4);
    bytes.writeBigUInt64LE(BigInt(section.flags ?? 0), 8);
    bytes.writeBigUInt64LE(BigInt(index === 0 ? 0 : at), 24);
    bytes.writeBigUInt64LE(BigInt(section.content.length), 32);
    bytes.writeUInt32LE(section.link ?? 0, 40);
    bytes.writeUInt32LE(section.info ?? 0, 44);
    bytes.writeBigUInt64LE(BigInt(index === 0 ? 0 : 8), 48);
    bytes.writeBigUInt64LE(BigInt(section.entrySize ?? 0), 56);
    return bytes;
  });
  const contents = all.map(({ content }) =>
    Buffer.concat([content, Buffer.alloc(Math.ceil(content.length / 8) * 8 - content.length)]),
  );
  const head = Buffer.alloc(64);
  Buffer.from([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]).copy(head); // 64 bits, little-endian, version 1
  head.writeUInt16LE(1, 16); // relocatable
  head.writeUInt16LE(EM_BPF, 18);
  head.writeUInt32LE(1, 20);
  head.writeBigUInt64LE(BigInt(64 + Buffer.concat(contents).length), 40);
  head.writeUInt16LE(64, 52);
  head.writeUInt16LE(64, 58);
  head.writeUInt16LE(all.length, 60);
  head.writeUInt16LE(all.length - 1, 62);
  return Buffer.concat([head, ...contents, ...headers]);
};

/** Object file whose section `classifier` cuts packets to so many bytes. */
export const truncateObject = (length: number): Buffer => {
  const code = program(length);
  return elf([
    { name: SECTION, type: PROGBITS, flags: ALLOC | EXECUTE, content: code },
    { name: "license", type: PROGBITS, flags: ALLOC, content: Buffer.from("Apache-2.0\0") },
    {
      name: ".symtab",
      type: SYMTAB,
      link: 4,
      info: 1,
      entrySize: 24,
      content: Buffer.concat([symbol(0, 0, 0, 0), symbol(1, GLOBAL_FUNCTION, 1, code.length)]),
    },
    { name: ".strtab", type: STRTAB, content: Buffer.from("\0truncate\0") },
  ]);
};

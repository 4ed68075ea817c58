import { createRequire } from 'node:module';

/** What koffi's functions look like to us. Addresses are numbers: they stay below 2^53. */
export interface Libc {
  setsockopt(fd: number, level: number, name: number, value: Buffer, length: number): number;
  sendmmsg(fd: number, messages: number, count: number, flags: number): number;
  recvmmsg(fd: number, messages: number, count: number, flags: number, timeout: number): number;
  socket(domain: number, type: number, protocol: number): number;
  bind(fd: number, address: Buffer, length: number): number;
  connect(fd: number, address: Buffer, length: number): number;
  getsockname(fd: number, address: Buffer, length: Buffer): number;
  close(fd: number): number;
  madvise(address: number, length: number, advice: number): number;
  getpagesize(): number;
  /** of the last call that returned -1 */
  errno(): number;
  addressOf(memory: ArrayBuffer): number;
}

interface Koffi {
  load(path: null): { func(definition: string): never };
  errno(): number;
  address(value: unknown): bigint;
}

let libc: Libc | undefined | null = null;

/** The C library by koffi, or undefined where there is none for us: other systems than Linux, other than 64 bits. */
export function loadLibc(): Libc | undefined {
  if (libc === null) libc = load();
  return libc;
}

function load(): Libc | undefined {
  if (process.platform !== 'linux' || !['x64', 'arm64', 'riscv64', 'loong64'].includes(process.arch))
    return undefined;
  try {
    const koffi = createRequire(import.meta.url)('koffi') as Koffi;
    const lib = koffi.load(null);
    return {
      setsockopt: lib.func('int setsockopt(int, int, int, const void *, unsigned int)'),
      sendmmsg: lib.func('int sendmmsg(int, uint64_t, unsigned int, int)'),
      recvmmsg: lib.func('int recvmmsg(int, uint64_t, unsigned int, int, uint64_t)'),
      socket: lib.func('int socket(int, int, int)'),
      bind: lib.func('int bind(int, const void *, unsigned int)'),
      connect: lib.func('int connect(int, const void *, unsigned int)'),
      getsockname: lib.func('int getsockname(int, _Out_ void *, _Inout_ void *)'),
      close: lib.func('int close(int)'),
      madvise: lib.func('int madvise(uint64_t, size_t, int)'),
      getpagesize: lib.func('int getpagesize()'),
      errno: () => koffi.errno(),
      addressOf: (memory) => Number(koffi.address(memory)),
    };
  } catch {
    return undefined;
  }
}

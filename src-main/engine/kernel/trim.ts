import { loadLibc } from '../runtime/libc.ts';
import type { Kernel } from './kernel.ts';

/** madvise(2): the pages are the system's again, and full of zeros when they are touched next. */
const MADV_DONTNEED = 4;
const LOOK_MS = 2_000;

/** Lets the system have a part of a kernel's memory back. */
type Release = (offset: number, bytes: number) => void;

/**
 * From now on gives back what a rush has touched, once that has lain idle for 2 seconds. WebAssembly's memory cannot
 * shrink by itself: where the system cannot be told (all but 64-bit Linux), what was touched stays, 112 MB at most.
 */
export function trimWhenIdle({ bytes, pages }: Kernel, release = systemRelease(bytes)): void {
  if (!release) return;
  const look = (): void => {
    if (pages.trim(release)) wait();
  };
  const wait = (): void => void setTimeout(look, LOOK_MS).unref();
  pages.onIdle = wait;
}

function systemRelease(memory: Uint8Array): Release | undefined {
  const libc = loadLibc();
  if (!libc) return undefined;
  const base = libc.addressOf(memory.buffer as ArrayBuffer) + memory.byteOffset;
  const page = libc.getpagesize();
  return (offset, bytes) => {
    // the system's pages may be larger than ours
    const from = Math.ceil((base + offset) / page) * page;
    const to = Math.floor((base + offset + bytes) / page) * page;
    if (to > from) libc.madvise(from, to - from, MADV_DONTNEED);
  };
}

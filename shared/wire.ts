/*
 * What kcptun's protocol fixes and both the rules of the options and the engine count with. No dependencies: anything may
 * import it.
 */

/** What FEC puts in front of KCP's bytes: seqid, type and size. */
export const FEC_HEADER_BYTES = 8;
/** The most shards in a group: the code, over 8 bits, has no more points. */
export const MAX_GROUP = 256;
/** What KCP puts in front of a segment's data. */
export const SEGMENT_HEADER_BYTES = 24;
/** Milliseconds: KCP's least timeout, and its least with nodelay. */
export const RTO_MIN = 100;
export const RTO_MIN_NODELAY = 30;
/** Milliseconds between two looks at what is to be sent: kcp-go takes less as the least, and more as the most. */
export const LEAST_INTERVAL = 10;
export const MOST_INTERVAL = 5000;
/** The differentiated services code point has 6 bits. */
export const MOST_DSCP = 63;
/** smux: a session that has received nothing for so many seconds is dead. */
export const KEEPALIVE_TIMEOUT = 30;

/** The window field of a segment, the length field of a smux frame, a port: what 16 bits hold at most. */
export const MAX_UINT16 = 0xffff;
/**
 * What a signed number of 32 bits holds at most: smux takes no larger buffer. Go's int would allow larger options on the
 * platforms of today, but nothing here is meaningful past it.
 */
export const MAX_INT32 = 0x7fffffff;

/** QPP is weaker with a shorter key: it takes log2(256!) = 1684 bits to pick any permutation of the bytes. */
export const QPP_KEY_BYTES = 211;
/** QPP is weaker with fewer pads. */
export const QPP_PADS = 7;

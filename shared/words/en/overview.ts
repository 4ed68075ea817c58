/** The words of the overview. */
export const overview = {
  download: 'Download',
  upload: 'Upload',
  roundTrip: 'Round trip',
  loss: 'Loss on the way here',
  explain: {
    download:
      'Bytes that came out of the tunnel for your programs in the last second, before compression and without what the protocol adds.',
    upload: 'Bytes your programs put into the tunnel in the last second.',
    roundTrip:
      'Smoothed time from sending a packet to its acknowledgement, and how much it varies. The timeout is when an unanswered packet is sent again.',
    loss: "Share of the server's packets that did not arrive, told by the gaps in its FEC sequence numbers, before FEC rebuilds them. Without FEC from the server it cannot be known.",
    rate: 'What your programs send and receive. The wire carries more: see below.',
    lossChart:
      'Lost: packets from the server that did not arrive. Rebuilt: those of them that FEC gave back without a repeat. Sent again: share of our own packets that had to be repeated.',
    wire: 'All UDP bytes of this run, both ways, divided by what they were for. FEC, repeats and headers are worked out from the packet counters.',
    advice: 'Worked out from the windows, the round trip and the loss measured on this tunnel.',
  },
  thisRun: (amount: string) => `${amount} this run`,
  timeout: (ms: string) => `timeout ${ms} ms`,
  noRtt: 'no answer measured yet',
  rebuiltNote: (count: string) => `FEC rebuilt ${count}/min`,
  failed: (count: string) => `${count} groups/min beyond FEC`,
  noLoss: 'nothing lost for a minute',
  lossUnknown: 'not known',
  lossUnknownWhy: 'the server sends no FEC',
  noTraffic: 'no traffic to tell it by',
  rate: 'Rate',
  down: 'down',
  up: 'up',
  rtt: 'round trip',
  variance: 'variance',
  lossTitle: 'Loss',
  lost: 'lost',
  rebuilt: 'rebuilt',
  resent: 'sent again',
  span: 'Period',
  minutes: '10 min',
  day: '24 h',
  wire: 'What the wire carries',
  perByte: (ratio: string) => `${ratio} bytes sent for each byte of yours`,
  wireNothing: 'Nothing has been carried yet.',
  wireSaved: (ratio: string) => `compression saves: ${ratio} bytes sent for each byte of yours`,
  parts: {
    yours: 'yours',
    fec: (shards: string) => `FEC ${shards}`,
    resent: 'sent again',
    headers: 'headers, acks',
  },
  off: 'This tunnel is off',
  waiting: 'No numbers yet',
  waitingText: 'They come once a second while the tunnel runs.',
  offText: (address: string) => `Switch it on and point your programs at ${address}.`,
};

export const advice = {
  title: 'Room for more',
  measuring: 'Once traffic has been measured, this says what holds the tunnel back.',
  windowFine: (ceiling: string, peak: string) =>
    `The receive window allows ${ceiling} at this round trip; the fastest second used ${peak}. The window does not hold it back.`,
  windowTight: (ceiling: string) =>
    `The receive window allows ${ceiling} at this round trip, and it is nearly used up.`,
  raiseWindow: (target: string, packets: string) =>
    `For ${target} raise rcvwnd to ${packets} here, and sndwnd to ${packets} on the server.`,
  parityShort: (loss: string, capacity: string) =>
    `${loss} of the packets get lost on the way here, close to the ${capacity} that FEC can rebuild.`,
  raiseParity: (shards: string) => `FEC ${shards} would leave room.`,
  fecIdle: (cost: string) =>
    `Hardly anything gets lost, and FEC adds ${cost} to what is sent. Without it the same line carries more.`,
  fecIdleSet: 'Switch FEC off here and on the server.',
  resendHeavy: (share: string) =>
    `${share} of what is sent goes twice. If loss is low, the send window is larger than the line can carry: lower sndwnd step by step.`,
  fecUnused: (loss: string) =>
    `${loss} of what is sent has to be repeated, and FEC is off. With FEC most of that wait goes away.`,
  apply: "Set it here, and show the server's line",
};

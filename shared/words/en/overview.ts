/** What is known of one direction of a line, as texts; null where there is nothing to say. */
export interface LineWords {
  rate: string;
  trip: string;
  queue: string | null;
  again: string | null;
}

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
    line: 'What the engine has learnt from the answers of the server: how much the line carries, how long a packet takes there and back where nothing waits, and how long it waits in the queue in front of the narrowest place. It sends by that, whatever the windows. Rates here are of all that goes over the wire.',
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
    /** where no more of the parity is sent than the loss calls for */
    fecByNeed: (shards: string) => `FEC, up to ${shards}`,
    resent: 'sent again',
    headers: 'headers, acks',
  },
  line: {
    title: 'The line',
    toServer: 'To the server',
    /** `queue` and `again` are null where nothing waits, and where nothing was sent of late */
    up: ({ rate, trip, queue, again }: LineWords) =>
      `To the server: your line carries ${rate}, ${trip} there and back, ` +
      (queue === null ? 'nothing waits in its queue' : `${queue} of waiting in its queue`) +
      (again === null ? '.' : `; ${again} of what is sent is sent again.`),
    upLearning: (trip: string) =>
      `To the server: ${trip} there and back. What the line carries shows after a second or two of steady upload.`,
    upUnknown: 'To the server: nothing is known yet.',
    upOff: "To the server: kcptun's own timing holds, which knows nothing of the line.",
    parity: (sent: string, most: string) => `FEC sends ${sent} of its ${most} parity packets a group.`,
    down: ({ rate, trip, queue }: LineWords) =>
      `From the server: as much as ${rate} came of late, ${trip} there and back, ` +
      (queue === null ? 'nothing waits in the queue.' : `${queue} of waiting in the queue.`),
    held: 'The server would fill that queue by itself, and is held to what the line carries.',
    downUnknown: 'From the server: not known yet; it shows after a second or two of steady download.',
    save: 'Save as CSV',
    show: 'Shown of the line',
    rates: 'rate',
    carries: 'carries',
    pace: 'pace',
    sent: 'sent',
    waits: 'queue',
    trip: 'empty line',
    flight: 'in flight',
    most: 'at most',
    parityChart: 'parity',
    aGroup: 'packets a group',
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
  lineFits: 'What is sent is fitted to the line as it is measured: there is nothing to set.',
  windowTight: (ceiling: string) =>
    `The receive window allows ${ceiling} at this round trip, and it is nearly used up.`,
  raiseWindow: (target: string, packets: string) =>
    `For ${target} raise rcvwnd to ${packets} here, and sndwnd to ${packets} on the server.`,
  parityShort: (loss: string, capacity: string) =>
    `${loss} of the packets get lost on the way here, close to the ${capacity} that FEC can rebuild.`,
  raiseParity: (shards: string) => `FEC ${shards} would leave room.`,
  fecIdle: (cost: string) =>
    `Hardly anything gets lost, and FEC adds ${cost} to what is sent. Without it the same line carries more.`,
  fecIdleDown: (cost: string) =>
    `Hardly anything gets lost, and FEC adds ${cost} to what the server sends. Without it the same line carries more.`,
  fecIdleSet: 'Switch FEC off here and on the server.',
  resendHeavy: (share: string) =>
    `${share} of what is sent goes twice. If loss is low, the send window is larger than the line can carry: lower sndwnd step by step.`,
  fecUnused: (loss: string) =>
    `${loss} of what is sent has to be repeated, and FEC is off. With FEC most of that wait goes away.`,
  apply: "Set it here, and show the server's line",
};

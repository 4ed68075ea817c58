/**
 * kcptun's SNMP counters, in the order of its `snmplog` CSV (after the column `Unix`).
 * RingBuffer*, MaxConn, CurrEstab, FECShardSet (groups held) and FECShardMin (the newest group) are gauges; the rest
 * only grow.
 */
export const COUNTER_NAMES = [
  'BytesSent',
  'BytesReceived',
  'MaxConn',
  'ActiveOpens',
  'PassiveOpens',
  'CurrEstab',
  'InErrs',
  'InCsumErrors',
  'KCPInErrors',
  'InPkts',
  'OutPkts',
  'InSegs',
  'OutSegs',
  'InBytes',
  'OutBytes',
  'RetransSegs',
  'FastRetransSegs',
  'EarlyRetransSegs',
  'LostSegs',
  'RepeatSegs',
  'FECFullShards',
  'FECParityShards',
  'FECErrs',
  'FECRecovered',
  'FECShardSet',
  'FECShardMin',
  'RingBufferSndQueue',
  'RingBufferRcvQueue',
  'RingBufferSndBuffer',
  'OOBPackets',
] as const;

export type CounterName = (typeof COUNTER_NAMES)[number];
export type Counters = Record<CounterName, number>;

export const zeroCounters = (): Counters =>
  Object.fromEntries(COUNTER_NAMES.map((name) => [name, 0])) as Counters;

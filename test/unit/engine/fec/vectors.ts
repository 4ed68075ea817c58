import packets from '../../../vectors/fec-packets.json' with { type: 'json' };
import reedSolomon from '../../../vectors/reed-solomon.json' with { type: 'json' };

export const fecVectors = { packets: packets.cases, reedSolomon: reedSolomon.cases };

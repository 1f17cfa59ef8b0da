"""Write a miniSEED file's three components as packets for ``pick``: python feed.py FILE | ./pick.

Components are put on one time grid by onsets, gaps are told; a data logger would do the same with what
comes from its digitiser.
"""

import struct
import sys

import numpy as np

from onsets.waveforms import gather, read_traces, resample

PACKET = 400
RATE_HZ = 100.0


def main() -> None:
    """Feed the first station of the file."""
    traces, _ = read_traces(sys.argv[1:])
    record = resample(gather(traces)[0][0], RATE_HZ)
    out = sys.stdout.buffer
    out.write(b"S" + struct.pack("=q", record.start_ns))
    live = record.valid.any(axis=0)
    data = np.round(record.data).astype(np.int32)
    at = 0
    while at < record.samples:
        end = min(at + PACKET, record.samples)
        change = np.flatnonzero(live[at:end] != live[at])
        end = at + int(change[0]) if len(change) else end
        if live[at]:
            out.write(b"D" + struct.pack("=I", end - at) + np.ascontiguousarray(data[:, at:end]).tobytes())
        else:
            out.write(b"G" + struct.pack("=I", end - at))
        at = end


if __name__ == "__main__":
    main()

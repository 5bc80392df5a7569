"""What three companies pay: the mean of all salaries, and the highest of the companies' own means.

A program for SPU, a framework in C++ that is not MPyC: it compiles a JAX function and runs it between processes that
call one another by RPC. Each party has a text file with one salary a line, named by E3_INPUT; who is who is told by
E3_PARTY and E3_PEERS.

Who learns what:
- all: the mean of all salaries and the highest of the companies' means, to some units, for SPU computes with fixed
  points; the number of employees of each company;
- nobody: which company pays the highest mean, or anything else about another company.

ABY3 hides this from each party by itself, if all follow the protocol (semi-honest).

    E3_PARTY=0 E3_PEERS=… E3_INPUT=ams.txt python salaries.py
"""

import os
import pickle
import sys

import jax.numpy
import numpy
import spu
from spu.utils import frontend

PATIENCE_MS = 120_000
PAUSE_MS = 500
PARTIES = 3
# Amounts are counted in thousands, which fits the fixed points well.
UNIT = 1000


def compare(sums, counts):
    """The mean of all, and the highest mean of one."""
    means = sums / counts
    return jax.numpy.sum(sums) / jax.numpy.sum(counts), jax.numpy.max(means)


def main():
    me = int(os.environ['E3_PARTY'])
    peers = os.environ['E3_PEERS'].split(',')
    if len(peers) != PARTIES:
        sys.exit(f'ABY3 is a protocol of {PARTIES} parties, not of {len(peers)}')
    with open(os.environ['E3_INPUT'], encoding='utf-8') as file:
        salaries = [float(line) / UNIT for line in file if line.strip()]

    description = spu.link.Desc()
    description.recv_timeout_ms = PATIENCE_MS
    description.connect_retry_times = PATIENCE_MS // PAUSE_MS
    description.connect_retry_interval_ms = PAUSE_MS
    for index, peer in enumerate(peers):
        description.add_party(f'party {index}', peer)
    link = spu.link.create_brpc(description, me)

    # How many there are is no secret; what they earn together is shared out.
    counts = numpy.array([float(count) for count in link.all_gather(str(len(salaries)))], dtype=numpy.float32)
    config = spu.RuntimeConfig(protocol=spu.ProtocolKind.ABY3, field=spu.FieldType.FM64)
    io = spu.Io(PARTIES, config)
    own = io.make_shares(numpy.array([sum(salaries)], dtype=numpy.float32), spu.Visibility.VIS_SECRET)
    for index, share in enumerate(own):
        if index != me:
            link.send(index, pickle.dumps((share.meta, share.share_chunks)).hex())
    shares = [own[me] if index == me else received(link, index) for index in range(PARTIES)]

    examples = [numpy.zeros(1, dtype=numpy.float32)] * PARTIES
    names = [f'sum{index}' for index in range(PARTIES)]
    executable, _ = frontend.compile(
        frontend.Kind.JAX, lambda *sums: compare(jax.numpy.concatenate(sums), counts), examples, {}, names,
        [spu.Visibility.VIS_SECRET] * PARTIES, lambda out: [f'out{index}' for index in range(len(out))])
    runtime = spu.Runtime(link, config)
    for name, share in zip(names, shares):
        runtime.set_var(name, share)
    runtime.run(executable)
    results = [opened(link, io, runtime.get_var(name)) for name in executable.output_names]
    link.barrier()
    link.stop_link()
    mean, best = (round(float(result) * UNIT / 10) * 10 for result in results)
    print(f'employees: {int(sum(counts))}\nmean salary: about {mean}\nbest company\'s mean: about {best}')


def received(link, index):
    """A peer's share for this party."""
    share = spu.libspu.Share()
    share.meta, share.share_chunks = pickle.loads(bytes.fromhex(link.recv(index).decode()))
    return share


def opened(link, io, share):
    """What all shares of it stand for."""
    told = link.all_gather(pickle.dumps((share.meta, share.share_chunks)).hex())
    shares = []
    for text in told:
        other = spu.libspu.Share()
        other.meta, other.share_chunks = pickle.loads(bytes.fromhex(text))
        shares.append(other)
    return io.reconstruct(shares)


if __name__ == '__main__':
    main()

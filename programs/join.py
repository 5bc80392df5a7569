"""How many customers do shops share, without telling which.

Two shops or more each have a CSV file of their customers, named by the environment variable E3_INPUT or by
--input; --column names the column that tells customers apart, such as an e-mail address. Parties without a file
help: with two shops at least one helper is needed, or nothing is hidden.

Who learns what:
- each shop: how many customers are customers of every shop;
- all: which parties are shops, and --size, the most customers that a shop may have;
- nobody: which customers these are, anything about the others, or how many customers a shop has.

A shop that lists a single customer learns whether the others know that one: this program keeps a secret, but
cannot tell an honest question from another. It holds against as many parties together as the threshold says, which
is less than half of them, if all follow the program (it is secure in the semi-honest model).

Customers are compared by 61 bits of a hash (BLAKE2b, salted anew in each run) of what identifies them, without
surrounding blanks, in Unicode's form NFKC and without regard to case. The first shop puts each of its customers
into one of three bins that a second hash names (cuckoo hashing), the others put theirs into all three; so each
customer is compared only with the few in the same bin. Two different customers are taken for the same with a
chance below 2**-61 for each such pair: with 20,000 customers a shop, once in 10**13 runs.

As network traffic: few rounds, 13 or so for each 8192 bins, of large messages that grow with --size.

    E3_INPUT=customers.csv python join.py -P … -I 0 --column email --size 2000
    python join.py -M 3 --invent 1
"""

import argparse
import hashlib
import random
import secrets
import sys
import unicodedata
from math import comb

from mpyc.runtime import mpc

from inputs import (InputError, add_input, add_invent, find_column, mpc_numpy, own_path, read_table,
                    told_by_all)

MOST_CUSTOMERS = 200_000

# Hashes are less than this prime, except for its last two numbers, which no customer has: they fill empty places.
BITS = 61
PRIME = 2**BITS - 1
EMPTY_OF_FIRST, EMPTY_OF_OTHERS = PRIME - 1, PRIME - 2

# Bins that a customer can be in, and that are looked at together.
CHOICES = 3
BLOCK = 8192
# How often a customer is moved on before other hash functions are tried.
MOST_MOVES = 500


def read_arguments():
    """Options of this program; those of the runtime are already taken away."""
    parser = argparse.ArgumentParser(description='Counts the customers that shops share.')
    add_input(parser, 'CSV', "this shop's customers; without it, this party helps")
    add_invent(parser)
    parser.add_argument('--column', metavar='NAME',
                        help='the column that identifies a customer (default: the only one there is)')
    parser.add_argument('--size', type=int, default=100, metavar='N',
                        help='the most customers that a shop may have, the same for all (default: %(default)s)')
    args = parser.parse_args()
    if not 1 <= args.size <= MOST_CUSTOMERS:
        parser.error(f'--size is {args.size}: it must be 1 to {MOST_CUSTOMERS}')
    return args


def read_customers(path, column, size):
    """What identifies each of this shop's customers; nothing for a helper."""
    if not path:
        return None
    header, rows = read_table(path)
    at = find_column(path, header, column)
    customers = set()
    for where, row in rows:
        name = unicodedata.normalize('NFKC', row[at]).casefold().strip()
        if not name:
            raise InputError(f'{where}: names no customer')
        customers.add(name)
    if not customers:
        raise InputError(f'{path}: has no rows below its first line')
    if len(customers) > size:
        raise InputError(f'{path}: has {len(customers)} customers: set --size to at least that, for all parties')
    return customers


def invented_customers(seed, size):
    """The first two parties are shops, each with half of the customers that there are; the others help."""
    if mpc.pid > 1:
        return None
    return set(random.Random(f'{seed} {mpc.pid}').sample([f'{k}@example.org' for k in range(2 * size)], size))


class Bins:
    """Bins for as many customers of each shop, and how a run's hash functions fill them."""

    def __init__(self, size, salt):
        self.size, self.salt = size, salt
        # A third more than customers: so sparse, moving customers on nearly always ends.
        self.count = size + size // 3 + 16
        self.depth = deep_enough(CHOICES * size, self.count)

    def hashes(self, customer, attempt):
        """What stands for a customer, and the bins that it can be in."""
        digest = hashlib.blake2b(customer.encode(), key=self.salt, salt=attempt.to_bytes(16, 'big')).digest()
        value, *bins = (int.from_bytes(digest[k:k + 16], 'big') for k in range(0, 16 * (1 + CHOICES), 16))
        return value % EMPTY_OF_OTHERS, sorted({place % self.count for place in bins})

    def first(self, customers, attempt):
        """One value a bin, each customer in one of its bins; nothing if these functions do not allow it."""
        table = [None] * self.count
        draw = secrets.SystemRandom()
        for customer in customers:
            moving = self.hashes(customer, attempt)
            for _ in range(MOST_MOVES):
                free = [place for place in moving[1] if table[place] is None]
                place = draw.choice(free or moving[1])
                moving, table[place] = table[place], moving
                if moving is None:
                    break
            else:
                return None
        return [[EMPTY_OF_FIRST if entry is None else entry[0]] for entry in table]

    def others(self, customers, attempt):
        """As many values a bin as it is deep, each customer in all of its bins; nothing if one overflows."""
        table = [[] for _ in range(self.count)]
        for customer in customers:
            value, places = self.hashes(customer, attempt)
            for place in places:
                table[place].append(value)
        if max(map(len, table)) > self.depth:
            return None
        return [entries + [EMPTY_OF_OTHERS] * (self.depth - len(entries)) for entries in table]


def deep_enough(balls, bins):
    """How deep bins must be that, thrown at random, balls overflow one of them less than once in a million times."""
    depth = 1
    # At most this: all ways to choose one ball too many, and the chance that these meet.
    while bins * comb(balls, depth + 1) * 1_000_000 > bins**(depth + 1):
        depth += 1
    return depth


async def agree_on_bins(customers, size, shops, salt):
    """This party's filled bins, made with the first hash functions that suit all shops, and how deep the others' are.

    Nearly always these are the very first.
    """
    bins = Bins(size, salt)
    attempt = 0
    while True:
        filled = None
        if customers is not None:
            fill = bins.first if mpc.pid == shops[0] else bins.others
            filled = fill(customers, attempt)
        if all(await mpc.transfer(customers is None or filled is not None)):
            return bins, filled
        attempt += 1


async def count_shared(bins, filled, shops, challenge):
    """How many values of the first shop's bins are in the same bin of every other shop; a secret number."""
    np = mpc_numpy()
    secfld = mpc.SecFld(PRIME)
    shared = secfld(0)
    for begin in range(0, bins.count, BLOCK):
        count = min(BLOCK, bins.count - begin)
        block = filled and filled[begin:begin + count]
        value, *others = [share(secfld, block, shop, (count, bins.depth if k else 1))
                          for k, shop in enumerate(shops)]
        # For each other shop: zero where the value is in the bin. Of a sum with random factors: where it is in all.
        zeros = [mpc.np_prod(value - other, axis=1) for other in others]
        factors = [secfld.field(pow(challenge, k, PRIME)) for k in range(len(zeros))]
        combined = sum((zero * factor for zero, factor in zip(zeros[1:], factors[1:])), zeros[0])
        # Waited for, so that memory does not grow with the number of blocks.
        shared += mpc.np_sum(await is_zero(combined))
    return shared


def share(secfld, block, shop, shape):
    """The bins of one shop, shared among all parties."""
    np = mpc_numpy()
    own = np.array(block, dtype=object) if shop == mpc.pid else np.zeros(shape, dtype=object)
    return mpc.input(secfld.array(own), senders=shop)


async def is_zero(values):
    """1 for each value that is zero, 0 for each other; all of it secret.

    To each value a random number of known bits is added, and the sum opened, which tells nothing. The value is zero
    if all bits of the sum are those of the random number. (A Mersenne prime has room for all numbers of its bits
    but one, so that random bits make random numbers; that one comes up once in 2**61 times.)
    """
    np = mpc_numpy()
    secfld, count = values.sectype, values.shape[0]
    bits = mpc.np_reshape(mpc.np_random_bits(secfld, BITS * count), (BITS, count))
    weights = np.array([2**k for k in range(BITS)], dtype=object)
    mask = mpc.np_sum(bits * weights[:, None], axis=0)
    opened = (await mpc.output(values + mask)).value
    known = np.stack([opened >> k & 1 for k in range(BITS)])
    return mpc.np_prod(1 - (bits + known - 2 * known * bits), axis=0)


async def main():
    args = read_arguments()
    # Before the others are met: a party whose file is unusable leaves at once.
    if args.invent is None:
        customers = read_customers(own_path(args.input), args.column, args.size)
    else:
        customers = invented_customers(args.invent, args.size)
    mpc_numpy()

    async with mpc:
        facts = await told_by_all({'--size': args.size}, (customers is not None, secrets.token_bytes(32)))
        shops = [party for party, (has_customers, _) in enumerate(facts) if has_customers]
        if len(shops) < 2:
            raise InputError(f'{len(shops)} of {len(facts)} parties have a file: two shops are needed')
        salt = hashlib.blake2b(b''.join(part for _, part in facts), digest_size=64).digest()
        bins, filled = await agree_on_bins(customers, args.size, shops, salt)
        challenge = int.from_bytes(hashlib.blake2b(salt, person=b'combine').digest(), 'big') % PRIME
        shared = await count_shared(bins, filled, shops, challenge)
        shared = await mpc.output(shared, receivers=shops)

    print(f'shops             {len(shops)} of {len(facts)} parties')
    print(f'customers         at most {args.size} each')
    if customers is not None:
        print(f'shared customers  {int(shared)}')


if __name__ == '__main__':
    try:
        mpc.run(main())
    except InputError as error:
        sys.exit(f'join.py: {error}')

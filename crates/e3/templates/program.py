"""Every party contributes a private number. All learn the sum, and nobody learns another's number."""

import random

from mpyc.runtime import mpc

secint = mpc.SecInt(32)


async def main():
    mine = random.randint(1, 100)
    await mpc.start()
    numbers = mpc.input(secint(mine))  # one for each party, and none of them in the clear
    total = await mpc.output(mpc.sum(numbers))
    print(f"the sum of {len(numbers)} private numbers is {total}")
    await mpc.shutdown()


mpc.run(main())

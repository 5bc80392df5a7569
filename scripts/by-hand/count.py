"""What parties compute to show that they reach one another: how many they are."""

from mpyc.runtime import mpc


async def main():
    async with mpc:
        one = mpc.SecInt(32)(1)
        print('parties:', await mpc.output(mpc.sum(mpc.input(one))))


mpc.run(main())

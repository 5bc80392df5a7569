"""Runs the cells of a notebook as a program of one party: `python run_notebook.py NOTEBOOK`.

What a cell ends with is printed, as a notebook shows it. Lines that begin with `!` are commands to a shell, which
install packages or start computations of their own: they are left out. A notebook that never starts the runtime is
written for one party, which does not need it; here it is started before the first cell, until a cell runs a program's
`main()`, which starts it itself.
"""

import ast
import inspect
import json
import sys

from mpyc.runtime import mpc


def run_cell(number, source, names):
    """Runs one cell; its last line is printed if it has a value."""
    kept = [line for line in source.splitlines() if not line.lstrip().startswith(('!', '%'))]
    tree = ast.parse('\n'.join(kept), f'<cell {number}>')
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    run_code(tree, 'exec', names)
    if last:
        value = run_code(ast.Expression(last.value), 'eval', names)
        if value is not None:
            print(value)


def run_code(tree, mode, names):
    """Runs code that may wait for something, as a notebook lets it."""
    code = compile(tree, '<notebook>', mode, flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    value = eval(code, names)
    return mpc.run(value) if code.co_flags & inspect.CO_COROUTINE else value


def main():
    path = sys.argv[1]
    del sys.argv[1]
    with open(path, encoding='utf-8') as file:
        cells = [cell for cell in json.load(file)['cells'] if cell['cell_type'] == 'code']
    names = {'__name__': '__main__', 'display': print}
    cells = [''.join(cell['source']) for cell in cells]
    started = not any('mpc.start' in cell for cell in cells)
    if started:
        mpc.run(mpc.start())
    for number, cell in enumerate(cells, start=1):
        if started and 'main()' in cell:
            mpc.run(mpc.shutdown())
            started = False
        run_cell(number, cell, names)
    if started:
        mpc.run(mpc.shutdown())


if __name__ == '__main__':
    main()

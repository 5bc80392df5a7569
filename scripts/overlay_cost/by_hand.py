"""Parties that a person connects by hand: an overlay set up by a script of scripts/by-hand, programs started by themselves.

What comes of it is told as `e3 run --json` tells it, as far as it is looked at.
"""

import concurrent.futures
import contextlib
import json
import os
import pathlib
import re
import subprocess

SCRIPTS = pathlib.Path(__file__).resolve().parents[1] / 'by-hand'
ELAPSED = re.compile(r'Stop MPyC -- elapsed time: (\d+):(\d+):([\d.]+)')
# What bash's `times` prints last: processor time of what it has waited for, in user space and in the kernel.
TIMES = re.compile(r'^(\d+)m([\d.]+)s (\d+)m([\d.]+)s$', re.MULTILINE)
PORT = 11365


class ByHand:
    """A lab with an overlay that was set up by hand."""

    def __init__(self, e3, overlay, environment, arguments):
        """Brings the lab of an environment up."""
        self.e3, self.overlay, self.environment = e3, overlay, environment
        call(e3, 'lab', 'up', str(environment), *arguments)
        status = json.loads(call(e3, 'lab', 'status', '-e', str(environment), '--json'))
        hosts = {host['host']: host['addresses'][0] for site in status['sites'] for host in site['hosts']}
        # Where E³ has its services, which compute nothing and are not counted.
        self.server = 'relay'
        self.addresses = {host: address for host, address in hosts.items() if host != self.server}
        self.hosts = list(self.addresses)
        self.setting_up, self.daemons, self.up_s = None, [], 0

    def set_up(self, folder):
        """Sets the overlay up, and waits until all pairs are connected."""
        if self.overlay == 'direct':
            return
        self.setting_up = subprocess.Popen(
            [SCRIPTS / self.overlay, self.environment, folder, self.server, *self.hosts], env=os.environ | {'E3': self.e3}, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        for line in self.setting_up.stdout:
            match line.split():
                case ['address', host, address]:
                    self.addresses[host] = address
                case ['up', seconds]:
                    self.up_s = float(seconds)
                    self.daemons = daemons(folder, self.hosts)
                    return
        raise SystemExit(f'error: {self.overlay} could not be set up by hand')

    def run(self, command, look):
        """Runs a command on all hosts at once; `look` makes of what one printed what is to be known of a party."""
        before = [processor_seconds(pid) for pid in self.daemons]
        with concurrent.futures.ThreadPoolExecutor(len(self.hosts)) as pool:
            printed = list(pool.map(lambda party: self.on(party, command), range(len(self.hosts))))
        after = [processor_seconds(pid) for pid in self.daemons]
        memory = max((memory_of(pid) for pid in self.daemons), default=0)
        parties = [{'cpu_s': own_seconds(text), 'agent_cpu_s': 0, 'agent_memory': memory} for text in printed]
        # Those of the overlay belong to no single party here.
        parties[0]['agent_cpu_s'] = sum(after) - sum(before)
        return {'parties': parties, 'steps': {'connect': self.up_s}} | look(printed)

    def on(self, party, command):
        peers = [f'{self.addresses[host]}:{PORT + number}' for number, host in enumerate(self.hosts)]
        settings = [f'E3_PARTY={party}', f'E3_PEERS={",".join(peers)}', 'PYTHONUNBUFFERED=1', 'PYTHONUTF8=1']
        return call(self.e3, 'lab', 'exec', '-e', str(self.environment), self.hosts[party], '--', 'env', *settings,
                    'bash', '-c', '"$@" 2>&1; times', '-', *command(party, peers))

    def close(self):
        if self.setting_up:
            self.setting_up.communicate()
        subprocess.run([self.e3, 'lab', 'down', str(self.environment)], capture_output=True, check=False)


def mpyc(python, program, arguments):
    """An MPyC program as its documentation starts it."""
    def command(party, peers):
        of_all = [word for peer in peers for word in ('-P', peer)]
        return [python, program, *of_all, '-I', str(party), *arguments]

    def look(printed):
        return {'mpc_elapsed_s': max(elapsed(text) for text in printed)}
    return command, look


def probe(e3, name, limit_ms):
    """One of E³'s measurements, started without E³."""
    def command(_party, _peers):
        return [e3, 'probe', name, '--limit-ms', str(limit_ms)]

    def look(printed):
        reports = [json.loads(next(line for line in text.splitlines() if line.startswith('{'))) for text in printed]
        pairs = [{'round_trip': peer} for report in reports for peer in report.get('peers', [])]
        pairs += [{'throughput': peer} for report in reports for peer in report.get('from', [])]
        return {'probe': {'pairs': pairs}}
    return command, look


def nothing():
    """Only that everybody is there."""
    return (lambda _party, _peers: ['true']), (lambda _printed: {})


def elapsed(text):
    found = ELAPSED.search(text)
    if not found:
        raise SystemExit(f'error: a program started by hand has not ended well:\n{text}')
    hours, minutes, seconds = found.groups()
    return int(hours) * 3600 + int(minutes) * 60 + float(seconds)


def own_seconds(text):
    minutes_user, user, minutes_system, system = map(float, TIMES.findall(text)[-1])
    return 60 * (minutes_user + minutes_system) + user + system


def daemons(folder, hosts):
    """The processes that work in hosts' folders, but for the shells that started them."""
    found = []
    for process in pathlib.Path('/proc').glob('[0-9]*'):
        with contextlib.suppress(OSError):
            cwd = (process / 'cwd').readlink()
            if cwd.parent == folder and cwd.name in hosts and (process / 'comm').read_text().strip() != 'sh':
                found.append(int(process.name))
    return found


def processor_seconds(pid):
    fields = pathlib.Path(f'/proc/{pid}/stat').read_text(encoding='utf-8').rpartition(')')[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf('SC_CLK_TCK')


def memory_of(pid):
    """The most that it has had."""
    status = pathlib.Path(f'/proc/{pid}/status').read_text(encoding='utf-8')
    return int(re.search(r'VmHWM:\s+(\d+)', status).group(1)) * 1024


def call(*command):
    ended = subprocess.run(command, text=True, stdin=subprocess.DEVNULL, capture_output=True, check=False)
    if ended.returncode:
        raise SystemExit(f'error: {" ".join(map(str, command))} failed:\n{ended.stderr}{ended.stdout}')
    return ended.stdout

"""Makes what MPyC's demos/.config/generate-certificates.py makes, from the same arguments, by the program openssl: that one
needs pyOpenSSL, which not every machine has. An authority, and for each party a key and a certificate for its index.
"""

import argparse
import pathlib
import subprocess


def openssl(*arguments):
    subprocess.run(['openssl', *arguments], check=True, capture_output=True)


parser = argparse.ArgumentParser(description='Makes keys and certificates for parties of MPyC.')
parser.add_argument('-m', '--parties', type=int, default=5)
parser.add_argument('-p', '--prefix', default='party_')
options = parser.parse_args()
key = ['-newkey', 'rsa:2048', '-nodes']
openssl('req', '-x509', *key, '-days', '3650', '-subj', '/CN=MPyC Certification Authority', '-keyout', 'mpyc_ca.key', '-out', 'mpyc_ca.crt')
for party in range(options.parties):
    name = f'{options.prefix}{party}'
    openssl('req', *key, '-subj', f'/CN=MPyC party {party}', '-keyout', f'{name}.key', '-out', f'{name}.csr')
    openssl('x509', '-req', '-in', f'{name}.csr', '-CA', 'mpyc_ca.crt', '-CAkey', 'mpyc_ca.key', '-set_serial', str(256 + party),
            '-days', '3650', '-out', f'{name}.crt')
    pathlib.Path(f'{name}.csr').unlink()

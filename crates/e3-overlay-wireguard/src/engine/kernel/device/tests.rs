use netlink_packet_core::ParseableParametrized as _;
use netlink_packet_generic::GenlHeader;
use proptest::prelude::*;

use super::*;

/// The family's number differs from machine to machine.
const NUMBER: u16 = 0x1d;

const NESTED: u16 = 0x8000;

/// What this would send, and the attributes of it.
fn sent(message: WireguardMessage, flags: u16) -> Vec<u8> {
    let mut message = GenlMessage::from_payload(message);
    message.set_resolved_family_id(NUMBER);
    encoded(message, 7, flags)
}

/// An attribute by the rules of netlink(7): length, kind, content, and what fills it up to four bytes.
fn attribute(kind: u16, content: &[u8]) -> Vec<u8> {
    let length = u16::try_from(4 + content.len()).unwrap();
    let mut bytes = [length.to_ne_bytes(), kind.to_ne_bytes()].concat();
    bytes.extend(content);
    bytes.resize(bytes.len().next_multiple_of(4), 0);
    bytes
}

/// A message by the rules of netlink(7), of version 1 of the family.
fn message(flags: u16, command: u8, content: &[u8]) -> Vec<u8> {
    let length = u32::try_from(20 + content.len()).unwrap();
    let mut bytes = length.to_ne_bytes().to_vec();
    bytes.extend(NUMBER.to_ne_bytes());
    bytes.extend((1 | flags).to_ne_bytes());
    bytes.extend(7_u32.to_ne_bytes());
    bytes.extend([0; 4]);
    bytes.extend([command, 1, 0, 0]);
    bytes.extend(content);
    bytes
}

fn device() -> WireguardAttribute {
    WireguardAttribute::IfName("wg".to_owned())
}

fn set(what: Vec<WireguardAttribute>) -> WireguardMessage {
    WireguardMessage {
        cmd: WireguardCmd::SetDevice,
        attributes: [vec![device()], what].concat(),
    }
}

/// The numbers are those of linux/wireguard.h.
#[test]
fn a_key_and_a_port_are_set_as_the_header_says() {
    let bytes = sent(
        set(vec![
            WireguardAttribute::PrivateKey([5; 32]),
            WireguardAttribute::ListenPort(51820),
            WireguardAttribute::Flags(WireguardDeviceFlags::ReplacePeers),
        ]),
        NLM_F_ACK,
    );
    let content = [
        attribute(2, b"wg\0"),
        attribute(3, &[5; 32]),
        attribute(6, &51820_u16.to_ne_bytes()),
        attribute(5, &1_u32.to_ne_bytes()),
    ];
    assert_eq!(bytes, message(4, 1, &content.concat()));
}

#[test]
fn a_peer_is_added_with_its_addresses_as_the_header_says() {
    let own = vec!["10.0.0.2".parse().unwrap(), "fd00::2".parse().unwrap()];
    let all = peers(PublicKey([6; 32]), &Change::Add(own));
    let bytes = sent(set(vec![WireguardAttribute::Peers(all)]), NLM_F_ACK);
    let network = |family: u16, address: &[u8], length: u8| {
        let content = [
            attribute(1, &family.to_ne_bytes()),
            attribute(2, address),
            attribute(3, &[length]),
        ];
        attribute(NESTED, &content.concat())
    };
    let six: std::net::Ipv6Addr = "fd00::2".parse().unwrap();
    let networks = [
        network(2, &[10, 0, 0, 2], 32),
        network(10, &six.octets(), 128),
    ];
    let peer = [
        attribute(1, &[6; 32]),
        attribute(3, &2_u32.to_ne_bytes()),
        attribute(9 | NESTED, &networks.concat()),
    ];
    let peers = attribute(8 | NESTED, &attribute(NESTED, &peer.concat()));
    let content = [attribute(2, b"wg\0"), peers];
    assert_eq!(bytes, message(4, 1, &content.concat()));
}

#[test]
fn a_peer_is_met_and_removed_as_the_header_says() {
    let key = || attribute(1, &[6; 32]);
    let flags = |flags: u32| attribute(3, &flags.to_ne_bytes());
    let alive = |seconds: u16| attribute(5, &seconds.to_ne_bytes());
    let expected = |peers: &[Vec<u8>]| {
        let peers: Vec<u8> = peers
            .iter()
            .flat_map(|peer| attribute(NESTED, peer))
            .collect();
        let content = [attribute(2, b"wg\0"), attribute(8 | NESTED, &peers)];
        message(4, 1, &content.concat())
    };
    let bytes = |change| {
        let all = peers(PublicKey([6; 32]), &change);
        sent(set(vec![WireguardAttribute::Peers(all)]), NLM_F_ACK)
    };
    // `struct sockaddr_in`: its family in the machine's order, its port in the network's.
    let place = [
        &2_u16.to_ne_bytes()[..],
        &[0x12, 0x34, 192, 0, 2, 1],
        &[0; 8],
    ]
    .concat();
    let met = [
        [key(), flags(4), attribute(4, &place), alive(0)].concat(),
        [key(), flags(4), alive(ALIVE)].concat(),
    ];
    let at = ([192, 0, 2, 1], 0x1234).into();
    assert_eq!(bytes(Change::Meet(at)), expected(&met));
    let gone = [[key(), flags(5)].concat()];
    assert_eq!(bytes(Change::Remove), expected(&gone));
}

/// What a kernel answers, in two parts, as it does where a peer has many addresses.
#[test]
fn what_the_kernel_tells_is_read() {
    let six = [
        &10_u16.to_ne_bytes()[..],
        &[0x12, 0x34, 0, 0, 0, 0],
        &[7; 16],
        &[0; 4],
    ];
    let peer = [
        attribute(1, &[6; 32]),
        attribute(6, &[&9_i64.to_ne_bytes()[..], &[0; 8]].concat()),
        attribute(4, &six.concat()),
        attribute(7, &100_u64.to_ne_bytes()),
        attribute(8, &200_u64.to_ne_bytes()),
        attribute(5, &ALIVE.to_ne_bytes()),
        attribute(10, &1_u32.to_ne_bytes()),
    ];
    let first = [
        attribute(6, &51820_u16.to_ne_bytes()),
        attribute(2, b"wg\0"),
        attribute(8 | NESTED, &attribute(NESTED, &peer.concat())),
    ];
    let again = [attribute(1, &[6; 32]), attribute(9 | NESTED, &[])];
    let second = attribute(8 | NESTED, &attribute(NESTED, &again.concat()));
    let header = GenlHeader { cmd: 0, version: 1 };
    let dump = [first.concat(), second]
        .map(|bytes| WireguardMessage::parse_with_param(&bytes, header).unwrap());
    let (port, all) = read(&dump);
    assert_eq!(port, 51820);
    let heard = Heard {
        at: Some(SocketAddr::from(([7; 16], 0x1234))),
        known: true,
        received: 100,
        sent: 200,
    };
    assert_eq!(all, [(PublicKey([6; 32]), heard)].into());
}

#[test]
fn a_kernel_without_it_is_named() {
    if let Err(error) = is_there() {
        assert_eq!(error.kind(), io::ErrorKind::NotFound, "{error}");
    }
}

proptest! {
    #[test]
    fn whatever_is_told_is_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let header = GenlHeader { cmd: 0, version: 1 };
        if let Ok(message) = WireguardMessage::parse_with_param(&bytes, header) {
            let _ = read(&[message]);
        }
    }
}

/// What a dump that says this and ends with this code is taken for.
fn dumped(what: Vec<WireguardAttribute>, code: i32) -> io::Result<Vec<WireguardMessage>> {
    let (ours, kernels) = std::os::unix::net::UnixDatagram::pair().unwrap();
    let mut message = GenlMessage::from_payload(set(what));
    message.set_resolved_family_id(NUMBER);
    kernels.send(&encoded(message, 1, NLM_F_ACK)).unwrap();
    // The end of a dump (netlink(7)): length, NLMSG_DONE, NLM_F_MULTI, the question's number, whose it was, and a code.
    let mut done = 20_u32.to_ne_bytes().to_vec();
    done.extend([3_u16, 2].map(u16::to_ne_bytes).concat());
    done.extend([1_u32, 0].map(u32::to_ne_bytes).concat());
    done.extend(code.to_ne_bytes());
    kernels.send(&done).unwrap();
    let mut wire = Wire {
        socket: ours.into(),
        family: NUMBER,
        sequence: 0,
    };
    wire.dump(set(Vec::new()))
}

/// The kernel tells the private key to whoever may ask: nobody here keeps it.
#[test]
fn no_answer_keeps_the_key() {
    let told = vec![
        WireguardAttribute::PrivateKey([5; 32]),
        WireguardAttribute::ListenPort(7),
    ];
    let said = dumped(told, 0).unwrap();
    let said: Vec<_> = said
        .into_iter()
        .flat_map(|message| message.attributes)
        .collect();
    assert!(
        said.contains(&WireguardAttribute::ListenPort(7)),
        "{said:?}"
    );
    assert!(
        said.contains(&WireguardAttribute::PrivateKey([0; 32])),
        "{said:?}"
    );
}

#[test]
fn a_dump_that_breaks_off_is_no_answer() {
    let told = vec![WireguardAttribute::ListenPort(7)];
    let error = dumped(told, -4).unwrap_err();
    assert_eq!(error.raw_os_error(), Some(4));
}

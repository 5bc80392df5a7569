//! The messages that RFC 5769 gives as examples (sections 2.1 to 2.3).

use super::{Attribute, Class, DecodeError, Message};

const REQUEST: &str = "000100582112a442b7e7a701bc34d686fa87dfae\
    802200105354554e207465737420636c69656e74\
    002400046e0001ff80290008932ff9b151263b36\
    000600096576746a3a68367659202020\
    000800149aeaa70cbfd8cb56781ef2b5b2d3f249c1b571a2\
    80280004e57a3bcf";
const OVER_IPV4: &str = "0101003c2112a442b7e7a701bc34d686fa87dfae\
    8022000b7465737420766563746f7220\
    002000080001a147e112a643\
    000800142b91f599fd9e90c38c7489f92af9ba53f06be7d7\
    80280004c07d4c96";
const OVER_IPV6: &str = "010100482112a442b7e7a701bc34d686fa87dfae\
    8022000b7465737420766563746f7220\
    002000140002a1470113a9faa5d3f179bc25f4b5bed2b9d9\
    00080014a382954e4be67bf11784c97c8292c275bfe3ed41\
    80280004c8fb0b4c";

fn decoded(message: &str) -> Message {
    Message::decode(&hex::decode(message).unwrap()).unwrap()
}

#[test]
fn the_sample_request_wants_something_that_is_not_known_here() {
    let message = decoded(REQUEST);
    assert_eq!(message.class, Class::Request);
    // PRIORITY, which belongs to ICE; the name, the program and the rest may be ignored or are of no use.
    assert_eq!(message.attributes, [Attribute::Unknown(0x0024)]);
}

#[test]
fn the_sample_responses_tell_an_address() {
    for (message, address) in [
        (OVER_IPV4, "192.0.2.1:32853"),
        (OVER_IPV6, "[2001:db8:1234:5678:11:2233:4455:6677]:32853"),
    ] {
        let message = decoded(message);
        assert_eq!(message.class, Class::Success);
        let address = address.parse().unwrap();
        assert_eq!(message.attributes, [Attribute::XorMappedAddress(address)]);
    }
}

#[test]
fn a_changed_sample_is_refused() {
    let mut bytes = hex::decode(OVER_IPV4).unwrap();
    bytes[40] ^= 1;
    assert_eq!(Message::decode(&bytes), Err(DecodeError::Fingerprint));
}

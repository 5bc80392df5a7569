//! TLS of others is opened: the traces of RFC 8448, and what rustls says.

use std::{io::Write as _, net::SocketAddr, sync::Arc};

use proptest::{collection::vec, prelude::*};
use rustls::{CipherSuite, ClientConnection, Connection, ServerConnection};

use super::*;
use crate::{Recorded, conversations, speakers::speakers, testing::repeating};

/// RFC 8448, section 3: the private keys, and the records of both sides.
const CLIENT_KEY: &str = "49af42ba7f7994852d713ef2784bcbcaa7911de26adc5642cb634540e7ea5005";
const SERVER_KEY: &str = "b1580eeadf6dd589b8ef4f2d5652578cc810e9980191ec8d058308cea216a21e";
const CLIENT: [&str; 4] = [
    "16030100c4010000c00303cb34ecb1e78163ba1c38c6dacb196a6dffa21a8d9912ec18a2ef6283024dece7000006130113031302010000910000000b0009000006736572766572ff01000100000a00140012001d0017001800190100010101020103010400230000003300260024001d002099381de560e4bd43d23d8e435a7dbafeb3c06e51c13cae4d5413691e529aaf2c002b0003020304000d0020001e040305030603020308040805080604010501060102010402050206020202002d00020101001c00024001",
    "170303003575ec4dc238cce60b298044a71e219c56cc77b0517fe9b93c7a4bfc44d87f38f80338ac98fc46deb384bd1caeacab6867d726c40546",
    "1703030043a23f7054b62c94d0affafe8228ba55cbefacea42f914aa66bcab3f2b9819a8a5b46b395bd54a9a20441e2b62974e1f5a6292a2977014bd1e3deae63aeebb21694915e4",
    "1703030013c9872760655666b74d7ff1153efd6db6d0b0e3",
];
const SERVER: [&str; 5] = [
    "160303005a020000560303a6af06a4121860dc5e6e60249cd34c95930c8ac5cb1434dac155772ed3e2692800130100002e00330024001d0020c9828876112095fe66762bdbf7c672e156d6cc253b833df1dd69b1b04e751f0f002b00020304",
    "17030302a2d1ff334a56f5bff6594a07cc87b580233f500f45e489e7f33af35edf7869fcf40aa40aa2b8ea73f848a7ca07612ef9f945cb960b4068905123ea78b111b429ba9191cd05d2a389280f526134aadc7fc78c4b729df828b5ecf7b13bd9aefb0e57f271585b8ea9bb355c7c79020716cfb9b1183ef3ab20e37d57a6b9d7477609aee6e122a4cf51427325250c7d0e509289444c9b3a648f1d71035d2ed65b0e3cdd0cbae8bf2d0b227812cbb360987255cc744110c453baa4fcd610928d809810e4b7ed1a8fd991f06aa6248204797e36a6a73b70a2559c09ead686945ba246ab66e5edd8044b4c6de3fcf2a89441ac66272fd8fb330ef8190579b3684596c960bd596eea520a56a8d650f563aad27409960dca63d3e688611ea5e22f4415cf9538d51a200c27034272968a264ed6540c84838d89f72c24461aad6d26f59ecaba9acbbb317b66d902f4f292a36ac1b639c637ce343117b659622245317b49eeda0c6258f100d7d961ffb138647e92ea330faeea6dfa31c7a84dc3bd7e1b7a6c7178af36879018e3f252107f243d243dc7339d5684c8b0378bf30244da8c87c843f5e56eb4c5e8280a2b48052cf93b16499a66db7cca71e4599426f7d461e66f99882bd89fc50800becca62d6c74116dbd2972fda1fa80f85df881edbe5a37668936b335583b599186dc5c6918a396fa48a181d6b6fa4f9d62d513afbb992f2b992f67f8afe67f76913fa388cb5630c8ca01e0c65d11c66a1e2ac4c85977b7c7a6999bbf10dc35ae69f5515614636c0b9b68c19ed2e31c0b3b66763038ebba42f3b38edc0399f3a9f23faa63978c317fc9fa66a73f60f0504de93b5b845e275592c12335ee340bbc4fddd502784016e4b3be7ef04dda49f4b440a30cb5d2af939828fd4ae3794e44f94df5a631ede42c1719bfdabf0253fe5175be898e750edc53370d2b",
    "17030300de3a6b8f90414a97d6959c3487680de5134a2b240e6cffac116e95d41d6af8f6b580dcf3d11d63c758db289a015940252f55713e061dc13e078891a38efbcf5753ad8ef170ad3c7353d16d9da773b9ca7f2b9fa1b6c0d4a3d03f75e09c30ba1e62972ac46f75f7b981be63439b2999ce13064615139891d5e4c5b406f16e3fc181a77ca475840025db2f0a77f81b5ab05b94c01346755f69232c86519d86cbeeac87aac347d143f9605d64f650db4d023e70e952ca49fe5137121c74bc2697687e248746d6df353005f3bce18696129c8153556b3b6c6779b37bf15985684f",
    "17030300432e937e11ef4ac740e538ad36005fc4a46932fc3225d05f82aa1b36e30efaf97d90e6dffc602dcb501a59a8fcc49c4bf2e5f0a21c0047c2abf332540dd032e167c2955d",
    "1703030013b58fd67166ebf599d24720cfbe7efa7a8864a9",
];

fn key(hex: &str) -> [u8; 32] {
    hex::decode(hex).unwrap().try_into().unwrap()
}

fn dialogue(client: Vec<u8>, server: Vec<u8>) -> Recorded {
    let [near, far]: [SocketAddr; 2] =
        ["192.0.2.1:4000", "192.0.2.2:443"].map(|at| at.parse().unwrap());
    let stream = |from, to, bytes| Stream { from, to, bytes };
    Recorded {
        streams: vec![stream(far, near, server), stream(near, far, client)],
        datagrams: Vec::new(),
    }
}

#[test]
fn the_trace_of_the_standard_is_opened_with_either_key() {
    let [client, server] = [CLIENT.concat(), SERVER.concat()].map(|hex| hex::decode(hex).unwrap());
    let recorded = dialogue(client, server);
    let said: Vec<u8> = (0..50).collect();
    for right in [CLIENT_KEY, SERVER_KEY] {
        let keys = Keys::new([[7; 32], key(right)]);
        let [found] = &conversations(&recorded, &keys)[..] else {
            panic!("there is one");
        };
        assert_eq!(found.opened, [&said[..], &said].concat());
        assert!(found.tried <= 4);
    }
    let [found] = &conversations(&recorded, &Keys::new([[7; 32], [8; 32]]))[..] else {
        panic!("there is one");
    };
    assert!(found.opened.is_empty() && found.handshake.is_empty());
    assert_eq!((found.tried, found.barred), (4, None));
}

#[test]
fn secrets_are_those_of_the_standard() {
    let hello = |record: &str| hex::decode(&record[10..]).unwrap();
    let hellos = [hello(CLIENT[0]), hello(SERVER[0])].concat();
    let shared = key("8bd4054fb55b9d63fdfbacf9f04b9f0d35e6d63f537563efd46272900f89492d");
    let schedule = Schedule::new(Suite::of(0x1301).unwrap(), &shared).unwrap();
    let pair = schedule.handshake(&hellos).unwrap();
    let expected = [
        "b3eddb126e067f35a780b3abf45e2d8f3b1a950738f52e9600746a0e27a55a21",
        "b67b7d690cc16c4e75e54213cb2d37b4e9c912bcded9105d42befd59d391ad38",
    ];
    let found = [pair.client, pair.server].map(|secret| hex::encode(secret.bytes()));
    assert_eq!(found, expected);
}

/// What both ends of a connection of rustls write, of which one says this; the client's ephemeral key is always the same.
fn spoken(suite: CipherSuite, secret: [u8; 32], said: &[u8]) -> Recorded {
    let ordinary = rustls::crypto::ring::default_provider();
    let (client, server) = speakers(repeating(suite, secret), ordinary);
    let name = "server.invalid".try_into().unwrap();
    let mut client: Connection = ClientConnection::new(Arc::new(client), name)
        .unwrap()
        .into();
    let mut server: Connection = ServerConnection::new(Arc::new(server)).unwrap().into();
    let (mut by_client, mut by_server) = (Vec::new(), Vec::new());
    for _ in 0..4 {
        carry(&mut client, &mut server, &mut by_client);
        carry(&mut server, &mut client, &mut by_server);
    }
    client.writer().write_all(said).unwrap();
    carry(&mut client, &mut server, &mut by_client);
    dialogue(by_client, by_server)
}

fn carry(from: &mut Connection, to: &mut Connection, kept: &mut Vec<u8>) {
    let mut written = Vec::new();
    while from.wants_write() {
        from.write_tls(&mut written).unwrap();
    }
    kept.extend_from_slice(&written);
    let mut rest = &written[..];
    while !rest.is_empty() {
        to.read_tls(&mut rest).unwrap();
        to.process_new_packets().unwrap();
    }
}

#[test]
fn what_rustls_says_is_opened_where_it_repeats_a_key() {
    let suites = [
        CipherSuite::TLS13_AES_128_GCM_SHA256,
        CipherSuite::TLS13_AES_256_GCM_SHA384,
        CipherSuite::TLS13_CHACHA20_POLY1305_SHA256,
    ];
    for suite in suites {
        let recorded = spoken(suite, [9; 32], b"what nobody should read");
        let opened = |key| {
            let found = conversations(&recorded, &Keys::new([key]));
            assert_eq!(found.len(), 1);
            found[0].opened.clone()
        };
        assert_eq!(opened([9; 32]), b"what nobody should read", "{suite:?}");
        assert!(opened([8; 32]).is_empty(), "{suite:?}");
    }
}

#[test]
fn an_older_version_is_told() {
    let mut server = hex::decode(SERVER[0]).unwrap();
    // The chosen version stands last.
    *server.last_mut().unwrap() = 3;
    let recorded = dialogue(hex::decode(CLIENT[0]).unwrap(), server);
    let found = conversations(&recorded, &Keys::new([key(CLIENT_KEY)]));
    assert!(found[0].barred.unwrap().contains("older"));
}

proptest! {
    #[test]
    fn no_streams_panic(mut client in vec(any::<u8>(), 0..300), mut server in vec(any::<u8>(), 0..300)) {
        let _ = conversations(&dialogue(client.clone(), server.clone()), &Keys::new([[7; 32]]));
        for (bytes, real) in [(&mut client, CLIENT[0]), (&mut server, SERVER[0])] {
            let mut begun = hex::decode(real).unwrap();
            begun.append(bytes);
            *bytes = begun;
        }
        let _ = conversations(&dialogue(client, server), &Keys::new([key(CLIENT_KEY)]));
    }

    #[test]
    fn a_changed_hello_panics_nobody(at in 0_usize..200, byte: u8) {
        let mut client = hex::decode(CLIENT[0]).unwrap();
        let mut server = hex::decode(SERVER.concat()).unwrap();
        client[at] = byte;
        server[at] = byte;
        let _ = conversations(&dialogue(client, server), &Keys::new([key(CLIENT_KEY)]));
    }
}

//! Arbitrary messages.

use std::net::IpAddr;

use e3_identity::Commitment;
use e3_session::{
    message::{
        Refusal, RefusalCode, Reply, Request, SendBlob, Serve, Settings, Stream, ToAgent,
        ToController,
    },
    types::{
        Admission, Command, Conclusion, Contact, Contents, Dial, DialTable, Difference, Digest,
        End, Ending, FileEntry, Health, HostFacts, Informed, InputSource, Interpreter, Kind,
        Manifest, Nonce, Offer, Opening, OptionValue, Options, Outcome, OutputPolicy, PartyIndex,
        PlaceKind, PortLayout, Ports, Program, ProgramEvent, Reach, Roster, RosterEntry, RunId,
        ServiceFacts, ServiceHealth, ServicePort, SessionId, Statement, Subnet, Terms, Transport,
    },
};
use proptest::{
    collection::{btree_map, vec},
    option,
    prelude::*,
    sample::select,
};
use serde_bytes::ByteBuf;

use super::{
    identities::{endorsement, introduction, policy, signature},
    network::{examine, examined, link},
};

pub fn to_agent() -> impl Strategy<Value = ToAgent> {
    (any::<u32>(), request()).prop_map(|(id, request)| ToAgent { id, request })
}

pub fn to_controller() -> impl Strategy<Value = ToController> {
    (any::<u32>(), reply()).prop_map(|(re, reply)| ToController { re, reply })
}

fn request() -> impl Strategy<Value = Request> {
    let opening = prop_oneof![
        (any::<u16>(), session(), text(), text()).prop_map(|(protocol, session, name, folder)| {
            Request::Hello {
                protocol,
                session,
                name,
                folder,
            }
        }),
        serve().prop_map(Request::Serve),
        vec(bytes(), 0..4).prop_map(|keys| Request::Members { keys }),
        Just(Request::Health),
        settings().prop_map(Request::Prepare),
        introduce(),
        endorsement().prop_map(|endorsement| Request::Endorse { endorsement }),
        roster().prop_map(|roster| Request::Admit { roster }),
        vec(admission(), 0..4).prop_map(|admissions| Request::Reveal { admissions }),
        vec(nonce(), 0..4).prop_map(|nonces| Request::Compare { nonces }),
        (vec(contact(), 0..4), dial(), ports(), any::<u64>()).prop_map(
            |(contacts, dial, ports, timeout_ms)| Request::Connect {
                contacts,
                dial,
                ports,
                timeout_ms,
            }
        ),
    ];
    let running = prop_oneof![
        (run(), program(), input(), output()).prop_map(|(run, program, input, output)| {
            Request::Stage {
                run,
                program,
                input,
                output,
            }
        }),
        (digest(), any::<u64>(), bytes(), any::<bool>()).prop_map(
            |(sha256, offset, data, last)| Request::Blob(SendBlob {
                sha256,
                offset,
                data,
                last,
            })
        ),
        run().prop_map(|run| Request::Agree { run }),
        vec(offer(), 0..4).prop_map(|offers| Request::Confirm { offers }),
        (digest(), vec(signature(), 0..4)).prop_map(|(agreement, signatures)| Request::Run {
            agreement,
            signatures,
        }),
        vec(statement(), 0..4).prop_map(|statements| Request::Conclude { statements }),
        (any::<u64>(), any::<String>())
            .prop_map(|(grace_ms, because)| Request::Stop { grace_ms, because }),
    ];
    let aside = prop_oneof![
        vec(text(), 0..4).prop_map(|argv| Request::Exec { argv }),
        (any::<u32>(), bytes()).prop_map(|(to, data)| Request::Feed { to, data }),
        any::<u32>().prop_map(|exec| Request::Kill { exec }),
        party().prop_map(|peer| Request::Ping { peer }),
        Just(Request::Links),
        examine(),
        any::<u64>().prop_map(|for_ms| Request::Reflect { for_ms }),
        any::<String>().prop_map(|text| Request::Tell { text }),
        (party(), bytes()).prop_map(|(from, sealed)| Request::Deliver { from, sealed }),
        Just(Request::Leave),
    ];
    prop_oneof![opening.boxed(), running.boxed(), aside.boxed()]
}

pub fn reply() -> impl Strategy<Value = Reply> {
    let opening = prop_oneof![
        (any::<u16>(), facts()).prop_map(|(protocol, facts)| Reply::Greeting { protocol, facts }),
        service().prop_map(|service| Reply::Serving { service }),
        vec(health(), 0..3).prop_map(Reply::Health),
        Just(Reply::Prepared),
        introduction().prop_map(|introduction| Reply::Introduced { introduction }),
        Just(Reply::Endorsed),
        (digest(), admission())
            .prop_map(|(roster, admission)| Reply::Admitted { roster, admission }),
        nonce().prop_map(|nonce| Reply::Revealed { nonce }),
        text().prop_map(|words| Reply::Compared { words }),
        (party(), vec(reach(), 0..4), vec(link(), 0..4), place()).prop_map(
            |(me, parties, links, place)| Reply::Connected {
                dial: DialTable { me, parties },
                links,
                place,
            }
        ),
    ];
    let running = prop_oneof![
        vec(digest(), 0..4).prop_map(|files| Reply::Missing { files }),
        Just(Reply::Stored),
        offer().prop_map(|offer| Reply::Offered {
            offer: Box::new(offer)
        }),
        (digest(), signature()).prop_map(|(agreement, signature)| Reply::Confirmed {
            agreement,
            signature
        }),
        (select(vec![Stream::Stdout, Stream::Stderr]), bytes())
            .prop_map(|(stream, data)| Reply::Output { stream, data }),
        event().prop_map(Reply::Progress),
        end().prop_map(|end| Reply::Ended(Box::new(end))),
        (party(), signature()).prop_map(|(party, signature)| Reply::Concluded {
            conclusion: Conclusion { party, signature },
        }),
        Just(Reply::Stopping),
    ];
    let aside = prop_oneof![
        link().prop_map(Reply::Pinged),
        vec(link(), 0..4).prop_map(Reply::Links),
        examined(),
        text().prop_map(|stations| Reply::Reflecting { stations }),
        Just(Reply::Left),
        (party(), bytes()).prop_map(|(to, sealed)| Reply::Carry { to, sealed }),
        text().prop_map(|text| Reply::Notice { text }),
        refusal().prop_map(Reply::Refused),
    ];
    prop_oneof![opening.boxed(), running.boxed(), aside.boxed()]
}

pub fn text() -> impl Strategy<Value = String> {
    prop_oneof!["[a-z0-9./-]{0,12}", "\\PC{0,6}"]
}

pub fn bytes() -> impl Strategy<Value = ByteBuf> {
    vec(any::<u8>(), 0..40).prop_map(ByteBuf::from)
}

/// Any number that has no second form.
pub fn number() -> impl Strategy<Value = f64> {
    prop_oneof![any::<u32>().prop_map(|n| f64::from(n) / 8.0), -1e300..1e300]
}

fn session() -> impl Strategy<Value = SessionId> {
    any::<[u8; 16]>().prop_map(SessionId)
}

fn digest() -> impl Strategy<Value = Digest> {
    any::<[u8; 32]>().prop_map(Digest)
}

fn run() -> impl Strategy<Value = RunId> {
    any::<u32>().prop_map(RunId)
}

pub fn party() -> impl Strategy<Value = PartyIndex> {
    any::<u16>().prop_map(PartyIndex)
}

fn dial() -> impl Strategy<Value = Dial> {
    select(vec![Dial::LowerToHigher, Dial::HigherToLower, Dial::Mesh])
}

fn output() -> impl Strategy<Value = OutputPolicy> {
    select(vec![OutputPolicy::Collect, OutputPolicy::Keep])
}

fn nonce() -> impl Strategy<Value = Nonce> {
    any::<[u8; 32]>().prop_map(Nonce)
}

fn admission() -> impl Strategy<Value = Admission> {
    (party(), any::<[u8; 32]>(), signature()).prop_map(|(party, commitment, signature)| Admission {
        party,
        commitment: Commitment(commitment),
        signature,
    })
}

fn statement() -> impl Strategy<Value = Statement> {
    let end = (ending(), digest(), option::of(place()));
    (party(), digest(), end, signature()).prop_map(
        |(party, agreement, (ending, output, place), signature)| Statement {
            party,
            agreement,
            ending,
            output,
            place,
            signature,
        },
    )
}

fn place() -> impl Strategy<Value = PlaceKind> {
    select(&PlaceKind::ALL[..])
}

fn end() -> BoxedStrategy<End> {
    let opening =
        (any::<[u8; 32]>(), digest(), any::<u64>()).prop_map(|(salt, sha256, length)| Opening {
            salt,
            sha256,
            length,
        });
    (outcome(), option::of(statement()), option::of(opening))
        .prop_map(|(outcome, statement, opening)| End {
            outcome,
            statement,
            opening,
        })
        .boxed()
}

fn service() -> impl Strategy<Value = ServiceFacts> {
    let transport = select(vec![Transport::Tcp, Transport::Udp]);
    let port =
        (any::<u16>(), transport).prop_map(|(port, transport)| ServicePort { port, transport });
    (
        (text(), text(), text()),
        vec(any::<IpAddr>(), 0..3),
        vec(port, 0..3),
        btree_map(text(), bytes(), 0..3),
    )
        .prop_map(
            |((name, kind, host), addresses, ports, told)| ServiceFacts {
                name,
                kind,
                host,
                addresses,
                ports,
                told,
            },
        )
}

fn settings() -> impl Strategy<Value = Settings> {
    (text(), options(), policy(), vec(service(), 0..3)).prop_map(
        |(overlay, options, policy, services)| Settings {
            overlay,
            options,
            policy,
            services,
        },
    )
}

fn options() -> impl Strategy<Value = Options> {
    let value = prop_oneof![
        any::<u64>().prop_map(OptionValue::Milliseconds),
        text().prop_map(OptionValue::Word),
        vec(text(), 0..3).prop_map(OptionValue::Words),
        any::<u16>().prop_map(OptionValue::Port),
        vec(any::<u8>(), 0..9).prop_map(|bytes| OptionValue::Contents(Contents(bytes.into()))),
    ];
    btree_map(text(), value, 0..3).prop_map(Options)
}

fn serve() -> impl Strategy<Value = Serve> {
    (text(), options(), service()).prop_map(|(overlay, options, service)| Serve {
        overlay,
        options,
        service,
    })
}

fn health() -> impl Strategy<Value = ServiceHealth> {
    let health = prop_oneof![
        Just(Health::Up),
        text().prop_map(|reason| Health::Down { reason }),
    ];
    (text(), health).prop_map(|(name, health)| ServiceHealth { name, health })
}

fn introduce() -> impl Strategy<Value = Request> {
    let places = (vec(any::<IpAddr>(), 0..3), vec(subnet(), 0..3));
    (any::<u64>(), option::of(text()), places).prop_map(
        |(lifetime_s, identity, (addresses, network))| Request::Introduce {
            lifetime_s,
            identity,
            addresses,
            network,
        },
    )
}

fn subnet() -> impl Strategy<Value = Subnet> {
    (any::<IpAddr>(), 0..=32_u8).prop_filter_map("a prefix is too long", |(address, prefix)| {
        Subnet::around(address, prefix).ok()
    })
}

fn roster() -> impl Strategy<Value = Roster> {
    let entry = (
        text(),
        vec(any::<IpAddr>(), 0..3),
        introduction(),
        endorsement(),
    )
        .prop_map(|(name, addresses, introduction, endorsement)| RosterEntry {
            name,
            addresses,
            introduction,
            endorsement,
        });
    (
        session(),
        any::<u32>(),
        vec(subnet(), 0..3),
        vec(entry, 0..4),
    )
        .prop_map(|(session, epoch, network, parties)| Roster {
            session,
            epoch,
            network,
            parties,
        })
}

fn contact() -> impl Strategy<Value = Contact> {
    (party(), any::<u64>(), vec(any::<IpAddr>(), 0..3)).prop_map(|(party, sequence, addresses)| {
        Contact {
            party,
            sequence,
            addresses,
        }
    })
}

fn ports() -> impl Strategy<Value = Ports> {
    let layout = select(vec![PortLayout::One, PortLayout::Indexed, PortLayout::Any]);
    (any::<u16>(), layout).prop_map(|(base, layout)| Ports { base, layout })
}

fn kind() -> BoxedStrategy<Kind> {
    let interpreter = prop_oneof![
        text().prop_map(|folder| Interpreter::Own { folder }),
        text().prop_map(|path| Interpreter::Named { path }),
    ];
    let mpyc =
        (any::<u16>(), interpreter.clone()).prop_map(|(threshold, interpreter)| Kind::Mpyc {
            threshold,
            interpreter,
        });
    let command = (
        vec((text(), text()), 0..3),
        option::of(text()),
        dial(),
        option::of(interpreter),
    )
        .prop_map(|(environment, input_as, dial, interpreter)| {
            Kind::Command(Command {
                environment,
                input_as,
                dial,
                interpreter,
            })
        });
    prop_oneof![mpyc, command, Just(Kind::Probe)].boxed()
}

fn program() -> BoxedStrategy<Program> {
    let file = (text(), digest(), any::<u64>(), any::<bool>()).prop_map(
        |(path, sha256, size, executable)| FileEntry {
            path,
            sha256,
            size,
            executable,
        },
    );
    (
        kind(),
        text(),
        vec(text(), 0..3),
        ports(),
        any::<u64>(),
        vec(file, 0..4),
    )
        .prop_map(
            |(kind, entry, arguments, ports, timeout_s, files)| Program {
                kind,
                entry,
                arguments,
                ports,
                timeout_s,
                manifest: Manifest { files },
            },
        )
        .boxed()
}

fn input() -> impl Strategy<Value = InputSource> {
    prop_oneof![
        Just(InputSource::None),
        (text(), digest(), any::<u64>()).prop_map(|(name, sha256, size)| InputSource::Sent {
            name,
            sha256,
            size
        }),
        text().prop_map(|path| InputSource::OnHost { path }),
    ]
}

fn offer() -> BoxedStrategy<Offer> {
    let names = (text(), text(), text(), vec(text(), 0..3), text(), text());
    let numbers = (
        any::<u32>(),
        any::<u16>(),
        option::of(any::<u16>()),
        vec(text(), 0..3),
    );
    let rest = (
        text(),
        vec((text(), text()), 0..3),
        option::of(text()),
        dial(),
        ports(),
    );
    let terms = (session(), run(), digest(), digest(), names, numbers, rest).prop_map(
        |(session, run, roster, program, names, numbers, rest)| {
            let (kind, environment, input_as, dial, ports) = rest;
            let (overlay, mode, identity, services, entry, runtime) = names;
            let (epoch, parties, threshold, arguments) = numbers;
            Terms {
                session,
                run,
                roster,
                epoch,
                overlay,
                mode,
                identity,
                services,
                kind,
                program,
                entry,
                runtime,
                parties,
                threshold,
                arguments,
                environment,
                input_as,
                dial,
                ports,
            }
        },
    );
    (party(), terms, any::<[u8; 32]>(), text())
        .prop_map(|(party, terms, nonce, language)| Offer {
            party,
            terms,
            nonce: Nonce(nonce),
            informed: Informed { language },
        })
        .boxed()
}

fn facts() -> impl Strategy<Value = HostFacts> {
    (
        (text(), any::<u32>(), text(), text(), any::<u32>()),
        (vec(any::<IpAddr>(), 0..3), vec(subnet(), 0..3)),
        btree_map(text(), text(), 0..3),
    )
        .prop_map(
            |(
                (agent_version, pid, hostname, platform, processors),
                (addresses, routes),
                abilities,
            )| {
                HostFacts {
                    agent_version,
                    pid,
                    hostname,
                    platform,
                    processors,
                    addresses,
                    routes,
                    abilities,
                }
            },
        )
}

fn reach() -> impl Strategy<Value = Reach> {
    (party(), text(), any::<IpAddr>(), any::<u16>()).prop_map(|(party, name, address, port)| {
        Reach {
            party,
            name,
            address,
            port,
        }
    })
}

fn event() -> impl Strategy<Value = ProgramEvent> {
    prop_oneof![
        Just(ProgramEvent::Started),
        Just(ProgramEvent::Connected),
        (number(), any::<u64>()).prop_map(|(elapsed_s, bytes_sent)| ProgramEvent::Stopped {
            elapsed_s,
            bytes_sent
        }),
    ]
}

fn ending() -> impl Strategy<Value = Ending> {
    prop_oneof![
        any::<i32>().prop_map(Ending::Exited),
        any::<i32>().prop_map(Ending::Signalled),
        Just(Ending::TimedOut),
        Just(Ending::Cancelled),
        text().prop_map(Ending::NotStarted),
        text().prop_map(Ending::Severed),
    ]
}

fn outcome() -> impl Strategy<Value = Outcome> {
    (
        ending(),
        (any::<u64>(), number(), number(), any::<u64>()),
        (number(), any::<u64>()),
        option::of(number()),
        option::of(any::<u64>()),
        option::of(text()),
    )
        .prop_map(
            |(
                ending,
                (started_ms, elapsed_s, cpu_s, peak_memory),
                agent,
                runtime,
                bytes_sent,
                kept,
            )| {
                let (agent_cpu_s, agent_memory) = agent;
                Outcome {
                    ending,
                    started_ms,
                    elapsed_s,
                    cpu_s,
                    peak_memory,
                    agent_cpu_s,
                    agent_memory,
                    runtime_elapsed_s: runtime,
                    bytes_sent,
                    kept,
                }
            },
        )
}

fn refusal() -> impl Strategy<Value = Refusal> {
    let code = select(vec![
        RefusalCode::OutOfOrder,
        RefusalCode::Unreadable,
        RefusalCode::Version,
        RefusalCode::Mismatch,
        RefusalCode::Disagreement,
        RefusalCode::Untrusted,
        RefusalCode::Unusable,
        RefusalCode::Overlay,
        RefusalCode::Fault,
    ]);
    let difference = (text(), btree_map(text(), vec(party(), 0..3), 0..3))
        .prop_map(|(term, values)| Difference { term, values });
    (code, text(), vec(difference, 0..3)).prop_map(|(code, message, differences)| Refusal {
        code,
        message,
        differences,
    })
}

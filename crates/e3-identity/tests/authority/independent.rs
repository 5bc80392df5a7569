//! OpenSSL and Python's ssl, which know nothing of E³, agree.

use std::{
    fs,
    io::Write as _,
    path::Path,
    process::Command,
    time::{SystemTime, UNIX_EPOCH},
};

use e3_identity::authority::{certificate_pem, crl_pem};
use tempfile::TempDir;

use super::{interpreter::python, *};

fn now() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.unwrap().as_secs()
}

/// What a command says on both streams; nothing if there is no such command.
fn said(command: &mut Command, folder: &Path, arguments: &[&str]) -> Option<String> {
    let output = command.args(arguments).current_dir(folder).output().ok()?;
    let text = [output.stdout, output.stderr].concat();
    Some(String::from_utf8_lossy(&text).into_owned())
}

fn openssl(folder: &Path, arguments: &[&str]) -> Option<String> {
    let said = said(&mut Command::new("openssl"), folder, arguments);
    if said.is_none() {
        let _ = writeln!(std::io::stderr(), "skipped: openssl is not installed");
    }
    said
}

/// A folder with what an authority and two parties have.
fn folder(office: &Office) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let put = |name: &str, content: &[u8]| fs::write(folder.path().join(name), content).unwrap();
    put(
        "authority.pem",
        certificate_pem(office.authority.root()).as_bytes(),
    );
    for party in 0..2 {
        let key = NetworkKey::generate().unwrap();
        let credential = office.authority.issue(
            Serial::generate().unwrap(),
            &office.did,
            vec!["p".to_owned()],
            Validity::starting(now(), DAY),
        );
        let request = key.request(&office.did).unwrap();
        let name = format!("MPyC party {party}");
        let leaf = office
            .authority
            .certify(&request, &name, &credential)
            .unwrap();
        put(&format!("{party}.csr"), &request);
        put(&format!("{party}.crt"), certificate_pem(&leaf).as_bytes());
        put(&format!("{party}.key"), key.pkcs8_pem().as_bytes());
        let list = office.authority.revocations(
            party,
            if party == 1 {
                vec![credential.serial]
            } else {
                vec![]
            },
            Validity::starting(now(), DAY),
        );
        put(
            &format!("{party}.crl"),
            crl_pem(&office.authority.crl(&list).unwrap()).as_bytes(),
        );
    }
    folder
}

#[test]
fn openssl_accepts_the_chain_for_both_ends_and_the_request() {
    let folder = folder(&Office::at(now()));
    let verify = |more: &[&str]| {
        let mut arguments = vec!["verify", "-x509_strict", "-CAfile", "authority.pem"];
        arguments.extend(more);
        openssl(folder.path(), &arguments)
    };
    for purpose in ["sslserver", "sslclient"] {
        let Some(said) = verify(&[
            "-purpose",
            purpose,
            "-verify_hostname",
            "MPyC party 1",
            "1.crt",
        ]) else {
            return;
        };
        assert!(said.contains("1.crt: OK"), "{purpose}: {said}");
    }
    let said = verify(&["-verify_hostname", "MPyC party 0", "1.crt"]).unwrap();
    assert!(said.contains("hostname mismatch"), "{said}");
    let said = openssl(
        folder.path(),
        &[
            "req", "-inform", "DER", "-in", "1.csr", "-verify", "-noout", "-text",
        ],
    );
    let said = said.unwrap();
    assert!(
        said.contains("verify OK") && said.contains("URI:did:key:"),
        "{said}"
    );
}

#[test]
fn openssl_finds_in_the_list_what_was_revoked() {
    let folder = folder(&Office::at(now()));
    for (list, verdict) in [("0.crl", "1.crt: OK"), ("1.crl", "certificate revoked")] {
        let arguments = [
            "verify",
            "-CAfile",
            "authority.pem",
            "-crl_check",
            "-CRLfile",
            list,
            "1.crt",
        ];
        let Some(said) = openssl(folder.path(), &arguments) else {
            return;
        };
        assert!(said.contains(verdict), "{list}: {said}");
        let arguments = ["crl", "-in", list, "-CAfile", "authority.pem", "-noout"];
        let said = openssl(folder.path(), &arguments).unwrap();
        assert!(said.contains("verify OK"), "{list}: {said}");
    }
}

#[test]
fn python_connects_as_mpyc_does_and_refuses_another_index() {
    let folder = folder(&Office::at(now()));
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/authority/mutual.py");
    let run = |wanted| {
        said(
            &mut python("ssl")?,
            folder.path(),
            &[script, "1", "0", wanted],
        )
    };
    let Some(said) = run("MPyC party 1") else {
        return;
    };
    assert_eq!(said.trim(), "TLSv1.3: MPyC party 1 with MPyC party 0");
    let said = run("MPyC party 2").unwrap();
    assert!(said.contains("Hostname mismatch"), "{said}");
}

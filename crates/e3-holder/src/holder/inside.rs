//! Inside the namespaces: builds, brings up, serves, leaves.

use std::{
    io::{self, Write},
    os::fd::AsFd,
    sync::Arc,
};

use e3_host::{Provider, lab};
use e3_overlay::Registry;
use tokio::{
    io::{AsyncBufReadExt, AsyncRead, BufReader},
    net::unix::pipe,
    runtime,
    signal::unix::{SignalKind, signal},
    sync::mpsc,
};
use tracing::{info, warn};

use super::{
    bring_up::{allowed, bring_up},
    early::Early,
    hearsay::{Hearsay, route},
    kept::{Kept, Standing},
    link::Unasked,
    network::Network,
    routes::Routes,
    serve::Server,
    tell::{Events, Tell},
};
use crate::{
    launch::{Charge, Keep, STAY},
    removed::RemovedParties,
    state::{StateFolder, bind},
    wire::{self, Event, Fault, Step},
};

/// Keeps the environment until its end. Returns the process's exit code.
pub(super) fn main(charge: &Charge, folder: &StateFolder, registry: &Registry) -> u8 {
    e3_sys::files::allow_many();
    let runtime = match runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            let fault = Fault::user(format!("the holder cannot begin: {error}"));
            super::tell_failure(fault);
            return 1;
        }
    };
    let code = runtime.block_on(keep(charge, folder, registry));
    // A thread may still wait for standard input; it must not hold up the end.
    runtime.shutdown_background();
    code
}

async fn keep(charge: &Charge, folder: &StateFolder, registry: &Registry) -> u8 {
    let (tell, events) = Tell::new();
    let told = tokio::spawn(print_events(events));
    let routes = Routes::default();
    let (unasked, to_route) = mpsc::unbounded_channel();
    let hearsay = Hearsay::default();
    tokio::spawn(route(to_route, routes.clone(), hearsay.clone()));
    let listening = hearsay.tell_to(&tell);

    let end = end_of_life();
    tokio::pin!(end);
    let up = tokio::select! {
        up = begin(charge, (folder, registry), &tell, &unasked, &routes) => up,
        () = &mut end => Err(Fault::user("the environment was taken down before it was up")),
    };
    // Whoever waits for it to come up listens no longer.
    drop(listening);
    let server = |kept| Server::new(kept, hearsay.clone());
    let ready = up.and_then(|(kept, early)| Ok((server(kept), listen(folder)?, early)));
    let (server, listener, early) = match ready {
        Ok(ready) => ready,
        Err(fault) => {
            tell.event(Event::Failed(fault));
            drop(tell);
            // Its output may be closed; there is nobody to tell then.
            let _ = told.await;
            return 1;
        }
    };
    tell.event(Event::Done {
        seconds: tell.steps(),
    });
    drop(tell);
    tokio::select! {
        end = server.serve(listener) => if let Err(error) = end { warn!("cannot serve: {error}") },
        () = end => info!("asked to end"),
    }
    server.kept().leave().await;
    early.end();
    // The end of this process ends all that is inside. Host by host, as the lab would do it, takes far longer.
    std::mem::forget(server);
    0
}

async fn begin(
    charge: &Charge,
    (folder, registry): (&StateFolder, &Registry),
    tell: &Tell,
    unasked: &mpsc::UnboundedSender<Unasked>,
    routes: &Routes,
) -> Result<(Kept, Early), Fault> {
    folder
        .write("environment.json", &charge.environment)
        .map_err(|error| Fault::user(error.to_string()))?;
    let allowed = match charge.keep {
        Keep::Parties => {
            let (environment, consent) = (&charge.environment, &charge.consent);
            RemovedParties::of(folder)?.check(environment, &consent.readmit)?;
            Some(allowed(environment, consent, registry)?)
        }
        Keep::Network | Keep::Agents => None,
    };
    let built = tell
        .step(Step::Lab, async { lab::build(&charge.environment) })
        .await;
    let provider: Arc<dyn Provider> = Arc::new(built.map_err(|error| {
        Fault::user(error.to_string()).hint("`e3 doctor` says what this machine lacks")
    })?);
    let early = Early::begin(&*provider)?;
    let environment = charge.environment.clone();
    if let Some(allowed) = allowed {
        let up = bring_up(
            environment,
            allowed,
            provider,
            folder,
            tell,
            unasked,
            routes,
        )
        .await?;
        return Ok((Kept::Parties(Box::new(Standing::new(up))), early));
    }
    let network =
        Network::bring_up(environment, provider, folder, charge.keep, tell, unasked).await?;
    Ok((Kept::Network(Box::new(network)), early))
}

fn listen(folder: &StateFolder) -> Result<std::os::unix::net::UnixListener, Fault> {
    bind(folder).map_err(|error| {
        Fault::user(format!(
            "cannot make a socket in {}: {error}",
            folder.path().display()
        ))
    })
}

/// Ends when the command that started this has gone without letting it stay, or when a signal asks for the end.
async fn end_of_life() {
    let lifeline = async {
        let mut lines = BufReader::new(standard_input()).lines();
        while let Ok(Some(line)) = lines.next_line().await {
            if line == STAY {
                std::future::pending::<()>().await;
            }
        }
    };
    let signalled = async {
        match signal(SignalKind::terminate()) {
            Ok(mut terminate) => drop(terminate.recv().await),
            Err(_) => std::future::pending().await,
        }
    };
    tokio::select! {
        () = lifeline => {}
        () = signalled => {}
    }
}

/// Standard input, which is a pipe: read without a thread, which there may be none for.
fn standard_input() -> Box<dyn AsyncRead + Unpin> {
    let pipe = io::stdin().as_fd().try_clone_to_owned();
    match pipe.and_then(pipe::Receiver::from_owned_fd) {
        Ok(pipe) => Box::new(pipe),
        Err(_) => Box::new(tokio::io::stdin()),
    }
}

async fn print_events(mut events: Events) -> io::Result<()> {
    while let Some(event) = events.next().await {
        let mut out = io::stdout().lock();
        wire::write_line(&mut out, &event)?;
        out.flush()?;
    }
    Ok(())
}

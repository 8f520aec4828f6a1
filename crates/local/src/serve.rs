//! `bellhop serve`: every door open, the clock running, until it is told to stop.

use std::net::SocketAddr;
use std::sync::Arc;

use anyhow::{Context, Result};
use tokio::net::TcpListener;
use tokio::task::JoinSet;

use crate::desk::LocalDesk;
use crate::vouch::Voucher;
use crate::{gateway, journal, options, smtp, standins, time};

/// A desk with its doors open.
pub struct Running {
    /// The desk.
    pub desk: Arc<LocalDesk>,
    /// Where HTTP listens.
    pub http: SocketAddr,
    /// Where SMTP listens.
    pub smtp: SocketAddr,
    tasks: JoinSet<Result<()>>,
}

impl Running {
    /// Opens the folder and the doors.
    pub async fn start(said: &options::Serve) -> Result<Running> {
        let listener = TcpListener::bind(said.listen).await.with_context(|| {
            format!("cannot listen on {}; choose another with --listen", said.listen)
        })?;
        let mail = TcpListener::bind(said.smtp).await.with_context(|| {
            format!("cannot listen on {}; choose another with --smtp", said.smtp)
        })?;
        let (http, smtp) = (listener.local_addr()?, mail.local_addr()?);
        let is_loopback = http.ip().is_loopback();
        // Where others can ring, the stand-ins answer on a port of their own.
        let inside = TcpListener::bind("127.0.0.1:0").await?;
        let base = if is_loopback { http } else { inside.local_addr()? };
        let voucher = Voucher::open(&said.mail_dns, &said.desk.domain)?;
        let desk = LocalDesk::open(&said.data.data, &said.desk, base, voucher.as_deref()).await?;
        let desk = Arc::new(desk);
        let mut tasks = JoinSet::new();
        if !is_loopback {
            let router = standins::router(desk.standins.clone());
            tasks.spawn(async move { Ok(axum::serve(inside, router).await?) });
        }
        let router = gateway::router(desk.clone(), is_loopback);
        tasks.spawn(async move { Ok(axum::serve(listener, router).await?) });
        tasks.spawn(serve_mail(desk.clone(), mail, voucher));
        tasks.spawn(time::pump(desk.clone()));
        time::wake_up(&desk).await?;
        let (minutes, left) = (time::minutes(desk.clone()), journal::work(desk.clone()));
        tasks.spawn(async move {
            tokio::join!(minutes, left);
            Ok(())
        });
        Ok(Running { desk, http, smtp, tasks })
    }

    /// Runs until a door fails.
    pub async fn run(&mut self) -> Result<()> {
        match self.tasks.join_next().await {
            Some(ended) => ended.context("a part of the desk stopped")?,
            None => Ok(()),
        }
    }
}

async fn serve_mail(
    desk: Arc<LocalDesk>,
    listener: TcpListener,
    voucher: Option<Arc<Voucher>>,
) -> Result<()> {
    let clock = desk.clock.clone();
    let config = smtp::Config::new(desk.identity.domain.clone(), Arc::new(move || clock.now()));
    let config = smtp::Config { voucher, ..config };
    let inbox = desk.inbox.clone();
    let sink = move |envelope, bytes| {
        let inbox = inbox.clone();
        async move { inbox.put(envelope, bytes).await }
    };
    Ok(smtp::serve(listener, config, sink).await?)
}

/// The default command.
pub async fn serve(said: &options::Serve) -> Result<()> {
    let mut running = Running::start(said).await?;
    println!("listening on http://{}", running.http);
    println!("smtp on {}", running.smtp);
    if said.desk.admin_token.is_none() {
        println!("admin token in {}", running.desk.data.join("admin-token").display());
    }
    tokio::select! {
        ended = running.run() => ended,
        _ = stop() => Ok(()),
    }
}

/// Ctrl-C, or a polite kill. Nothing needs to be saved: whatever was acknowledged is.
async fn stop() {
    use tokio::signal::unix::{SignalKind, signal};
    let Ok(mut term) = signal(SignalKind::terminate()) else { return std::future::pending().await };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        _ = term.recv() => {}
    }
}

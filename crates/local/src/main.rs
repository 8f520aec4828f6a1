//! `bellhop`: the whole help desk on one machine.

use anyhow::Result;
use clap::Parser;
use local::options::{Command, Options};
use tracing_subscriber::EnvFilter;

/// Programs that are not optimised lay whole futures on the stack: a worker gets as much of it as the
/// main thread has, in bytes.
const STACK: usize = 8 * 1024 * 1024;

fn main() -> Result<()> {
    let mut workers = tokio::runtime::Builder::new_multi_thread();
    workers.enable_all().thread_stack_size(STACK).build()?.block_on(run())
}

async fn run() -> Result<()> {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("warn"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    let options = Options::parse();
    match options.command {
        None => local::serve::serve(&options.serve).await,
        Some(Command::Serve(serve)) => local::serve::serve(&serve).await,
        Some(Command::Demo) => local::demo::play().await,
        Some(Command::Mail(mail)) => local::say::mail(&mail).await,
        Some(Command::Say(say)) => local::say::say(&say).await,
        Some(Command::Token(token)) => local::token::run(&token).await,
        Some(Command::Config(config)) => local::config::run(&config).await,
        Some(Command::Discord(discord)) => local::register::run(&discord).await,
    }
}

//! What EventBridge and the table's stream do on AWS: the minute, the bell, and, on one machine,
//! moving the clock on by hand.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Result, bail};
use jiff::Timestamp;

use crate::desk::{LocalDesk, table};
use crate::streams::Pump;

/// How often the local desk looks whether anything is due. On AWS it is the minute.
const LOOK: Duration = Duration::from_secs(5);
/// Every so many looks the inbox is swept and what has expired is removed.
const SWEEP_EVERY: u32 = 120;
/// How long rest is waited for before something must be wrong.
const REST_WITHIN: Duration = Duration::from_secs(120);

/// Rings for every batch of the stream, for ever.
pub async fn pump(desk: Arc<LocalDesk>) -> Result<()> {
    let mut pump = Pump::start(desk.streams.clone(), table(), &desk.engine).await?;
    loop {
        let batch = match pump.next_batch().await {
            Ok(batch) => batch,
            Err(error) => {
                tracing::warn!("could not read the table's stream: {error}");
                tokio::time::sleep(LOOK).await;
                continue;
            }
        };
        {
            let _sending = desk.sending.lock().await;
            if let Err(error) = notify::ring(&desk.notify, &batch, Timestamp::MAX).await {
                tracing::warn!("could not send what a commit owes: {error}");
            }
        }
        pump.done(&batch).await;
    }
}

/// The minute, for ever.
pub async fn minutes(desk: Arc<LocalDesk>) {
    for look in 1u32.. {
        tokio::time::sleep(LOOK).await;
        {
            let _hand = desk.hand.lock().await;
            minute(&desk).await;
        }
        if look % SWEEP_EVERY == 0 {
            desk.inbox.sweep().await;
            if let Err(error) = desk.store.sweep_incoming().await {
                tracing::warn!("could not remove files that nothing names: {error}");
            }
            if let Err(error) = desk.engine.sweep_expired().await {
                tracing::warn!("could not remove what has expired: {error}");
            }
        }
    }
}

async fn minute(desk: &LocalDesk) {
    if let Err(error) = escalate::run(&desk.escalate, Timestamp::MAX).await {
        tracing::warn!("the minute could not tick: {error}");
    }
    let _sending = desk.sending.lock().await;
    if let Err(error) = notify::sweep(&desk.notify, Timestamp::MAX).await {
        tracing::warn!("the minute could not send: {error}");
    }
}

/// After a start: what was left unread or unsent goes on.
pub async fn wake_up(desk: &LocalDesk) -> Result<()> {
    desk.inbox.sweep().await;
    flush(desk).await?;
    Ok(())
}

/// Sends what may leave, alone: how many lanes there were something in.
async fn flush(desk: &LocalDesk) -> Result<usize> {
    let _sending = desk.sending.lock().await;
    Ok(notify::flush(&desk.notify).await?)
}

/// Answers when nothing that is due is in flight: mail understood, what was handed over done, lanes
/// sent.
pub async fn settle(desk: &LocalDesk) -> Result<()> {
    let rest = async {
        loop {
            let done = || desk.inbox.is_at_rest() && desk.journal.is_at_rest();
            let at_rest =
                done() && escalate::work(&desk.escalate).await? == 0 && flush(desk).await? == 0;
            if at_rest && done() {
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    };
    match tokio::time::timeout(REST_WITHIN, rest).await {
        Ok(rested) => rested,
        Err(_) => bail!("the desk does not come to rest; its log says what it is trying to send"),
    }
}

/// Moves the desk's clock forward, due moment by due moment, settling at each. The offset is stored
/// before anything fires.
pub async fn advance(desk: &LocalDesk, target: Timestamp) -> Result<Timestamp> {
    let _hand = desk.hand.lock().await;
    let mut after = desk.clock.now();
    minute(desk).await;
    settle(desk).await?;
    // What is due and does not go away (a channel that refuses) lies behind, and does not hold the clock.
    while let Some(moment) = desk.store.next_due(after).await?.filter(|moment| *moment <= target) {
        desk.clock.advance_to(moment)?;
        minute(desk).await;
        settle(desk).await?;
        after = moment;
    }
    let now = desk.clock.advance_to(target)?;
    minute(desk).await;
    settle(desk).await?;
    Ok(now)
}
